"""The Backups of a stack, wherever they are: which one is meant, and a copy of it now."""

from __future__ import annotations

import importlib
from collections.abc import Callable, Mapping, Sequence, Set
from dataclasses import dataclass
from datetime import datetime
from types import ModuleType
from typing import Any, Protocol, cast

from infra_kit import target
from infra_kit._installation import pip_install
from infra_kit.engine import pulumi_cli
from infra_kit.engine.connections import Connection, components
from infra_kit.engine.display import Progress
from infra_kit.engine.local_servers import home
from infra_kit.engine.project import Project
from infra_kit.engine.stack import Stack
from infra_kit.engine.standing import below, target_of
from infra_kit.errors import BackupError, ConfigError
from infra_kit.providers.common.by_hand import Copied, StandingBackup


class Restored(Protocol):
    """What came of a restore, as `providers/common/by_hand.py` describes it."""

    @property
    def component(self) -> str: ...
    @property
    def name(self) -> str: ...
    @property
    def address(self) -> str: ...
    @property
    def of(self) -> datetime | None: ...
    @property
    def seconds(self) -> float: ...
    @property
    def says(self) -> tuple[str, ...]: ...


class ByHand(Protocol):
    """A target's module `by_hand`. What stands for a Backup is its own affair."""

    def holds(self, backup: Any) -> Sequence[str]:
        """The components that it has copies of, by name."""

    def back_up(self, backup: Any) -> Sequence[Copied]:
        """Takes a copy now; returns when it is whole. Raises `BackupError` or `ToolError`."""

    def new_name(self, backup: Any, component: str) -> str:
        """What is restored beside the component is called so, if nobody says a name. Raises `BackupError` for what the
        target restores by its own commands alone."""

    def into(self, backup: Any, component: str, to: datetime | None, name: str) -> Restored:
        """Restores beside what runs."""

    def over(self, backup: Any, component: str, to: datetime | None) -> Restored:
        """Restores over what runs. Who asks has asked twice."""


@dataclass(frozen=True)
class Held:
    """A Backup."""

    name: str
    backup: Any
    by_hand: ByHand

    @property
    def components(self) -> list[str]:
        return list(self.by_hand.holds(self.backup))

    @property
    def never_over(self) -> str | None:
        """Why it is never restored over what runs; None where it is, when told twice."""
        why: str | None = getattr(self.by_hand, "NEVER_OVER", None)
        return why


def find(project: Project, stack: str, name: str, progress: Progress) -> tuple[Held, list[str]]:
    """The backup that is meant, and which components of it.

    Args:
        project, stack: where it is.
        name: a Backup's, or a component's that one holds.
        progress: where it is said what is done.

    Raises:
        ConfigError: there is none of that name, and the message has those there are; or it holds nothing.
    """
    here = _of_this_machine(project, stack)
    if found := _named(here, name):
        return found
    there = standing(_state(project, stack, progress), progress.note, {it.name for it in here})
    if found := _named(there, name):
        return found
    known = [known for it in (*here, *there) for known in (it.name, *it.components)]
    raise ConfigError(
        f"{stack} has no backup {name!r}, and none of a component of that name; there is {', '.join(known) or 'none'}."
    )


def take(project: Project, stack: str, name: str, progress: Progress) -> list[Copied]:
    """Takes a copy of all that a Backup holds, and returns when it is whole.

    Raises:
        ConfigError: there is no Backup of that name, or nothing that it copies.
        BackupError, ToolError: not all of it could be taken; those before are as they were.
    """
    held, _ = find(project, stack, name, progress)
    if held.name != name:
        raise ConfigError(
            f"{name}: it is copied by the Backup {held.name!r}, with {', '.join(held.components)}: a copy is of all of "
            f"them. Run infra-kit backup {held.name}."
        )
    made = list(held.by_hand.back_up(held.backup))
    if lacking := sorted(set(held.components) - {it.component for it in made}):
        raise BackupError(
            "missing", f"{name}: there is no whole copy of {', '.join(lacking)}. Its log and report say why."
        )
    return made


def take_before(project: Project, stack: str, name: str, progress: Progress) -> list[Copied]:
    """The same, before a release: of a stack that was never up there is nothing to copy yet."""
    if not _of_this_machine(project, stack) and not _state(project, stack, progress).get("resources"):
        return []
    return take(project, stack, name, progress)


def holding(project: Project, stack: str, progress: Progress) -> list[str]:
    """The Backups that hold something, by name."""
    here = _of_this_machine(project, stack)
    there = standing(_state(project, stack, progress), progress.note, {it.name for it in here})
    return [it.name for it in (*here, *there) if it.components]


def _named(there: Sequence[Held], name: str) -> tuple[Held, list[str]] | None:
    for held in there:
        if name == held.name:
            if not held.components:
                raise ConfigError(f"Backup {name!r} holds nothing: it is not up yet. Run infra-kit up.")
            return held, held.components
    return next(((held, [name]) for held in there if name in held.components), None)


def _of_this_machine(project: Project, stack: str) -> list[Held]:
    """Those of the local target: they need no state, which may be lost with much else."""
    library = _local()
    if library is None:
        return []
    found: Mapping[str, Any] = library.find(stack, home(project))
    return [Held(name, box, cast("ByHand", library)) for name, box in found.items()]


def _local() -> ModuleType | None:
    try:
        return importlib.import_module("infra_kit.providers.local.by_hand")
    except ModuleNotFoundError:
        return None  # the extra `local` is not installed


def standing(state: Mapping[str, Any], say: Callable[[str], None], known: Set[str]) -> list[Held]:
    """The Backups of a stack's state, but for those that are known already."""
    found = [one for one in components(state) if one.type == "Backup" and one.name not in known]
    return [_standing(state, one, say) for one in found]


def _state(project: Project, stack: str, progress: Progress) -> dict[str, Any]:
    project.prepare()
    it = Stack(project, stack, pulumi_cli.ensure(progress))
    return it.state() if it.exists() else {}


def _standing(state: Mapping[str, Any], one: Connection, say: Callable[[str], None]) -> Held:
    made_by = target_of(state, one.name)
    if made_by == "local":
        raise ConfigError(f"Backup {one.name!r} is of the target local. Run: {pip_install('local')}")
    module = cast("ByHand | None", target.load_by_hand(made_by))
    if module is None:
        raise ConfigError(f"Backup {one.name!r}: the target {made_by!r} takes and restores no copies by hand.")
    backup = StandingBackup(
        name=one.name,
        place=str(one.fields.get("place") or ""),
        what=f"Backup {one.name!r}",
        own=below(state, one.name),
        stack=state["resources"],
        say=say,
    )
    return Held(one.name, backup, module)
