"""The servers of a stack as they stand on this machine: seen and stopped without the engine."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from signal import Signals

from infra_kit.providers.local import alerts_file, kept_lines
from infra_kit.providers.local.alerts_file import Alert
from infra_kit.providers.local.box import RECORD, Box
from infra_kit.providers.local.kept_lines import Kept
from infra_kit.providers.local.ports import LOOPBACK
from infra_kit.providers.local.servers import supervised

ALERTS = "local/alerts"
LOGS = "local/logs"
WATCHERS = (ALERTS, "local/uptime", "local/dashboard")
PAGES = ("local/dashboard", "local/panel", "local/traces")
"""Whose address is for a browser."""


@dataclass(frozen=True)
class ServerStatus:
    """One server."""

    name: str
    kind: str
    address: str
    """Empty for what nothing connects to."""
    pid: int | None
    data: Path
    log: Path
    has_program: bool
    """False for what is only kept, as a secret: nothing runs for it."""
    died: bool = False
    """It ended without having been stopped."""
    orphaned: bool = False
    """It died, and what it forked lives on."""
    done: bool = False
    """It has nothing left to do: a job that `up` has run."""

    @property
    def running(self) -> bool:
        return self.pid is not None


@dataclass(frozen=True)
class AlertsStatus:
    """What one Alerts says."""

    name: str
    running: bool
    """Its checker looks."""
    died: bool
    """It ended without having been stopped."""
    checked: str
    """When something was looked at last, ISO 8601, UTC; empty before that."""
    alerts: Sequence[Alert]


def servers(stack: str, home: Path, project: Path | None = None) -> list[ServerStatus]:
    """Every server of the stack, running or not, by name; with `project` (its root), none of another one's."""
    return [_status(box) for box in _boxes(stack, home, project)]


def alerts(stack: str, home: Path, project: Path | None = None) -> list[AlertsStatus]:
    """What the stack's Alerts say, by name."""
    return [_alerts(box) for box in _boxes(stack, home, project) if box.record.kind == ALERTS]


def kept(stack: str, home: Path, whose: tuple[str, str], most: int, project: Path | None = None) -> Kept:
    """The last lines that the stack's Logs keep of a server and of a class: see `kept_lines.last`."""
    boxes = [box for box in _boxes(stack, home, project) if box.record.kind == LOGS]
    return kept_lines.last(boxes, *whose, most)


def stop(stack: str, home: Path, project: Path | None = None) -> list[str]:
    """Stops the stack's servers and keeps their data; returns the names of those that ran.

    Whoever watches goes first: what is stopped on purpose is no alert. Stores go last: what ends may still need them.
    Within that, all at once.
    """
    boxes = list(_boxes(stack, home, project))
    with ThreadPoolExecutor() as pool:
        ran = [name for turn in range(3) for name in pool.map(_stop, [box for box in boxes if _turn(box) == turn])]
    return sorted(filter(None, ran))


def _boxes(stack: str, home: Path, project: Path | None) -> Iterator[Box]:
    for record in sorted((home / stack).glob(f"*/{RECORD}")):
        box = Box(home, stack, record.parent.name)
        if project is None or not box.is_foreign_to(project):
            yield box


def _turn(box: Box) -> int:
    record = box.record
    return 0 if record.kind in WATCHERS else 2 if record.inputs else 1


def _stop(box: Box) -> str | None:
    """Its name, if it ran."""
    record = box.record
    return box.name if box.process.stop(Signals(record.stop), record.stop_seconds) else None


def _status(box: Box) -> ServerStatus:
    record = box.record
    kind = record.kind.partition("/")[2]
    scheme = "http://" if record.kind in PAGES else ""
    address = f"{scheme}{LOOPBACK}:{record.ports[0]}" if record.ports else ""
    return ServerStatus(
        name=box.name,
        kind=kind,
        address=address,
        pid=box.process.pid,
        data=box.path,
        log=box.process.log,
        has_program=bool(record.program),
        died=box.process.died,
        orphaned=box.process.orphaned,
        done=supervised.is_done(box),
    )


def _alerts(box: Box) -> AlertsStatus:
    standing = alerts_file.read(box)
    process = box.process
    return AlertsStatus(box.name, process.pid is not None, process.died, standing.checked, standing.alerts)
