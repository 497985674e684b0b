"""Files in which others tell how they went: an Uptime's visitor, a Backup, a RestoreDrill."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from infra_kit.providers.local import uptime_file
from infra_kit.providers.local.box import Box
from infra_kit.providers.local.servers.own_server import TOLD
from infra_kit.providers.local.signals.probe import Figures, Probe, ServerProbe, Source, percent
from infra_kit.signals import Signal

HOUR, DAY = 3600, 86_400


class UptimeProbe(ServerProbe):
    """The last answer to each check. Where the visitor died, or tells nothing any more (a full disk), nothing was
    answered well."""

    def measure(self) -> Figures:
        (box,) = self.source.boxes
        if box.process.pid is None:
            return self.unanswered
        checks = json.loads((box.conf / TOLD).read_text())["checks"]
        visits = {name: visit for name, visit in uptime_file.read(box).checks.items() if name in checks}
        if not visits:
            return {}
        fresh = [visit for name, visit in visits.items() if _since(visit.when) < _two_rounds(checks[name])]
        figures = {Signal.UPTIME: percent(sum(visit.well for visit in fresh), len(visits))}
        answered = [visit.seconds for visit in fresh if visit.well]
        days = [visit.certificate_days for visit in fresh if visit.certificate_days is not None]
        figures |= {Signal.LATENCY: sum(answered) / len(answered)} if answered else {}
        return figures | ({Signal.CERTIFICATE: min(days)} if days else {})


def _two_rounds(check: Mapping[str, float]) -> float:
    return 2 * (check["every"] + check["timeout"])


class BackupProbe(Probe):
    def measure(self) -> Figures:
        age = _age(self.source, "last_backup", Signal.BACKUP_AGE, HOUR)
        return {**age, **_log_age(self.source), **_failed(self.source)}


class DrillProbe(Probe):
    def measure(self) -> Figures:
        return {**_age(self.source, "last_proven_restore", Signal.DRILL_AGE, DAY), **_failed(self.source)}


def _failed(source: Source) -> Figures:
    """1 from a run that failed until the next one that goes well, and while nobody keeps the schedule."""
    (box,) = source.boxes
    if not _begun(box):
        return {}
    failed = bool(_read(Path(source.report)).get("failure"))
    return {Signal.FAILED_RUNS: float(failed or box.process.pid is None)}


def _log_age(source: Source) -> Figures:
    """Of the database whose log was followed to its end the longest ago."""
    followed = _read(Path(source.report)).get("log_followed")
    return {Signal.LOG_AGE: _since(min(followed.values()))} if followed else {}


def _since(when: str) -> float:
    return (datetime.now(UTC) - datetime.fromisoformat(when)).total_seconds()


def _age(source: Source, field: str, signal: Signal, unit: int) -> Figures:
    """Of one that never went well, since it was first started: it must not stay unseen."""
    when = _read(Path(source.report)).get(field) or _begun(source.boxes[0])
    if not when:
        return {}
    return {signal: _since(when) / unit}


def _begun(box: Box) -> str:
    """Its process made this file when it first started, and nobody writes to it."""
    lock = box.path / "lock"
    return datetime.fromtimestamp(lock.stat().st_mtime, UTC).isoformat() if lock.exists() else ""


def _read(file: Path) -> dict[str, Any]:
    try:
        return dict(json.loads(file.read_text()))
    except FileNotFoundError:
        return {}
