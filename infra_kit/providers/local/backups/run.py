"""A run of a backup: the log follows; when it is due, a whole copy is taken, and those beyond their time go."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
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
from infra_kit.providers.local.backups.failures import Each
from infra_kit.providers.local.backups.manifest import Copy
from infra_kit.providers.local.backups.repository import Repository
from infra_kit.providers.local.backups.settings import Settings
from infra_kit.providers.local.box import Box


def tick(box: Box) -> None:
    """What is to be done now. Raises what went wrong, which the report tells too; copies that stand stay."""
    asked = settings.read(box)
    with settings.alone(box), _told(box):
        each = Each()
        _forget_others(box, asked)
        holes = _follow_logs(box, asked, each)
        if due := [it for it in asked.of if it in holes or _is_due(box, asked, it)]:
            take(box, asked, due, each)
        each.tell()


def now(box: Box) -> Copy:
    """A whole copy at once, whatever the schedule says; after the run that is at work, if one is. Raises where a
    component could not be copied; the others are."""
    asked = settings.read(box)
    with settings.alone(box), _told(box):
        each = Each()
        _follow_logs(box, asked, each)
        copy = take(box, asked, asked.of, each)
        each.tell()
        return copy


@contextmanager
def _told(box: Box) -> Iterator[None]:
    try:
        yield
    except (InfraKitError, OSError) as error:
        settings.note(box, failure=str(error), failed_at=settings.now().isoformat())
        raise
    settings.note(box, failure="", checked_at=settings.now().isoformat())


def take(box: Box, asked: Settings, due: Sequence[str], each: Each) -> Copy:
    """Takes a copy of what is due. What a run that failed has left behind goes with the next good one's clean-up."""
    repository = settings.repository(box)
    began = settings.now()
    name = manifest.name_of(began)
    copying = Copying(box, repository, asked.lock["spare"] if asked.lock else None)
    components: dict[str, Mapping[str, Any]] = {}
    for it in due:
        with each.of(it):
            components[it] = copying.copy(it, f"{manifest.FOLDER}/{name}/{it}")
    copy = Copy(name, components)
    if components:
        manifest.write(repository, copy)
        _note(box, asked, copy, began)
        clean_up(repository, asked, began)
    return copy


def _note(box: Box, asked: Settings, copy: Copy, began: datetime) -> None:
    for it, noted in copy.components.items():
        if noted.get("until"):
            note_log(box, it, datetime.fromisoformat(noted["until"]))
    report = settings.report(box)
    copied = {**report.get("copied", {}), **dict.fromkeys(copy.components, began.isoformat())}
    uncounted = {it for it in report.get("without_checksums", []) if it not in copy.components}
    uncounted |= {it for it, noted in copy.components.items() if noted.get("facts", ()) is None}
    settings.note(
        box,
        copied=copied,
        # Of all that it is of: the component decides whose copy is the oldest.
        last_backup=min(copied[it] for it in asked.of) if copied.keys() >= set(asked.of) else None,
        seconds=round((settings.now() - began).total_seconds(), 1),
        bytes=sum(part.size for part in manifest.parts(copy)),
        without_checksums=sorted(uncounted),
    )


def clean_up(repository: Repository, asked: Settings, now: datetime) -> None:
    """Deletes what no copy that is kept needs: older copies, unfinished ones, objects, the log before them."""
    files = repository.files()
    kept = _kept(manifest.read(repository, manifest.names(files)), asked, now)
    needed = {part.path for copy in kept for part in manifest.parts(copy)}
    needed |= {f"{copy.folder}/{manifest.FILE}" for copy in kept}
    log = _needed_log(kept)
    gone = [path for path in files if path not in needed and not _is_log_since(path, log)]
    # A manifest goes first: what is half deleted must not look whole.
    for part in (True, False):
        repository.delete([path for path in gone if path.endswith(f"/{manifest.FILE}") is part])


def _kept(copies: Sequence[Copy], asked: Settings, now: datetime) -> list[Copy]:
    """Of each component by itself: the last copy of a day may be without one that was down."""
    groups = [copies, *([copy for copy in copies if it in copy.components] for it in asked.of)]
    times = {time for group in groups for time in retention.kept([copy.time for copy in group], asked.keep, now)}
    return [copy for copy in copies if copy.time in times]


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


def _forget_others(box: Box, asked: Settings) -> None:
    """What is copied no more has no log that could be late."""
    known = settings.report(box).get("log_followed", {})
    if known.keys() - set(asked.of):
        settings.note(box, log_followed={name: until for name, until in known.items() if name in asked.of})


def _follow_logs(box: Box, asked: Settings, each: Each) -> set[str]:
    """Those whose log has a hole since the last run, or was not followed yet."""
    holes = set()
    for name in asked.of:
        source = Box(box.home, box.stack, name)
        if not source.exists or source.record.kind != "local/postgres":
            continue
        if name not in settings.report(box).get("log_followed", {}):
            _note_followed(box, name, settings.now())  # one that never is must not stay unseen
        with each.of(name):
            shipping, began = postgres_log.Shipping(source, settings.repository(box), box.name), settings.now()
            if not shipping.begin():
                holes.add(name)
            elif until := shipping.ship():
                note_log(box, name, until)
            else:
                _note_followed(box, name, began)
    return holes


def ship(box: Box, name: str) -> str:
    """Ships the log of a Postgres until now, before it is restored from. Returns why that could not be, or nothing.
    Whoever calls this is alone with the backup."""
    source = Box(box.home, box.stack, name)
    if not source.exists:
        return f"its server, which had what was written since, is gone from {source.path}"
    try:
        with failures.of(name):
            shipping = postgres_log.Shipping(source, settings.repository(box), box.name)
            if not shipping.is_followed:
                return "the log of the server that runs was not followed without a hole"
            if until := shipping.ship(idle_too=True):
                note_log(box, name, until)
    except BackupError as error:
        return f"what was written since could not be shipped ({error})"
    return ""


def reaches(box: Box, name: str, to: datetime | None) -> bool:
    """Whether the log was shipped until a moment; as well of what has none."""
    source = Box(box.home, box.stack, name)
    if source.exists and source.record.kind != "local/postgres":
        return True
    shipped = settings.report(box).get("log", {}).get(name)
    return bool(to and shipped and to <= datetime.fromisoformat(shipped))


def note_log(box: Box, name: str, until: datetime) -> None:
    """Tells until when the log of a Postgres was shipped."""
    _note_followed(box, name, until)
    settings.note(box, log={**settings.report(box).get("log", {}), name: until.astimezone(UTC).isoformat()})


def _note_followed(box: Box, name: str, until: datetime) -> None:
    """Tells until when all that a Postgres wrote is with the copies: while it writes nothing, that goes on."""
    known = settings.report(box).get("log_followed", {})
    settings.note(box, log_followed={**known, name: until.astimezone(UTC).isoformat()})


@dataclass(frozen=True)
class Copying:
    """A whole copy under way."""

    box: Box
    repository: Repository
    spare: float | None
    """For how many seconds what an earlier copy wrote can be shared. None: for ever."""

    def copy(self, name: str, place: str) -> dict[str, Any]:
        """One component's."""
        source = Box(self.box.home, self.box.stack, name)
        if not source.exists:
            raise BackupError("unreachable", f"there is no server in {source.path}. Run `infra-kit up`.")
        began = time.monotonic()
        noted = self._noted(source, place)
        seconds = round(time.monotonic() - began, 1)
        return {**noted, "component": name, "record": boxes.record_of(source), "seconds": seconds}

    def _earlier(self, name: str) -> Mapping[str, Any] | None:
        """The copy before this one: its objects are not copied again."""
        copies = manifest.newest_first(self.repository)
        return next((copy.components[name] for copy in copies if name in copy.components), None)

    def _noted(self, source: Box, place: str) -> dict[str, Any]:
        match source.record.kind:
            case "local/postgres":
                return postgres.copy(source, self.repository, self.box.name, place)
            case "local/redis":
                return redis.copy(source, self.repository, place)
            case "local/object_store":
                return object_store.copy(source, self.repository, self._earlier(source.name), self.spare)
            case _:
                return event_bus.copy(source, self.repository, place)


def _is_due(box: Box, asked: Settings, name: str) -> bool:
    """A machine that slept through a time does it when it is awake again, and a server that was down when it is up."""
    last = settings.report(box).get("copied", {}).get(name)
    return last is None or next(CronSim(asked.schedule, datetime.fromisoformat(last))) <= settings.now()
