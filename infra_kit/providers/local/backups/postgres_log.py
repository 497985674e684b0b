"""The write-ahead log of a PostgreSQL server, which goes to the repository segment by segment.

A replication slot keeps each segment on the server until it is there. Where the server had to let some of it go (more
than `max_slot_wal_keep_size` between two runs), the log has a hole, and the next run takes a whole copy at once.
"""

from __future__ import annotations

import hashlib
import tempfile
from collections.abc import Container, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from itertools import groupby, pairwise
from pathlib import Path
from typing import Any

import psycopg

from infra_kit.errors import BackupError
from infra_kit.providers.local.backups import compression
from infra_kit.providers.local.backups.repository import Part, Repository
from infra_kit.providers.local.box import Box
from infra_kit.providers.local.servers import postgres_roles

FOLDER = "log"
SUFFIX = ".zst"
_HISTORY = f".history{SUFFIX}"
SEGMENT = 16 * 2**20
"""initdb's own size, which no option of ours changes."""
PER_LOG_ID = 2**32 // SEGMENT
BATCH = 64
"""Segments that are on their way at once: 1 GB at most of this machine's disk."""


@dataclass(frozen=True)
class Batch:
    """What one run has added."""

    first: str
    parts: Sequence[Part]
    until: str
    """The time of a commit in the last of them: any moment before it can be restored."""
    until_lsn: str
    """The end of the last record that it surely holds: a server that replays it comes as far."""


@dataclass(frozen=True)
class Shipped:
    """What there is of a server's log since a copy of it."""

    batches: Sequence[Batch]
    """In order, on the copy's own timeline. A server that was restored over is on another one, and has copies of its
    own there."""
    histories: Sequence[Part]
    """Where its timelines part: one that is restored begins another, whose number none may have."""
    another_until: datetime | None
    """Until when there are copies of another server that had its name; None where there are none."""


@dataclass(frozen=True)
class Finished:
    """Segments that are written to their end."""

    names: Sequence[str]
    end: str
    """Where the last of them ends."""
    until: datetime
    until_lsn: str


def folder(component: str, system: str) -> str:
    return f"{FOLDER}/{component}/{system}"


class Shipping:
    """The log of one server on its way."""

    def __init__(self, box: Box, repository: Repository, backup: str) -> None:
        self._box = box
        self._repository = repository
        self._slot = slot(backup)

    @property
    def is_followed(self) -> bool:
        """Whether nothing of the log is lost since it was claimed."""
        with postgres_roles.connect(self._box.record) as connection:
            return self._status(connection) not in (None, "lost")

    def begin(self) -> bool:
        """Claims the log from now on; False where a part of it is lost, or nothing had been claimed yet."""
        with postgres_roles.connect(self._box.record) as connection:
            status = self._status(connection)
            if status not in (None, "lost"):
                return True
            if status:
                connection.execute("SELECT pg_drop_replication_slot(%s)", [self._slot])
            # It keeps the log from the last checkpoint on: an old one may be further back than a slot is let.
            connection.execute("CHECKPOINT")
            connection.execute("SELECT pg_create_physical_replication_slot(%s, true)", [self._slot])
            return False

    def _status(self, connection: psycopg.Connection) -> str | None:
        asked = "SELECT wal_status FROM pg_replication_slots WHERE slot_name = %s"
        there = connection.execute(asked, [self._slot]).fetchone()
        return str(there[0]) if there else None

    def ship(self, *, idle_too: bool = False) -> datetime | None:
        """All that was written until now; None where nothing was since the last time.

        Args:
            idle_too: also where no transaction has written anything: what is being copied ends with it.
        """
        with postgres_roles.connect(self._box.record) as connection:
            noted = self._noted()
            if not idle_too and noted == _next_transaction(connection):
                return None
            system = system_of(connection)
            finished = _finished(connection, self._slot)
            after = _next_transaction(connection)
            self._ship(system, finished)
            connection.execute("SELECT pg_replication_slot_advance(%s, %s)", [self._slot, finished.end])
        self._state.write_text(after)
        return finished.until

    def _ship(self, system: str, finished: Finished) -> None:
        """What tells that they came is written last, and once: half of them reach until no time."""
        to, names, parts = folder(self._box.name, system), finished.names, []
        for at in range(0, len(names), BATCH):
            with tempfile.TemporaryDirectory(prefix="infra-kit-log-") as scratch:
                packed = Path(scratch)
                for name in [*names[at : at + BATCH], *(self._histories() if at == 0 else ())]:
                    compression.pack_file(self._box.data / "pg_wal" / name, packed / f"{name}{SUFFIX}")
                parts += [part_of(file, f"{to}/{file.name}") for file in sorted(packed.iterdir())]
                self._repository.put_folder(packed, to)
        batch = {
            "first": names[0],
            "parts": [asdict(part) for part in parts],
            "until": finished.until.astimezone(UTC).isoformat(),
            "until_lsn": finished.until_lsn,
        }
        self._repository.put_json(f"{to}/{names[-1]}.json", batch)

    def _histories(self) -> list[str]:
        """Where timelines part: small, and needed by whoever restores from an earlier one."""
        return [file.name for file in (self._box.data / "pg_wal").glob("*.history")]

    @property
    def _state(self) -> Path:
        return self._box.path / f"{self._slot}.next"

    def _noted(self) -> str:
        return self._state.read_text() if self._state.exists() else ""


def slot(backup: str) -> str:
    return f"infra_kit_{backup}".replace("-", "_")


def forget(box: Box, backup: str) -> None:
    """Lets the server drop the log that nobody ships any more."""
    postgres_roles.drop_slot(box.record, slot(backup))


def system_of(connection: psycopg.Connection) -> str:
    """Tells servers apart that had the same name one after the other."""
    row = connection.execute("SELECT system_identifier FROM pg_control_system()").fetchone()
    return str(row[0]) if row else ""


def _next_transaction(connection: psycopg.Connection) -> str:
    row = connection.execute("SELECT pg_snapshot_xmax(pg_current_snapshot())").fetchone()
    return str(row[0]) if row else ""


def _finished(connection: psycopg.Connection, slot: str) -> Finished:
    """Ends the segment that is written, after a commit of ours: by it, any earlier moment is found when restoring.

    Segments count up to where the log is on the disk: of one that writers have filled since, the end may be only in
    memory.
    """
    commit = connection.execute("SELECT now(), pg_current_xact_id()").fetchone()
    switch = connection.execute("SELECT pg_switch_wal()").fetchone()
    rows = connection.execute(
        """WITH position AS (
             SELECT (pg_current_wal_flush_lsn() - '0/0'::pg_lsn) AS now, (restart_lsn - '0/0'::pg_lsn) AS kept,
                    setting::numeric AS size
             FROM pg_replication_slots, pg_settings WHERE slot_name = %s AND name = 'wal_segment_size')
           SELECT pg_walfile_name('0/0'::pg_lsn + number * size + 1), '0/0'::pg_lsn + (number + 1) * size
           FROM position, generate_series(div(kept, size), div(now, size) - 1) AS number ORDER BY number""",
        [slot],
    ).fetchall()
    if not rows or commit is None or switch is None:
        raise BackupError(
            "missing-log", "the server let go of its log before it was shipped (more than 1 GB was written meanwhile): "
            "the next run takes a whole copy"
        )  # fmt: skip
    return Finished([name for name, _ in rows], end=str(rows[-1][1]), until=commit[0], until_lsn=str(switch[0]))


def part_of(file: Path, path: str) -> Part:
    with file.open("rb") as opened:
        return Part(path, hashlib.file_digest(opened, "sha256").hexdigest(), file.stat().st_size)


def shipped(repository: Repository, noted: Mapping[str, Any]) -> Shipped:
    """What there is of a server's log since a copy of it. Each call of rclone takes a tenth of a second: all that tells
    of it is listed by one, and read by another.

    Raises `BackupError` where a segment that was shipped is not there.
    """
    files, place = repository.files(f"{FOLDER}/{noted['component']}"), folder(noted["component"], noted["system"])
    told = {server: list(its) for server, its in groupby(_told(files), lambda path: path.rpartition("/")[0])}
    ours, others = told.pop(place, []), [its[-1] for its in told.values()]
    firsts = [next(its) for _, its in groupby(ours, _timeline)]
    since = [it for it in ours if _timeline(it) == _timeline(noted["start"]) and _segment(it) >= number(noted["start"])]
    paths = list(dict.fromkeys([*since, *firsts, *others]))
    read = dict(zip(paths, map(_batch, repository.get_jsons(paths)), strict=True))
    found = [read[it] for it in since]
    _require_there(found, noted, files)
    return Shipped(
        batches=found,
        histories=list(
            {it.path: it for first in firsts for it in read[first].parts if it.path.endswith(_HISTORY)}.values()
        ),
        another_until=max((reaches([read[it]]) for it in others), default=None),
    )


def _require_there(found: Sequence[Batch], noted: Mapping[str, Any], files: Container[str]) -> None:
    for part in (part for batch in found for part in batch.parts):
        is_needed = not part.path.endswith(_HISTORY) and _segment(part.path) >= number(noted["start"])
        if is_needed and part.path not in files:
            raise BackupError("missing-log", f"the log has a hole: the segment {part.path} is gone")
    if not found:
        place = folder(noted["component"], noted["system"])
        raise BackupError("missing-log", f"there is no log since the copy: {place} lacks {noted['start']}")


def _told(files: Iterable[str]) -> list[str]:
    """The batches among files of a log."""
    return sorted(path for path in files if path.endswith(".json"))


def reaches(found: Sequence[Batch]) -> datetime:
    """Until when a log reaches: any moment before it can be restored."""
    return datetime.fromisoformat(last(found).until)


def last(found: Sequence[Batch]) -> Batch:
    return max(found, key=lambda batch: datetime.fromisoformat(batch.until))


def _segment(path: str) -> int:
    return number(path.rpartition("/")[2].partition(".")[0])


def _timeline(path: str) -> str:
    """Its first eight digits."""
    return path.rpartition("/")[2][:8]


def _batch(told: Mapping[str, Any]) -> Batch:
    return Batch(told["first"], [Part(**part) for part in told["parts"]], told["until"], told["until_lsn"])


def from_segment(found: Sequence[Batch], start: str) -> list[Part]:
    """The parts from a segment on, in their order. Raises `BackupError` where one is missing between.

    Args:
        found: what was shipped.
        start: the segment that a base backup begins with.
    """
    parts = {Path(part.path).name.removesuffix(SUFFIX): part for batch in found for part in batch.parts}
    segments = sorted(name for name in parts if len(name) == len(start) and number(name) >= number(start))
    for before, after in pairwise(segments):
        if number(after) > number(before) + 1:
            raise BackupError("missing-log", f"the log has a hole: it lacks the segment after {before}")
    if not segments or number(segments[0]) != number(start):
        raise BackupError("missing-log", f"the log has a hole: it lacks {start}, the copy's first segment")
    return [parts[name] for name in segments]


def number(segment: str) -> int:
    """Where a segment is in the log, whatever its timeline: `000000010000000A000000FF` is 0xAFF."""
    return int(segment[8:16], 16) * PER_LOG_ID + int(segment[16:24], 16)
