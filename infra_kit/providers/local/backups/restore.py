"""Restoring: a component of a copy, at a moment, into a box of its own; over the one that runs only when told twice."""

from __future__ import annotations

import shutil
import time
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from signal import Signals
from typing import Any, cast

from infra_kit._dynamic import handler
from infra_kit.errors import ConfigError
from infra_kit.providers.common.by_hand import Gives, Restored, shown
from infra_kit.providers.local import home
from infra_kit.providers.local.backups import (
    event_bus,
    failures,
    manifest,
    object_store,
    owner,
    postgres_restored,
    redis,
    run,
    settings,
)
from infra_kit.providers.local.backups.boxes import Came, Moment
from infra_kit.providers.local.backups.manifest import Copy
from infra_kit.providers.local.backups.repository import Repository
from infra_kit.providers.local.box import ASIDE, RESTORING, Box, Record
from infra_kit.providers.local.ports import LOOPBACK
from infra_kit.providers.local.server import Server

Noted = Mapping[str, Any]
RESTORE: Mapping[str, Callable[[Box, Noted, Repository, Moment], Came | None]] = {
    "postgres": postgres_restored.restore,
    "redis": redis.restore,
    "object_store": object_store.restore,
    "event_bus": event_bus.restore,
}
Ship = Callable[[Box, str, datetime | None], str]
"""Has the log of a component reach a moment; returns why that could not be."""
CHECK: Mapping[str, Callable[[Box, Noted], list[str]]] = {
    "postgres": postgres_restored.check,
    "redis": redis.check,
    "object_store": object_store.check,
    "event_bus": event_bus.check,
}


def into(backup: Box, component: str, to: datetime | None, name: str, *, or_latest: bool = False) -> Restored:
    """Restores into a new server, which runs when this returns; before that the log of the one that runs is shipped.

    Raises:
        ConfigError: something is there.
        BackupError: there is no copy of that time, or the log does not reach it and its end will not do.
    """
    box = Box(backup.home, backup.stack, name)
    _require_free(box, component)
    restored = _into(backup, component, Moment(to, or_latest), box, _shipped)
    return replace(_placed(restored, box), gives=gives(box))


def check_moment(backup: Box, component: str, to: datetime | None, *, or_latest: bool = False) -> None:
    """Raises `BackupError` where there is no copy of that time, or the log does not reach it and its end will not do.
    The log of the one that runs is shipped before that."""
    copy, moment = _found(backup, component, Moment(to, or_latest), settings.repository(backup), _shipped)
    noted = copy.components[component]
    if noted["kind"] == "postgres":
        with failures.of(component):
            postgres_restored.log_of(noted, settings.repository(backup), moment, backup)


def _shipped(backup: Box, component: str, to: datetime | None) -> str:
    """Has the log reach the moment, in its turn. Returns why that could not be."""
    if run.reaches(backup, component, to):
        return ""
    with settings.alone(backup):
        return run.ship(backup, component)


def _shipped_by_us(backup: Box, component: str, to: datetime | None) -> str:
    """The same, of who is alone with the backup already."""
    return "" if run.reaches(backup, component, to) else run.ship(backup, component)


def _found(backup: Box, component: str, moment: Moment, repository: Repository, ship: Ship) -> tuple[Copy, Moment]:
    """The copy that a moment is restored from, and the moment with what its log lacks: it is shipped meanwhile."""
    with ThreadPoolExecutor(1) as pool:
        copy = pool.submit(manifest.last_before, repository, component, moment.to)
        lacks = ship(backup, component, moment.to)
    return copy.result(), replace(moment, lacks=lacks)


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


def _into(backup: Box, component: str, moment: Moment, box: Box, ship: Ship) -> Restored:
    began, repository = time.monotonic(), settings.repository(backup)
    copy, moment = _found(backup, component, moment, repository, ship)
    noted = copy.components[component]
    came = filled(box, noted, repository, moment) or Came()
    of = came.of or copy.time
    return Restored(
        component=component,
        name=box.name,
        address=f"{LOOPBACK}:{box.record.ports[0]}",
        of=of,
        seconds=time.monotonic() - began,
        says=tuple(_not_in_it(noted, moment, came, of)),
    )


def _not_in_it(noted: Noted, moment: Moment, came: Came, of: datetime) -> Iterator[str]:
    if noted["kind"] == "postgres" and moment.lacks and of != moment.to:
        yield f"What was written after that is not in it: {moment.lacks}."
    # The newest may be of a database that was made anew, and empty: that there was one before must not stay unsaid.
    if moment.to is None and came.another_until and came.another_until <= of:
        yield (
            f"Until {shown(came.another_until)} the copies are of another database that had this name; to have that "
            f"one: --to {came.another_until.isoformat()}."
        )


def _placed(restored: Restored, box: Box, aside: Path | None = None) -> Restored:
    """Where it is now; `aside`, where what it replaced is kept."""
    kept = f"; what it held before: {aside}" if aside else ""
    beside = "It runs beside the stack's own, with the same users and passwords. To see how to connect, in clear: "
    beside += f"infra-kit show {box.name}. To remove it, and nothing else: infra-kit restore --remove {box.name}."
    is_beside = box.name != restored.component
    return replace(
        restored,
        name=box.name,
        address=f"{LOOPBACK}:{box.record.ports[0]}",
        says=(*restored.says, f"It is in {box.path}{kept}.", *([beside] if is_beside else [])),
    )


def over(backup: Box, component: str, to: datetime | None, *, or_latest: bool = False) -> Restored:
    """Replaces what a server holds, which is kept aside; where there is none, it is made. Whoever calls this has asked
    twice. No run of the backup is at work meanwhile.

    The copy is restored beside it first: where that fails, the server has not been touched.
    """
    repository = settings.repository(backup)
    with settings.alone(backup):
        ours = owner.is_ours(backup, repository)
        restored = _over(backup, component, to, or_latest=or_latest)
        means = () if ours else (owner.restored(backup, repository, component),)
    return replace(restored, says=(*restored.says, *means))


def _over(backup: Box, component: str, to: datetime | None, *, or_latest: bool) -> Restored:
    box = Box(backup.home, backup.stack, component)
    moment = Moment(to, or_latest)
    if not box.exists:
        _require_free(box, component)
        return _placed(_into(backup, component, moment, box, _shipped_by_us), box)
    if box.record.kind == "local/object_store":
        return _over_objects(backup, box, to)
    box.put_back()
    scratch = Box(backup.home, backup.stack, f"{component}{RESTORING}")
    _require_none_left(box, scratch)
    restored = _into(backup, component, moment, scratch, _shipped_by_us)
    _shipped_by_us(backup, component, None)  # what it wrote meanwhile can be gone back to as well
    return _placed(restored, box, _exchange(box, scratch))


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
    home.make_private(box.data, box.user)  # it may be lost
    whole = any(box.data.iterdir())
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
        if whole:  # one that has lost its data is not to begin anew
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
    copy = manifest.last_before(repository, box.name, to)
    with failures.of(box.name), _standing(box):
        object_store.restore_over(box, copy.components[box.name], repository)
    restored = Restored(
        component=box.name, name=box.name, address="", of=copy.time, seconds=time.monotonic() - began, says=()
    )
    return _placed(restored, box)


@contextmanager
def _standing(box: Box) -> Iterator[None]:
    """A store that has lost its data begins anew, to be filled within; where that fails, it is lost still."""
    inputs = box.record.inputs
    store = cast("Server", handler(inputs))
    lost = store.has_lost_data(box, inputs)
    try:
        if lost:
            store.ensure(inputs)
        yield
    except BaseException:
        if lost:
            _stop(box)
            shutil.rmtree(box.data, ignore_errors=True)
        raise


def filled(box: Box, noted: Noted, repository: Repository, moment: Moment) -> Came | None:
    """A new box with what a copy holds; where that fails or is interrupted, none."""
    try:
        with failures.of(noted["component"]):
            return RESTORE[noted["kind"]](box, noted, repository, moment)
    except BaseException:
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
