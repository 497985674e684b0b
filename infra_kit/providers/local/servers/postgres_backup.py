"""Base backups and the archived write-ahead log of a local PostgreSQL server.

Nothing on a laptop keeps time while it sleeps: a base backup is taken by `up` when the newest one is a day old.
"""

from __future__ import annotations

import shutil
from datetime import UTC, datetime, timedelta
from pathlib import Path

from infra_kit.providers.local import home
from infra_kit.providers.local.box import Box, Record
from infra_kit.providers.local.postgres_builds import Build
from infra_kit.providers.local.servers import postgres_cluster

FORM = "%Y%m%dT%H%M%SZ"


def keep(box: Box, record: Record, build: Build, retention_days: int) -> None:
    """Takes a base backup when one is due, and drops those that retention no longer needs, with their log."""
    now = datetime.now(UTC)
    there = taken(box)
    if not there or now - _time(there[-1]) > timedelta(days=1):
        there.append(_take(box, record, build, now))
    recent = [backup for backup in there if now - _time(backup) <= timedelta(days=retention_days)]
    oldest = (recent or there)[0]
    for backup in there[: there.index(oldest)]:
        shutil.rmtree(backup)
    _drop_older_log(box, build, oldest)


def taken(box: Box) -> list[Path]:
    """The base backups, oldest first."""
    place = box.path / "backups"
    return sorted(place.glob("*Z")) if place.exists() else []


def _take(box: Box, record: Record, build: Build, now: datetime) -> Path:
    place = box.path / "backups"
    home.make_private(place, box.user)
    done, unfinished = place / now.strftime(FORM), place / "unfinished"
    shutil.rmtree(unfinished, ignore_errors=True)
    home.make_private(unfinished, box.user)
    postgres_cluster.run(
        box,
        "the base backup",
        [
            build.program("pg_basebackup"), f"--pgdata={unfinished}", "--checkpoint=fast", "--no-password",
            f"--dbname={postgres_cluster.source(box, record)}",
        ],

    )  # fmt: skip
    return unfinished.rename(done)


def _drop_older_log(box: Box, build: Build, oldest: Path) -> None:
    wal = box.path / "wal"
    labels = sorted(wal.glob("*.backup")) if wal.exists() else []
    first = next((label.name for label in labels if _covers(label, oldest)), None)
    if first:
        postgres_cluster.run(box, "the log's clean-up", [build.program("pg_archivecleanup"), str(wal), first])


def _covers(label: Path, backup: Path) -> bool:
    """Whether a backup history file of the log belongs to this base backup: both name the same start."""
    start = (backup / "backup_label").read_text().splitlines()[0]
    return label.read_text().splitlines()[0] == start


def _time(backup: Path) -> datetime:
    return datetime.strptime(backup.name, FORM).replace(tzinfo=UTC)
