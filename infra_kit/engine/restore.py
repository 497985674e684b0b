"""Restoring what a Backup of the local target holds: beside what runs, or over it when told twice."""

from __future__ import annotations

import importlib
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Protocol, cast

from infra_kit._installation import pip_install
from infra_kit.engine import locks
from infra_kit.engine.local_servers import home
from infra_kit.engine.project import Project
from infra_kit.errors import ConfigError, DataLossRefusedError


class Restored(Protocol):
    """What came of it, as `infra_kit.providers.local.backups.restore` describes it."""

    @property
    def component(self) -> str: ...
    @property
    def name(self) -> str: ...
    @property
    def address(self) -> str: ...
    @property
    def data(self) -> Path: ...
    @property
    def of(self) -> datetime: ...
    @property
    def seconds(self) -> float: ...
    @property
    def aside(self) -> Path | None: ...


class _Library(Protocol):
    def holding(self, stack: str, home: Path, name: str) -> tuple[Any, list[str]]: ...
    def into(self, backup: Any, component: str, to: datetime | None, name: str) -> Restored: ...
    def over(self, backup: Any, component: str, to: datetime | None) -> Restored: ...


def beside(project: Project, stack: str, name: str, to: datetime | None, into: str | None) -> Sequence[Restored]:
    """Restores into new servers, which run when this returns.

    Args:
        project, stack: where the backup is.
        name: a backup, for all that it holds, or a component that one holds.
        to: the moment. None: the newest.
        into: the name of the new server, of one component. Default: `<component>-restored`.

    Raises:
        ConfigError: there is no such backup; or something of that name is there already.
        BackupError: the copy is not what it should be, or there is none of that time.
    """
    library = _library()
    with locks.hold(project, stack):
        backup, components = library.holding(stack, home(project), name)
        if into and len(components) > 1:
            raise ConfigError(
                f"--into {into}: {name} holds {', '.join(components)}; name the one that is meant: "
                f"infra-kit restore {components[0]} --into {into}"
            )
        return [library.into(backup, it, to, into or f"{it}-restored") for it in components]


def over(project: Project, stack: str, name: str, to: datetime | None, lose: Sequence[str]) -> Sequence[Restored]:
    """Restores over the servers themselves; what a database held is kept aside.

    Args:
        project, stack, name, to: as for `beside`.
        lose: the components, each named once more.

    Raises:
        DataLossRefusedError: one of them is not named, or more than these are. Nothing was changed.
    """
    library = _library()
    with locks.hold(project, stack):
        backup, components = library.holding(stack, home(project), name)
        if sorted(lose) != sorted(components):
            told_twice = " ".join(f"--yes-lose {it}" for it in components)
            raise DataLossRefusedError(
                f"what {', '.join(components)} holds now would be replaced. Nothing was changed. To look at the copy "
                f"first: infra-kit restore {name}. If that is what you want, name each once more: --over {told_twice}"
            )
        return [library.over(backup, it, to) for it in components]


def moment(text: str) -> datetime:
    """`2026-11-26T10:15` or `2026-11-26 10:15:00+02:00`; without an offset it is UTC. Raises `ConfigError`."""
    try:
        time = datetime.fromisoformat(text)
    except ValueError:
        raise ConfigError(f"--to: given {text!r}; a time is needed, e.g. 2026-11-26T10:15 (UTC)") from None
    time = time if time.tzinfo else time.replace(tzinfo=UTC)
    if time > datetime.now(UTC):
        raise ConfigError(f"--to: given {text!r}, which is to come; a time of the past is needed. It is read as UTC.")
    return time


def _library() -> _Library:
    try:
        return cast(_Library, importlib.import_module("infra_kit.providers.local.backups.restore"))
    except ModuleNotFoundError as missing:
        raise ConfigError(f"{missing.name} is not installed here. Run: {pip_install('local')}") from None
