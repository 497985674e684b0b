"""What a panel shows of a host: asked of its Prometheus
(https://prometheus.io/docs/prometheus/latest/querying/api/)."""

from __future__ import annotations

import http.client
import json
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Literal

from infra_kit.panel.facts import Alert, Copies, Fact, Facts, Plan, Seen, Standing, State

SECONDS = 4.0
NEVER = timedelta(days=3650)
"""An age that no copy has: it is that of the epoch, and there was none."""
LABEL = "panel"
Kind = Literal["backup", "restore"]


class Age(Fact):
    """How old the last good copy, or proof, is."""

    what: Kind
    expression: str
    """PromQL, in `unit` seconds."""
    unit: float


class Told(Fact):
    """What a panel on a host is told at its deployment."""

    facts: Facts
    username: str
    hash: str
    hosts: tuple[str, ...] = ()
    """The names under which the host's edge publishes it."""
    prometheus: str
    """Its URL."""
    alerts: tuple[str, ...] = ()
    """The names of the Alerts of which is shown what is firing."""
    states: Mapping[str, str] = {}
    """By component, PromQL: how many per cent of it are well. Of the others nothing runs."""
    ages: Mapping[str, Age] = {}


class Host:
    """The `Source` of a panel."""

    def __init__(self, told: Told, credentials: Path, plan: Path) -> None:
        self._told = told
        self._credentials, self._plan = credentials, plan
        self._since: dict[str, tuple[State, str]] = {}
        self.facts = told.facts

    def look(self) -> Seen:
        ages = {f"age {name}": it.expression for name, it in self._told.ages.items()}
        figures = self._ask({**self._told.states, **ages})
        parts = {part.name: self._standing(part.name, figures) for part in self.facts.parts}
        rules = self._rules()
        alerts = tuple(_alert(it, timedelta(seconds=rule["duration"])) for rule in rules for it in rule["alerts"])
        return Seen(parts=parts, alerts=alerts, copies=tuple(self._copies(figures)), failure=self._failure(rules))

    def plan(self) -> Plan | None:
        return Plan.read(self._plan)

    def reveal(self, part: str, credential: str) -> str:
        """Read from its file when it is asked for."""
        return str(json.loads(self._credentials.read_text())[part][credential])

    def _standing(self, part: str, figures: Mapping[str, float]) -> Standing:
        if part not in self._told.states:
            return Standing(state="kept")
        well = figures.get(part)
        state: State = "unknown" if well is None else "well" if well >= 100 else "degraded" if well > 0 else "down"
        before, since = self._since.get(part, (state, ""))
        if before != state:
            since = datetime.now(UTC).isoformat(timespec="seconds")
        self._since[part] = state, since
        return Standing(state=state, since=since, detail=f"{well:.0f} % are well" if state == "degraded" else "")

    def _ask(self, expressions: Mapping[str, str]) -> Mapping[str, float]:
        """All at once: each is marked with its name."""
        if not expressions:
            return {}
        marked = (f'label_replace({it}, "{LABEL}", "{name}", "", "")' for name, it in expressions.items())
        query = urllib.parse.urlencode({"query": " or ".join(marked)}).encode()
        found = _get(f"{self._told.prometheus}/api/v1/query", query)["data"]["result"]
        return {it["metric"][LABEL]: float(it["value"][1]) for it in found}

    def _rules(self) -> Sequence[Mapping[str, Any]]:
        """Of the Alerts that are shown. What somebody has silenced fires too: it is not over."""
        if not self._told.alerts:
            return ()
        groups = _get(f"{self._told.prometheus}/api/v1/rules?type=alert")["data"]["groups"]
        return [it for group in groups for it in group["rules"] if it["labels"].get("alerts") in self._told.alerts]

    def _failure(self, rules: Sequence[Mapping[str, Any]]) -> str:
        """Why an alert may not be seen. A rule that was not evaluated yet (`unknown`) is within seconds."""
        missing = set(self._told.alerts) - {it["labels"]["alerts"] for it in rules}
        said = [f"Prometheus has no rule of {name}" for name in sorted(missing)]
        said += [f"{it['name']} cannot be evaluated: {it['lastError']}" for it in rules if it["health"] == "err"]
        return "; ".join(said)

    def _copies(self, figures: Mapping[str, float]) -> Iterator[Copies]:
        for name, age in self._told.ages.items():
            old = figures.get(f"age {name}")
            ago = NEVER if old is None else timedelta(seconds=min(old * age.unit, NEVER.total_seconds()))
            last = "" if ago >= NEVER else (datetime.now(UTC) - ago).isoformat(timespec="seconds")
            yield Copies(component=name, what=age.what, last=last)


def _alert(it: Mapping[str, Any], lasting: timedelta) -> Alert:
    """One that fires, or is about to."""
    labels, says = it["labels"], it.get("annotations", {})
    level, since = labels.get("level", ""), datetime.fromisoformat(it["activeAt"])
    return Alert(
        level=level,
        component=labels.get("component", "host"),
        says=str(says.get("summary", labels.get("alertname", ""))).removeprefix(f"{level} "),
        since=since.isoformat(timespec="seconds"),
        value=str(says.get("value", "")),
        fires="" if it["state"] == "firing" else (since + lasting).isoformat(timespec="seconds"),
    )


def _get(url: str, form: bytes | None = None) -> Any:
    """Raises `OSError` where nothing answers, `ValueError` for what is no JSON."""
    try:
        with urllib.request.urlopen(urllib.request.Request(url, form), timeout=SECONDS) as answer:  # noqa: S310  our own
            return json.loads(answer.read())
    except urllib.error.HTTPError as error:
        error.close()  # else its connection stays for as long as the error is known
        raise
    except http.client.HTTPException as error:
        raise OSError(f"{url} breaks off: {error!r}") from None
