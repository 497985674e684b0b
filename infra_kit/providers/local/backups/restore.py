"""Restoring: a component of a copy, at a moment, into a box of its own; over the one that runs only when told twice."""

from __future__ import annotations

import shutil
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from signal import Signals
from typing import Any, cast

from infra_kit._dynamic import handler
from infra_kit.errors import BackupError, ConfigError
from infra_kit.providers.common.by_hand import Gives, shown
from infra_kit.providers.local.backups import (
    event_bus,
    failures,
    manifest,
    object_store,
    postgres_restored,
    redis,
    run,
    settings,
)
from infra_kit.providers.local.backups.boxes import Moment
from infra_kit.providers.local.backups.manifest import Copy
from infra_kit.providers.local.backups.repository import Repository
from infra_kit.providers.local.box import ASIDE, Box, Record
from infra_kit.providers.local.ports import LOOPBACK
from infra_kit.providers.local.server import Server

Noted = Mapping[str, Any]
RESTORE: Mapping[str, Callable[[Box, Noted, Repository, Moment], datetime | None]] = {
    "postgres": postgres_restored.restore,
    "redis": redis.restore,
    "object_store": object_store.restore,
    "event_bus": event_bus.restore,
}
CHECK: Mapping[str, Callable[[Box, Noted], list[str]]] = {
    "postgres": postgres_restored.check,
    "redis": redis.check,
    "object_store": object_store.check,
    "event_bus": event_bus.check,
}


@dataclass(frozen=True)
class Restored:
    """What a restore came to."""

    component: str
    name: str
    """Of the server that has it now."""
    address: str
    data: Path
    of: datetime
    """The moment that it is of."""
    seconds: float
    lacks: str = ""
    """Why what was written last is not in it."""
    aside: Path | None = None
    """Where what it replaced is kept."""
    gives: Gives | None = None
    """Of a new server, how to connect to it."""

    @property
    def says(self) -> tuple[str, ...]:
        kept = f"; what it held before: {self.aside}" if self.aside else ""
        beside = "It runs beside the stack's own, with the same users and passwords. To see how to connect, in clear: "
        beside += f"infra-kit show {self.name}. To remove it, and nothing else: infra-kit restore --remove {self.name}."
        return (
            *([f"What was written after that is not in it: {self.lacks}."] if self.lacks else []),
            f"It is in {self.data}{kept}.",
            *([] if self.name == self.component else [beside]),
        )


def into(backup: Box, component: str, to: datetime | None, name: str, *, or_latest: bool = False) -> Restored:
    """Restores into a new server, which runs when this returns; before that the log of the one that runs is shipped.

    Raises:
        ConfigError: something is there.
        BackupError: there is no copy of that time, or the log does not reach it and its end will not do.
    """
    box = Box(backup.home, backup.stack, name)
    _require_free(box, component)
    restored = _into(backup, component, Moment(to, or_latest, _shipped(backup, component, to)), box)
    return replace(restored, gives=gives(box))


def _shipped(backup: Box, component: str, to: datetime | None) -> str:
    """Has the log reach the moment, in its turn. Returns why that could not be."""
    if run.reaches(backup, component, to):
        return ""
    with settings.alone(backup):
        return run.ship(backup, component)


def gives(box: Box) -> Gives:
    """How to connect to a server, as its component says it."""
    record = box.record
    return cast("Server", handler({"kind": record.kind})).outputs(box, record, record.inputs)


def _require_free(box: Box, component: str) -> None:
    if not box.path.exists():
        return
    aside = f", or replace what it holds: --over --yes-lose {component}" if box.name == component else ""
    if box.exists and box.record.restored_of:
        aside = f", or remove it first: infra-kit restore --remove {box.name}"
    raise ConfigError(f"{box.name}: there is a server in {box.path} already. Choose another name with --into{aside}.")


def _into(backup: Box, component: str, moment: Moment, box: Box) -> Restored:
    began, repository = time.monotonic(), settings.repository(backup)
    copy = _copy_for(repository, component, moment.to)
    noted = copy.components[component]
    of = filled(box, noted, repository, moment) or copy.time
    reaches = noted["kind"] != "postgres" or of == moment.to
    return Restored(
        component=component,
        name=box.name,
        address=f"{LOOPBACK}:{box.record.ports[0]}",
        data=box.path,
        of=of,
        seconds=time.monotonic() - began,
        lacks="" if reaches else moment.lacks,
    )


def over(backup: Box, component: str, to: datetime | None, *, or_latest: bool = False) -> Restored:
    """Replaces what a server holds, which is kept aside; where there is none, it is made. Whoever calls this has asked
    twice. No run of the backup is at work meanwhile.

    The copy is restored beside it first: where that fails, the server has not been touched.
    """
    box = Box(backup.home, backup.stack, component)
    with settings.alone(backup):
        lacks = "" if run.reaches(backup, component, to) else run.ship(backup, component)
        moment = Moment(to, or_latest, lacks)
        if not box.exists:
            _require_free(box, component)
            return _into(backup, component, moment, box)
        if box.record.kind == "local/object_store":
            return _over_objects(backup, box, to)
        box.put_back()
        scratch = Box(backup.home, backup.stack, f"{component}-restoring")
        _require_none_left(box, scratch)
        restored = _into(backup, component, moment, scratch)
        aside = _exchange(box, scratch)
    return replace(restored, name=component, address=f"{LOOPBACK}:{box.record.ports[0]}", data=box.path, aside=aside)


def _require_none_left(box: Box, scratch: Box) -> None:
    if scratch.path.exists():
        raise ConfigError(
            f"{box.name}: {scratch.path} is there, which a restore over {box.name} needs: one that was ended left it. "
            f"Run `infra-kit stop`, delete that folder, and ask again. What {box.name} holds is not in it."
        )


def _exchange(box: Box, scratch: Box) -> Path:
    """Gives a server the data of another, which goes; where it does not come up with it, its own is put back. Returns
    where that is kept."""
    _stop(scratch)
    _stop(box)
    before, aside = box.record, box.path / f"{ASIDE}{manifest.name_of(settings.now())}"
    box.data.rename(aside)
    try:
        scratch.data.rename(box.data)
        _adopt(box, scratch.record)
        handler(before.inputs).ensure(before.inputs)
    except BaseException:
        _stop(box)
        shutil.rmtree(box.data, ignore_errors=True)
        box.put_back()
        box.save(before)
        scratch.destroy()
        handler(before.inputs).ensure(before.inputs)
        raise
    scratch.destroy()
    return aside


def _adopt(box: Box, restored: Record) -> None:
    """What the record says of data is that of the restored."""
    record = box.record
    if "superuser" in record.secrets:  # it is in the data; the others are set when the server starts
        record.secrets["superuser"] = restored.secrets["superuser"]
    record.facts = {key: value for key, value in record.facts.items() if not key.startswith("stream ")}
    box.save(record)


def _over_objects(backup: Box, box: Box, to: datetime | None) -> Restored:
    began = time.monotonic()
    repository = settings.repository(backup)
    copy = _copy_for(repository, box.name, to)
    with failures.of(box.name):
        object_store.restore_over(box, copy.components[box.name], repository)
    address = f"{LOOPBACK}:{box.record.ports[0]}"
    return Restored(box.name, box.name, address, box.path, copy.time, time.monotonic() - began)


def filled(box: Box, noted: Noted, repository: Repository, moment: Moment) -> datetime | None:
    """A new box with what a copy holds; where that fails, none. Returns the moment that it is of, if that is
    another than the copy's."""
    try:
        with failures.of(noted["component"]):
            return RESTORE[noted["kind"]](box, noted, repository, moment)
    except BackupError:
        remove(box)
        raise


def remove(box: Box) -> None:
    """Ends and deletes what was only made to look at."""
    if box.exists:
        handler({"kind": box.record.kind}).delete("", {**_place(box), "retain": False})
    elif box.path.exists():
        shutil.rmtree(box.path)


def remove_beside(backup: Box, name: str) -> bool:
    """Ends and deletes what was restored beside the stack's own; False where there is nothing of that name. Raises
    `ConfigError` for what is no restored copy: it stays."""
    box = Box(backup.home, backup.stack, name)
    if not box.exists:
        return False
    if not box.record.restored_of:
        raise ConfigError(f"{name}: it is no copy that `infra-kit restore` made beside the stack's own, so it stays.")
    remove(box)
    return True


def _place(box: Box) -> dict[str, Any]:
    return {"home": str(box.home), "stack": box.stack, "name": box.name}


def _stop(box: Box) -> None:
    record = box.record
    box.process.stop(Signals(record.stop), record.stop_seconds)


def _copy_for(repository: Repository, component: str, to: datetime | None) -> Copy:
    """The last one that was whole before the moment. Raises `BackupError` where there is none."""
    names = manifest.names(repository.files(manifest.FOLDER))
    for name in reversed(names):
        if to and manifest.time_of(name) > to:
            continue
        (copy,) = manifest.read(repository, [name])
        if component in copy.components and (to is None or _ended(copy, component) <= to):
            return copy
    when = f"before {shown(to)}" if to else "yet"
    oldest = f": the oldest is of {shown(manifest.time_of(names[0]))}" if names else ""
    raise BackupError("missing", f"{component}: there is no whole copy {when}{oldest}.")


def _ended(copy: Copy, component: str) -> datetime:
    """From when on the copy can be restored: a base backup is only whole with the log that was written meanwhile."""
    until = copy.components[component].get("until")
    return datetime.fromisoformat(until) if until else copy.time
