"""A run of a backup: the log follows; when it is due, a whole copy is taken, and those beyond their time go."""

from __future__ import annotations

import fcntl
import os
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cached_property
from typing import Any

from cronsim import CronSim

from infra_kit.errors import BackupError, InfraKitError
from infra_kit.providers.local.backups import (
    boxes,
    event_bus,
    failures,
    manifest,
    object_store,
    postgres,
    postgres_log,
    redis,
    retention,
    settings,
)
from infra_kit.providers.local.backups.manifest import Copy
from infra_kit.providers.local.backups.repository import Repository
from infra_kit.providers.local.backups.settings import Settings
from infra_kit.providers.local.box import Box


def tick(box: Box) -> None:
    """What is to be done now. Raises what went wrong, which the report tells too; copies that stand stay."""
    asked = settings.read(box)
    with _told(box), _alone(box):
        whole = _follow_logs(box, asked)
        if _is_due(box, asked) or not whole:
            take(box, asked)


def now(box: Box) -> Copy:
    """A whole copy at once, whatever the schedule says; after the run that is at work, if one is."""
    asked = settings.read(box)
    with _told(box), _alone(box):
        _follow_logs(box, asked)
        return take(box, asked)


@contextmanager
def _told(box: Box) -> Iterator[None]:
    try:
        yield
    except (InfraKitError, OSError) as error:
        settings.note(box, failure=str(error), failed_at=settings.now().isoformat())
        raise
    settings.note(box, failure="", checked_at=settings.now().isoformat())


def take(box: Box, asked: Settings) -> Copy:
    """Takes a whole copy. What a run that failed has left behind goes with the next good one's clean-up."""
    repository = settings.repository(box)
    began = settings.now()
    name = manifest.name_of(began)
    copying = Copying(box, repository, asked.lock["spare"] if asked.lock else None)
    components = {it: copying.copy(it, f"{manifest.FOLDER}/{name}/{it}") for it in asked.of}
    copy = Copy(name, components)
    manifest.write(repository, copy)
    for it, noted in components.items():
        if noted.get("until"):
            note_log(box, it, datetime.fromisoformat(noted["until"]))
    settings.note(
        box,
        last_backup=began.isoformat(),
        seconds=round((settings.now() - began).total_seconds(), 1),
        bytes=sum(part.size for part in manifest.parts(copy)),
        without_checksums=[it for it, noted in components.items() if noted.get("facts", ()) is None],
    )
    clean_up(repository, asked, began)
    return copy


def clean_up(repository: Repository, asked: Settings, now: datetime) -> None:
    """Deletes what no copy that is kept needs: older copies, unfinished ones, objects, the log before them."""
    files = repository.files()
    names = manifest.names(files)
    keep = retention.kept([manifest.time_of(name) for name in names], asked.keep, now)
    kept = manifest.read(repository, [name for name in names if manifest.time_of(name) in keep])
    needed = {part.path for copy in kept for part in manifest.parts(copy)}
    needed |= {f"{copy.folder}/{manifest.FILE}" for copy in kept}
    log = _needed_log(kept)
    gone = [path for path in files if path not in needed and not _is_log_since(path, log)]
    # A manifest goes first: what is half deleted must not look whole.
    for part in (True, False):
        repository.delete([path for path in gone if path.endswith(f"/{manifest.FILE}") is part])


def _needed_log(kept: Sequence[Copy]) -> Mapping[str, int]:
    """By folder of a server's log, the first segment that the oldest copy needs."""
    first: dict[str, int] = {}
    for copy in kept:
        for name, noted in copy.components.items():
            if noted["kind"] == "postgres":
                place, number = postgres_log.folder(name, noted["system"]), postgres_log.number(noted["start"])
                first[place] = min(number, first.get(place, number))
    return first


def _is_log_since(path: str, first: Mapping[str, int]) -> bool:
    place, _, file = path.rpartition("/")
    if place not in first:
        return False
    return ".history" in file or postgres_log.number(file.partition(".")[0]) >= first[place]


def _follow_logs(box: Box, asked: Settings) -> bool:
    """False where some log has a hole since the last run, or none was followed yet."""
    whole = True
    for name in asked.of:
        source = Box(box.home, box.stack, name)
        if not source.exists or source.record.kind != "local/postgres":
            continue
        shipping = postgres_log.Shipping(source, settings.repository(box), box.name)
        with failures.of(name):
            begun = shipping.begin()
            until = shipping.ship() if begun else None
        if until:
            note_log(box, name, until)
        whole = whole and begun
    return whole


def note_log(box: Box, name: str, until: datetime) -> None:
    """Tells until when the log of a Postgres was shipped."""
    settings.note(box, log={**settings.report(box).get("log", {}), name: until.astimezone(UTC).isoformat()})


@dataclass(frozen=True)
class Copying:
    """A whole copy under way."""

    box: Box
    repository: Repository
    spare: float | None
    """For how many seconds what an earlier copy wrote can be shared. None: for ever."""

    @cached_property
    def _earlier(self) -> Copy | None:
        """The copy before this one: its objects are not copied again."""
        there = manifest.names(self.repository.files(manifest.FOLDER))
        return manifest.read(self.repository, there[-1:])[0] if there else None

    def copy(self, name: str, place: str) -> dict[str, Any]:
        """One component's."""
        source = Box(self.box.home, self.box.stack, name)
        if not source.exists:
            raise BackupError("unreachable", f"{name}: there is no server in {source.path}. Run `infra-kit up`.")
        began = time.monotonic()
        with failures.of(name):
            noted = self._noted(source, place)
        seconds = round(time.monotonic() - began, 1)
        return {**noted, "component": name, "record": boxes.record_of(source), "seconds": seconds}

    def _noted(self, source: Box, place: str) -> dict[str, Any]:
        match source.record.kind:
            case "local/postgres":
                return postgres.copy(source, self.repository, self.box.name, place)
            case "local/redis":
                return redis.copy(source, self.repository, place)
            case "local/object_store":
                before = self._earlier.components.get(source.name) if self._earlier else None
                return object_store.copy(source, self.repository, before, self.spare)
            case _:
                return event_bus.copy(source, self.repository, place)


def _is_due(box: Box, asked: Settings) -> bool:
    """A machine that slept through a time does it when it is awake again."""
    last = settings.report(box).get("last_backup")
    return last is None or next(CronSim(asked.schedule, datetime.fromisoformat(last))) <= settings.now()


@contextmanager
def _alone(box: Box) -> Iterator[None]:
    """One run at a time: a restore or a drill only reads, and needs no turn."""
    descriptor = os.open(box.path / "run.lock", os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)
