"""A PostgreSQL server that comes from a copy: its files are unpacked, and it replays its log while that still comes."""

from __future__ import annotations

import os
import shutil
import subprocess
import tarfile
import threading
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from datetime import datetime
from pathlib import Path
from typing import Any

from infra_kit._dynamic import Props
from infra_kit.errors import BackupError
from infra_kit.providers.common.by_hand import too_late
from infra_kit.providers.local import home, postgres_builds
from infra_kit.providers.local.backups import boxes, compression, postgres_base, postgres_facts, postgres_log
from infra_kit.providers.local.backups.boxes import Came, Moment
from infra_kit.providers.local.backups.postgres_log import Shipped
from infra_kit.providers.local.backups.repository import Part, Repository
from infra_kit.providers.local.box import ASIDE, Box, Record
from infra_kit.providers.local.server import Command
from infra_kit.providers.local.servers import postgres_roles
from infra_kit.providers.local.servers.postgres import HANDLER, PostgresServer

SIGNAL = "recovery.signal"
"""Has PostgreSQL replay a log; it is gone when that has ended."""
REPLAY_SECONDS = 24 * 3600.0
"""How long replaying the log may take before it is given up."""
LOG, COMING = "restored-log", "restored-log.coming"
"""The folder of the log, and what stands beside it as long as more of it comes."""
AT_ONCE = 16
"""Segments that are fetched by one call of rclone."""


class Restored(PostgresServer):
    """Its log is replayed before it is one like all others."""

    def ready_seconds(self, props: Props) -> float:  # noqa: ARG002
        return REPLAY_SECONDS

    def has_come_up(self, box: Box, record: Record) -> bool:
        """Meanwhile it is not asked: each session takes from a core what replaying wants."""
        return not (box.data / SIGNAL).exists() and super().has_come_up(box, record)

    def prepare(self, box: Box, record: Record, props: Props) -> Command:
        command = super().prepare(box, record, props)
        return Command([*command.arguments, *_recovery(box, props.get("recovery"))], command.environment)


def restore(box: Box, noted: Mapping[str, Any], repository: Repository, moment: Moment) -> Came:
    """Makes a server of a copy and its log, in a box of its own; it runs, and takes writes."""
    shipped = log_of(noted, repository, moment, box)
    found = shipped.batches
    log = [*shipped.histories, *postgres_log.from_segment(found, noted["start"])]
    boxes.open_for(box, noted, HANDLER)
    with _log(box, repository, log) as asked_for:
        _unpack(box, Part(**noted["parts"][0]), repository)
        asked_for.set()
        signal = box.data / SIGNAL
        signal.touch()
        os.chown(signal, box.user.uid, box.user.gid)
        target = _target(noted, found, moment)
        boxes.start(box, noted, Restored(), recovery=target, backups=None)
    if not target:
        _require_all_replayed(box, postgres_log.last(found))
    shutil.rmtree(box.path / LOG)
    end = postgres_log.reaches(found)
    return Came(min(moment.to, end) if moment.to else end, shipped.another_until)


def log_of(noted: Mapping[str, Any], repository: Repository, moment: Moment, beside: Box) -> Shipped:
    """The log that a moment is restored from. Raises `BackupError` where it does not reach it.

    Args:
        noted: of the copy before it.
        repository: where they are.
        moment: the moment.
        beside: another box of the stack that was copied.
    """
    shipped = postgres_log.shipped(repository, noted)
    server = Box(beside.home, beside.stack, noted["component"])
    _require_reached(postgres_log.reaches(shipped.batches), moment, server)
    return shipped


def _require_reached(latest: datetime, moment: Moment, server: Box) -> None:
    if moment.to and latest < moment.to and not moment.or_latest:
        raise too_late(moment.to, latest, moment.lacks or _replaced(server))


def _replaced(server: Box) -> str:
    aside = ", ".join(map(str, sorted(server.path.glob(f"{ASIDE}*"))))
    kept = f"; what it held when it was restored over is in {aside}" if aside else ""
    return f"the server that runs is another one than was copied then{kept}, and its own copies are of later moments"


def check(box: Box, noted: Mapping[str, Any]) -> list[str]:
    """What a server that was restored to the copy's own moment has not as it was, each in a line."""
    facts: postgres_facts.Facts | None = noted["facts"]
    return postgres_facts.differences(facts, postgres_facts.now(box.record, facts)) if facts else []


def _target(noted: Mapping[str, Any], found: Sequence[postgres_log.Batch], moment: Moment) -> dict[str, str]:
    if moment.proves:
        return {"recovery_target_name": noted["point"]} if noted["point"] else {}
    # Beyond the end of the log there is nothing to stop at: PostgreSQL would refuse to come up.
    within = moment.to and moment.to < postgres_log.reaches(found)
    return {"recovery_target_time": moment.to.isoformat()} if moment.to and within else {}


def _require_all_replayed(box: Box, last: postgres_log.Batch) -> None:
    """Without a moment to stop at, PostgreSQL silently takes the first record that it cannot read for the end."""
    with postgres_roles.connect(box.record) as connection:
        asked = "SELECT pg_last_wal_replay_lsn(), pg_last_wal_replay_lsn() >= %s::pg_lsn"
        row = connection.execute(asked, [last.until_lsn]).fetchone()
    if row is None or not row[1]:
        raise BackupError(
            "missing-log",
            f"the log was shipped to {last.until_lsn}, and PostgreSQL could read it to {row[0] if row else '?'}: what "
            "is written there is damaged. Restore to a moment before it with --to, or an earlier copy.",
        )


def damages(box: Box, noted: Mapping[str, Any]) -> list[str]:
    """The pages that are not what PostgreSQL's checksums say, in its own words: changed by a disk, before they were
    copied or since. Stops the server."""
    box.process.stop(HANDLER.STOP)
    checks = postgres_builds.require(noted["version"], []).program("pg_checksums")
    done = subprocess.run(
        [*box.user.prefix, checks, "--check", f"--pgdata={box.data}"],
        env={"PATH": os.defpath, "LANG": "C.UTF-8"}, cwd="/", capture_output=True, text=True, check=False,
    )  # fmt: skip
    lines = [line.removeprefix("pg_checksums: error: ") for line in done.stderr.splitlines() if line.strip()]
    return lines[:5] or ["pg_checksums failed without a word"] if done.returncode else []


def _unpack(box: Box, part: Part, repository: Repository) -> None:
    """Decrypted by rclone, unpacked by one thread and written by another: a second core is of use."""
    whole = False
    with (
        repository.open(part) as stream,
        suppress(tarfile.ReadError),  # what is wrong with the copy is told
        compression.ahead(compression.chunks_of(stream)) as packed,
        compression.ahead(compression.unpacked(compression.Chunks(packed), part.path)) as chunks,
    ):
        postgres_base.lay(chunks, box)
        whole = True
    if not (whole and (box.data / postgres_base.LABEL).exists()):
        raise BackupError("changed", f"{part.path} does not end with the {postgres_base.LABEL} of a base backup")


@contextmanager
def _log(box: Box, repository: Repository, parts: Sequence[Part]) -> Iterator[threading.Event]:
    """While this is entered, the log comes, in its order; the server waits for what it needs next. Its beginning comes
    at once, the rest when what is yielded is set: unpacking has all cores, and replaying one. Raises what was wrong
    with it, also where the server has made do with less."""
    for folder in (box.path / LOG, box.path / f"{LOG}.packed"):
        shutil.rmtree(folder, ignore_errors=True)
        home.make_private(folder, box.user)
    (box.path / COMING).touch()
    asked_for, given_up = threading.Event(), threading.Event()
    with ThreadPoolExecutor(1) as pool:
        coming = pool.submit(_lay_log, box, repository, parts, asked_for, given_up)
        try:
            yield asked_for
        except BaseException:
            given_up.set()
            raise
        finally:
            asked_for.set()
        coming.result()


def _lay_log(
    box: Box, repository: Repository, parts: Sequence[Part], asked_for: threading.Event, given_up: threading.Event
) -> None:
    packed = box.path / f"{LOG}.packed"
    try:
        for at in range(0, len(parts), AT_ONCE):
            if at:
                asked_for.wait()
            if given_up.is_set():
                return
            some = parts[at : at + AT_ONCE]
            repository.get_folder(some, packed)
            for part in some:
                _lay(box, packed / Path(part.path).name)
        packed.rmdir()
    finally:
        (box.path / COMING).unlink(missing_ok=True)


def _lay(box: Box, file: Path) -> None:
    """Whole, or not at all: the server may wait for it."""
    unpacked = file.with_suffix("")
    compression.unpack_file(file, unpacked)
    os.chown(unpacked, box.user.uid, box.user.gid)
    unpacked.rename(box.path / LOG / unpacked.name)
    file.unlink()


def _recovery(box: Box, target: Mapping[str, str] | None) -> list[str]:
    if not (box.data / SIGNAL).exists():
        return []
    place, coming = box.path / LOG, box.path / COMING
    # Histories have come before all else; of those that it asks for, most are of timelines that never were.
    # Where this process was killed, nothing comes any more: 126 has PostgreSQL stop, and not take writes with less. A
    # system that hides others' processes (hidepid) does not tell.
    waits = (
        f'case %f in *.history) ;; *) while test ! -e "{place}/%f" -a -e "{coming}"; do '
        f"test -e /proc/{os.getpid()} -o ! -e /proc/1 || exit 126; sleep 0.1; done ;; esac"
    )
    settings = {
        # Linked, not copied: PostgreSQL waits for this, segment by segment, and replays nothing meanwhile.
        "restore_command": f'{waits}; ln "{place}/%f" "%p"',
        # What is not on the disk yet goes there at once: file by file, each waits for it, which takes seconds.
        "recovery_init_sync_method": "syncfs",
        "recovery_target_action": "promote",
        # The copy's own: the latest may part from it before the moment that was asked for.
        "recovery_target_timeline": "current",
        **(target or {}),
    }
    return [argument for key, value in settings.items() for argument in ("-c", f"{key}={value}")]
