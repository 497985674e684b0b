"""What a panel shows of this machine: read from the boxes of the stack's servers, and asked of the servers."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor, wait
from pathlib import Path
from typing import Any

from infra_kit.panel.facts import Alert, Copies, Facts, Plan, Seen, Standing
from infra_kit.providers.common import seaweed
from infra_kit.providers.local import alerts_file
from infra_kit.providers.local.backups import settings as backups
from infra_kit.providers.local.box import Box
from infra_kit.providers.local.programs.panel import versions
from infra_kit.providers.local.programs.panel.standing import DOWN, Life, together

PATIENCE = 3.0
"""Seconds after which a server that is asked counts as down."""
KEPT_AS = {"secret_key": seaweed.KEYS[1]}
"""What a box calls a credential otherwise than an endpoint does."""
ALERTS = "local/alerts"


class Boxes:
    """The `Source` of a panel."""

    def __init__(self, box: Box, told: Mapping[str, Any]) -> None:
        self._boxes = {
            part: [Box(box.home, box.stack, name) for name in names] for part, names in told["servers"].items()
        }
        self._lives = {server.name: Life(server) for servers in self._boxes.values() for server in servers}
        self._asked: dict[str, Future[Standing]] = {}
        self._pool = ThreadPoolExecutor(max(1, len(self._lives)))
        self._plan = Path(told["plan"])
        known = Facts.model_validate(told["facts"])
        parts = [it.model_copy(update={"version": it.version or self._version(it.name)}) for it in known.parts]
        self.facts = known.model_copy(update={"parts": tuple(parts)})

    def look(self) -> Seen:
        stand = self._servers()
        parts = {part: together([(it.name, stand[it.name]) for it in its]) for part, its in self._boxes.items()}
        return Seen(parts=parts, alerts=tuple(self._alerts()), copies=tuple(self._copies()))

    def plan(self) -> Plan | None:
        try:
            return Plan.model_validate_json(self._plan.read_bytes())
        except FileNotFoundError:
            return None

    def reveal(self, part: str, credential: str) -> str:
        record = self._boxes[part][0].record
        return record.secrets[KEPT_AS.get(credential, credential)]

    def _servers(self) -> Mapping[str, Standing]:
        """Each is asked on its own: what hangs delays no other, and counts as down meanwhile."""
        for name, life in self._lives.items():
            if name not in self._asked or self._asked[name].done():
                self._asked[name] = self._pool.submit(life.look)
        wait(self._asked.values(), timeout=PATIENCE)
        return {name: _answer(it) for name, it in self._asked.items()}

    def _alerts(self) -> Iterator[Alert]:
        for box in self._firsts(ALERTS):
            for it in alerts_file.wrong(alerts_file.read(box).alerts):
                value = "" if it.value is None else f"{it.value:g} {it.unit}"
                told = {"level": it.level, "component": it.component, "says": it.says, "since": it.since}
                yield Alert(**told, value=value, fires=it.fires)

    def _copies(self) -> Iterator[Copies]:
        for box in self._firsts("local/backup"):
            told = backups.report(box)
            last = told.get("last_backup") or ""
            yield Copies(component=box.name, what="backup", last=last, failure=told.get("failure") or "")
        for box in self._firsts("local/restore_drill"):
            told = backups.report(box)
            last, seconds = told.get("last_proven_restore") or "", told.get("seconds")
            failure = told.get("failure") or ""
            yield Copies(component=box.name, what="restore", last=last, seconds=seconds, failure=failure)

    def _firsts(self, kind: str) -> Sequence[Box]:
        firsts = [boxes[0] for boxes in self._boxes.values() if boxes]
        return [box for box in firsts if box.exists and box.record.kind == kind]

    def _version(self, part: str) -> str:
        boxes = self._boxes[part]
        if not boxes or not boxes[0].exists:
            return ""
        return versions.version(boxes[0])


def _answer(asked: Future[Standing]) -> Standing:
    """A fault of ours is no fault of the server's."""
    if not asked.done():
        return DOWN
    failed = asked.exception()
    return Standing(state="unknown", detail=f"{type(failed).__name__}: {failed}") if failed else asked.result()
