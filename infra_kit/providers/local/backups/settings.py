"""What a Backup and a RestoreDrill were asked for, as their boxes keep it."""

from __future__ import annotations

import fcntl
import json
import os
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from infra_kit.providers.local import home
from infra_kit.providers.local.backups.repository import Repository
from infra_kit.providers.local.box import Box

FILE, RCLONE = "backup.json", "rclone.conf"
REPORT = "report.json"


@dataclass(frozen=True)
class Settings:
    """Of a Backup."""

    of: Sequence[str]
    """The components by name, which are their boxes' names too."""
    schedule: str
    keep: Mapping[str, str | None]
    lock: Mapping[str, Any] | None
    """For how many `seconds` copies are locked in their bucket; `spare`, how many more these are than was asked."""


def read(box: Box) -> Settings:
    return Settings(**json.loads((box.conf / FILE).read_text()))


def repository(box: Box) -> Repository:
    return Repository(box.conf / RCLONE)


def report_file(box: Box) -> Path:
    return box.path / REPORT


def report(box: Box) -> dict[str, Any]:
    """What the last runs came to; empty before the first."""
    file = report_file(box)
    return dict(json.loads(file.read_text())) if file.exists() else {}


def note(box: Box, **told: Any) -> None:
    """Adds to the report, which holds no secret, and is whole at any moment."""
    home.write_private(report_file(box), json.dumps({**report(box), **told}, indent=1), box.user)


def now() -> datetime:
    return datetime.now(UTC)


@contextmanager
def alone(box: Box) -> Iterator[None]:
    """One run at a time, or a restore over what it copies, or the log on its way before one beside it, which else only
    reads and needs no turn. Of a drill: one at a time."""
    descriptor = os.open(box.path / "run.lock", os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)
