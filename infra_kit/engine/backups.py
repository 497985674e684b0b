"""The Backups of a stack, wherever they are: which one is meant, and a copy of it now."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol, cast

from infra_kit import target
from infra_kit._installation import pip_install
from infra_kit.engine import connections, local_servers, pulumi_cli, side_copies
from infra_kit.engine.connections import Connection, components
from infra_kit.engine.display import Progress
from infra_kit.engine.project import Project
from infra_kit.engine.stack import Stack
from infra_kit.engine.standing import below, target_of
from infra_kit.errors import BackupError, ConfigError
from infra_kit.providers.common.by_hand import Copied, Proven, Restored, StandingBackup


class ByHand(Protocol):
    """A target's module `by_hand`. What stands for a Backup is its own affair."""

    def holds(self, backup: Any) -> Sequence[str]:
        """The components that it has copies of, by name."""

    def back_up(self, backup: Any) -> Sequence[Copied]:
        """Takes a copy now; returns when it is whole. Raises `BackupError` or `ToolError`."""

    def new_name(self, backup: Any, component: str) -> str:
        """What is restored beside the component is called so, if nobody says a name. Raises `BackupError` for what the
        target restores by its own commands alone."""

    def into(self, backup: Any, component: str, to: datetime | None, name: str, *, or_latest: bool = False) -> Restored:
        """Restores beside what runs. Raises `BackupError` where what is kept does not reach that moment, unless the
        latest will do."""

    def over(self, backup: Any, component: str, to: datetime | None, *, or_latest: bool = False) -> Restored:
        """Restores over what runs. Who asks has asked twice."""

    def remove(self, backup: Any, name: str) -> bool:
        """Deletes what was restored beside; False where there is nothing of that name. Raises `ConfigError` for what is
        none, and where the target's own command deletes it."""

    def drill(self, drill: Any) -> Sequence[Proven]:
        """Restores the newest copies into a scratch place, looks at them, and removes it; returns when that is done.
        Raises `BackupError` or `ToolError` where one is not proven, or nothing begins a drill by hand."""


@dataclass(frozen=True)
class Held:
    """A Backup."""

    name: str
    backup: Any
    by_hand: ByHand

    @property
    def components(self) -> list[str]:
        return list(self.by_hand.holds(self.backup))

    def take_over(self) -> None:
        """Has copies that are another's be this Backup's from now on. Raises `ConfigError` where that cannot be."""
        takes = getattr(self.by_hand, "take_over", None)
        if takes is None:
            raise ConfigError(f"--take-over: the copies of {self.name!r} are nobody else's. Leave it out.")
        takes(self.backup)

    @property
    def never_over(self) -> str | None:
        """Why it is never restored over what runs; None where it is, when told twice."""
        why: str | None = getattr(self.by_hand, "NEVER_OVER", None)
        return why

    def check_over(self, component: str) -> None:
        """Raises `BackupError` for a component that its target restores beside alone."""
        if check := getattr(self.by_hand, "check_over", None):
            check(self.backup, component)

    def check_moment(self, component: str, to: datetime | None, *, or_latest: bool) -> None:
        """Raises `BackupError` where the target knows before it restores that what is kept does not reach a moment."""
        if check := getattr(self.by_hand, "check_moment", None):
            check(self.backup, component, to, or_latest=or_latest)

    def connection(self, restored: Restored) -> Connection:
        """How to connect to what was restored beside: where the target does not say so, as to the component itself, at
        the new address."""
        if restored.gives:
            return side_copies.connection(restored.name, restored.component, restored.gives)
        its = connections.find({"resources": self.backup.stack}, restored.component)
        host, _, port = restored.address.partition(":")
        return its.at(host, int(port or its.address.rpartition(":")[2]))


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
    there = standing(state_of(project, stack, progress), progress.note, {it.name for it in here})
    if found := _named(there, name):
        return found
    known = [known for it in (*here, *there) for known in (it.name, *it.components)]
    raise ConfigError(
        f"{stack} has no backup {name!r}, and none of a component of that name; there is {', '.join(known) or 'none'}."
    )


def every(project: Project, stack: str, progress: Progress) -> Iterator[Held]:
    """All Backups of a stack; those of this machine first, for which nothing else is looked at."""
    here = _of_this_machine(project, stack)
    yield from here
    yield from standing(state_of(project, stack, progress), progress.note, {it.name for it in here})


def take(project: Project, stack: str, name: str, progress: Progress, *, take_over: bool = False) -> list[Copied]:
    """Takes a copy of all that a Backup holds, and returns when it is whole.

    Args:
        project, stack, name: the Backup.
        progress: where it is said what is done.
        take_over: copies of another Backup that are in its place are this one's first.

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
    if take_over:
        held.take_over()
    made = list(held.by_hand.back_up(held.backup))
    if lacking := sorted(set(held.components) - {it.component for it in made}):
        raise BackupError(
            "missing", f"{name}: there is no whole copy of {', '.join(lacking)}. Its log and report say why."
        )
    return made


def take_before(project: Project, stack: str, name: str, progress: Progress) -> list[Copied]:
    """The same, before a release: of a stack that was never up there is nothing to copy yet."""
    if not _of_this_machine(project, stack) and not state_of(project, stack, progress).get("resources"):
        return []
    return take(project, stack, name, progress)


def holding(project: Project, stack: str, progress: Progress) -> list[str]:
    """The Backups that hold something, by name."""
    return [it.name for it in every(project, stack, progress) if it.components]


def stopped(project: Project, stack: str, name: str, progress: Progress) -> list[str]:
    """What a Backup holds that is a server of this machine and does not run: stopped, or dead."""
    _, of = find(project, stack, name, progress)
    return [
        it.name for it in local_servers.servers(project, stack) if it.name in of and it.has_program and not it.running
    ]


def _named(there: Sequence[Held], name: str) -> tuple[Held, list[str]] | None:
    for held in there:
        if name == held.name:
            if not held.components:
                raise ConfigError(f"Backup {name!r} holds nothing: it is not up yet. Run infra-kit up.")
            return held, held.components
    return next(((held, [name]) for held in there if name in held.components), None)


def _of_this_machine(project: Project, stack: str) -> list[Held]:
    """Those of the local target: they need no state, which may be lost with much else."""
    library = local_servers.by_hand()
    if library is None:
        return []
    found: Mapping[str, Any] = library.find(stack, local_servers.home(project))
    return [Held(name, box, cast("ByHand", library)) for name, box in found.items()]


def standing(state: Mapping[str, Any], say: Callable[[str], None], known: Set[str]) -> list[Held]:
    """The Backups of a stack's state, but for those that are known already."""
    found = [one for one in components(state) if one.type == "Backup" and one.name not in known]
    return [_standing(state, one, say) for one in found]


def by_hand_of(state: Mapping[str, Any], one: Connection) -> ByHand:
    """The module of the target that made a Backup or a RestoreDrill. Raises `ConfigError`."""
    made_by = target_of(state, one.name)
    if made_by == "local":
        raise ConfigError(f"{one.type} {one.name!r} is of the target local. Run: {pip_install('local')}")
    module = cast("ByHand | None", target.load_by_hand(made_by))
    if module is None:
        raise ConfigError(f"{one.type} {one.name!r}: the target {made_by!r} does nothing of it by hand.")
    return module


def state_of(project: Project, stack: str, progress: Progress) -> dict[str, Any]:
    """Empty of a stack that was never up."""
    project.prepare()
    it = Stack(project, stack, pulumi_cli.ensure(progress))
    return it.state() if it.exists() else {}


def _standing(state: Mapping[str, Any], one: Connection, say: Callable[[str], None]) -> Held:
    module = by_hand_of(state, one)
    backup = StandingBackup(
        name=one.name,
        place=str(one.fields.get("place") or ""),
        what=f"Backup {one.name!r}",
        own=below(state, one.name),
        stack=state["resources"],
        say=say,
    )
    return Held(one.name, backup, module)
