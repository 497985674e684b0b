"""What the page shows, in words: made of what is known, for its template and for the script that refreshes it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from typing import Any

from infra_kit.panel.facts import Alert, Copies, Facts, Part, Seen, Standing, State

LABELS: dict[State, str] = {
    "well": "Up",
    "degraded": "Degraded",
    "down": "Down",
    "stopped": "Stopped",
    "done": "Done",
    "kept": "Kept",
    "unknown": "Unknown",
}
LIVE = ("state", "label", "since", "detail")
"""What changes of a row."""
BAD = frozenset({"degraded", "down", "stopped"})
RUNS = frozenset({"well", "degraded", "down", "stopped", "unknown"})


@dataclass(frozen=True)
class Row:
    part: Part
    state: State
    label: str
    since: str
    """In words: `for 4 min`."""
    when: str
    detail: str


@dataclass(frozen=True)
class Told:
    """An alert, or what became of copies."""

    title: str
    text: str
    when: str
    bad: bool
    level: str = ""


def rows(facts: Facts, seen: Seen, now: datetime | None = None) -> list[Row]:
    return [_row(part, seen.parts.get(part.name) or Standing(state="unknown"), now) for part in facts.parts]


def _row(part: Part, it: Standing, now: datetime | None) -> Row:
    since = f"for {span(it.since, now)}" if it.since else ""
    return Row(part, it.state, LABELS[it.state], since, it.since, it.detail)


def summary(shown: list[Row]) -> str:
    """`27 of 30 up. Down: db, cache.`"""
    run = [row for row in shown if row.state in RUNS]
    up = sum(row.state == "well" for row in run)
    bad = [f"{label}: {', '.join(names)}." for label, names in _by_label(shown)]
    return " ".join([f"{up} of {len(run)} up.", *bad])


def _by_label(shown: list[Row]) -> Iterator[tuple[str, list[str]]]:
    for state in ("down", "degraded", "stopped", "unknown"):
        if names := [row.part.name for row in shown if row.state == state]:
            yield LABELS[state], names


def alerts(found: tuple[Alert, ...], now: datetime | None = None) -> list[Told]:
    """First what fires, the most urgent first, then what is about to."""
    ordered = sorted(found, key=lambda it: (bool(it.fires), it.level, it.since))
    return [Told(it.component, _alert(it, now), it.since, bad=not it.fires, level=it.level) for it in ordered]


def _alert(it: Alert, now: datetime | None) -> str:
    value = f", now {it.value}" if it.value else ""
    pending = f", pending: fires {_until(it.fires, now)}" if it.fires else ""
    return f"{it.says}{value}, for {span(it.since, now)}{pending}"


def _until(when: str, now: datetime | None) -> str:
    left = (datetime.fromisoformat(when) - (now or datetime.now(UTC))).total_seconds()
    return f"in {_span(left)}" if left >= 1 else "at the next look"


def copies(found: tuple[Copies, ...], now: datetime | None = None) -> list[Told]:
    return [Told(it.component, _copies(it, now), it.last, bad=bool(it.failure) or not it.last) for it in found]


_WORDS = {
    "backup": ("Last copy", "No copy was taken yet"),
    "restore": ("Restore last proven", "No restore was proven yet"),
}


def _copies(it: Copies, now: datetime | None) -> str:
    proven = it.what == "restore"
    if not it.last:
        last = "No restore was proven yet" if proven else "No copy was taken yet"
    else:
        took = f", in {it.seconds:.0f} s" if it.seconds is not None else ""
        last = (
            f"Restore last proven {span(it.last, now)} ago{took}" if proven else f"Last copy {span(it.last, now)} ago"
        )
    return f"{last}. It failed since: {it.failure}" if it.failure else f"{last}."


def span(since: str, now: datetime | None = None) -> str:
    """`4 min`, `2 h 10 min`, `3 days`."""
    return _span(((now or datetime.now(UTC)) - datetime.fromisoformat(since)).total_seconds())


def _span(exactly: float) -> str:
    seconds = max(0, int(exactly))
    if seconds < 60:
        return f"{seconds} s"
    if seconds < 3600:
        return f"{seconds // 60} min"
    if seconds < 172_800:
        return f"{seconds // 3600} h {seconds % 3600 // 60} min"
    return f"{seconds // 86_400} days"


def states(facts: Facts, seen: Seen, looked: datetime | None) -> dict[str, Any]:
    """What the script puts into the page."""
    shown = rows(facts, seen)
    return {
        "parts": {
            row.part.name: {key: getattr(row, key) for key in ("state", "label", "since", "detail")} for row in shown
        },
        "summary": summary(shown),
        "bad": any(row.state in BAD for row in shown),
        "alerts": [asdict(it) for it in alerts(seen.alerts)],
        "copies": [asdict(it) for it in copies(seen.copies)],
        "failure": seen.failure,
        "looked": looked_at(looked),
    }


def looked_at(when: datetime | None) -> str:
    return f"{when:%H:%M:%S} UTC" if when else "not yet"
