"""Copies of a PostgreSQL server: a base backup, and the log from it on."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import asdict
from pathlib import Path
from typing import IO, Any

from infra_kit._dynamic import Props
from infra_kit.errors import BackupError
from infra_kit.providers.local import home, postgres_builds
from infra_kit.providers.local.backups import boxes, compression, postgres_facts, postgres_log
from infra_kit.providers.local.backups.boxes import Moment
from infra_kit.providers.local.backups.rclone import PIPE
from infra_kit.providers.local.backups.repository import Part, Repository
from infra_kit.providers.local.box import Box, Record
from infra_kit.providers.local.postgres_builds import Build
from infra_kit.providers.local.server import Command
from infra_kit.providers.local.servers import postgres_cluster, postgres_roles
from infra_kit.providers.local.servers.postgres import HANDLER, PostgresServer

REPLAY_SECONDS = 24 * 3600.0
"""How long replaying the log may take before it is given up."""
LOG = "restored-log"
_START = re.compile(r"write-ahead log start point: (\S+) on timeline (\d+)")


def copy(box: Box, repository: Repository, backup: str, place: str) -> dict[str, Any]:
    """Takes a base backup, and the log to its end; the server goes on meanwhile."""
    record = box.record
    shipping = postgres_log.Shipping(box, repository, backup)
    shipping.begin()
    with postgres_roles.connect(record) as connection:
        system = postgres_log.system_of(connection)
    build = postgres_builds.require(record.facts["version"], [])
    part, start = _base(box, record, build, repository, f"{place}/base.tar.zst")
    point = f"{backup} {place}"
    facts = postgres_facts.at_a_point(record, point)
    until = shipping.ship(idle_too=True)
    return {
        "kind": "postgres",
        "parts": [asdict(part)],
        "system": system,
        "start": start,
        "version": build.version,
        "point": point if facts is not None else None,
        "facts": facts,
        "until": until.isoformat() if until else None,
    }


def _base(box: Box, record: Record, build: Build, repository: Repository, path: str) -> tuple[Part, str]:
    """The base backup, and the first segment of the log that it needs."""
    command = [
        build.program("pg_basebackup"), "--pgdata=-", "--format=tar", "--wal-method=fetch", "--checkpoint=fast",
        # On the loopback TLS would only cost time: what goes out of this machine is encrypted by rclone.
        "--no-password", "--verbose", f"--dbname={postgres_cluster.source(box, record)} sslmode=disable",
    ]  # fmt: skip
    with _program(box, command, stdout=subprocess.PIPE) as (process, said):
        assert process.stdout is not None  # noqa: S101  Popen's promise for PIPE
        part = repository.put(path, compression.compressed(_whole(process, process.stdout, said)))
        start = _first_segment(said())
    return part, start


def _whole(process: subprocess.Popen[bytes], stream: IO[bytes], said: Callable[[], str]) -> Iterator[bytes]:
    """What a program says, to an end that is one: half a stream must not look like all of it."""
    yield from compression.chunks_of(stream)
    if process.wait():
        raise BackupError("unreachable", f"pg_basebackup failed: {said()}")


def _first_segment(said: str) -> str:
    match = _START.search(said)
    if not match:
        raise BackupError("unreachable", f"pg_basebackup said nothing of where it began: {said[-300:]}")
    high, low = (int(half, 16) for half in match[1].split("/"))
    return f"{int(match[2]):08X}{high:08X}{low // postgres_log.SEGMENT:08X}"


@contextmanager
def _program(box: Box, command: Sequence[str], **pipes: Any) -> Iterator[tuple[Any, Callable[[], str]]]:
    """A program as the servers' user, and what it has said on its standard error so far."""
    errors = box.path / "backup.err"

    def said() -> str:
        return errors.read_text(errors="replace").strip()[-600:]

    how: dict[str, Any] = {"env": {"PATH": os.defpath, "LANG": "C.UTF-8"}, "cwd": "/", "pipesize": PIPE, **pipes}
    try:
        with (
            errors.open("wb") as words,
            subprocess.Popen([*box.user.prefix, *command], stderr=words, **how) as process,
        ):
            try:
                yield process, said
            except BackupError:
                process.kill()
                raise
        if process.returncode:
            raise BackupError("changed", f"{Path(command[0]).name} failed: {said()}")
    finally:
        errors.unlink()


class Restored(PostgresServer):
    """A server that comes from a copy: its log is replayed before it is one like all others."""

    def ready_seconds(self, props: Props) -> float:  # noqa: ARG002
        return REPLAY_SECONDS

    def prepare(self, box: Box, record: Record, props: Props) -> Command:
        command = super().prepare(box, record, props)
        return Command([*command.arguments, *_recovery(box, props.get("recovery"))], command.environment)


def restore(box: Box, noted: Mapping[str, Any], repository: Repository, moment: Moment) -> None:
    """Makes a server of a copy and its log, in a box of its own; it runs, and takes writes."""
    boxes.open_for(box, noted, HANDLER)
    _unpack(box, Part(**noted["parts"][0]), repository)
    if moment.proves:
        _verify(box, noted["version"])
    found = postgres_log.batches(repository, noted)
    _lay_log(box, repository, postgres_log.from_segment(found, noted["start"]))
    signal = box.data / "recovery.signal"
    signal.touch()
    os.chown(signal, box.user.uid, box.user.gid)
    boxes.start(box, noted, Restored(), recovery=_target(noted, found, moment), backups=None)
    shutil.rmtree(box.path / LOG)


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


def _verify(box: Box, version: str) -> None:
    """Holds what was unpacked to PostgreSQL's own manifest of the base backup."""
    program = postgres_builds.require(version, []).program("pg_verifybackup")
    with _program(box, [program, "--no-parse-wal", "--quiet", str(box.data)]) as (process, _):
        process.wait()


def _unpack(box: Box, part: Part, repository: Repository) -> None:
    """By `tar`, as the servers' user, whose the files then are."""
    command = ["tar", "--extract", f"--directory={box.data}"]
    with (
        _program(box, command, stdin=subprocess.PIPE) as (process, _),
        # Within: what is wrong with the copy is told, not that tar could not go on.
        repository.open(part) as stream,
        suppress(BrokenPipeError),  # tar has ended; its words are told
    ):
        compression.write_to(process.stdin, compression.unpacked(stream, part.path))
        process.stdin.close()
    box.data.chmod(0o700)


def _lay_log(box: Box, repository: Repository, parts: Sequence[Part]) -> None:
    place, packed = box.path / LOG, box.path / f"{LOG}.packed"
    for folder in (place, packed):
        shutil.rmtree(folder, ignore_errors=True)
        home.make_private(folder, box.user)
    repository.get_folder(parts, packed)
    for file in packed.iterdir():
        whole = place / file.name.removesuffix(postgres_log.SUFFIX)
        compression.unpack_file(file, whole)
        os.chown(whole, box.user.uid, box.user.gid)
        file.unlink()
    packed.rmdir()


def _recovery(box: Box, target: Mapping[str, str] | None) -> list[str]:
    if not (box.data / "recovery.signal").exists():
        return []
    settings = {
        "restore_command": f'cp "{box.path / LOG}/%f" "%p"',
        "recovery_target_action": "promote",
        **(target or {}),
    }
    return [argument for key, value in settings.items() for argument in ("-c", f"{key}={value}")]
