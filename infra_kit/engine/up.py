"""The main path: a stack from its configuration to what runs, every step seen before it is taken."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any

from infra_kit.engine import doomed_copies, guard, local_servers, locks, operations, pulumi_cli, recovery
from infra_kit.engine.display import Progress
from infra_kit.engine.operations import Step
from infra_kit.engine.project import Project
from infra_kit.engine.recovery import LOCAL
from infra_kit.engine.stack import Stack, check_known, read_config
from infra_kit.errors import DataLossRefusedError

_CLEAR = "--clear-pending-creates"
_ENGINES = "pulumi:"
"""What the type tokens of the stack itself and of its providers begin with."""


@dataclass(frozen=True)
class Destroyed:
    """What `down` leaves.

    Args:
        kept: the folders whose data was kept.
        found: the state had something of the stack.
    """

    kept: list[str]
    found: bool


def up(project: Project, name: str, progress: Progress, allow: Collection[str] = ()) -> dict[str, Any]:
    """Makes what the stack's program describes; returns the state it then has (`Stack.state()`).

    Args:
        project: the project.
        name: the stack; created on first use, and selected.
        progress: says what is being done.
        allow: names of components or resources whose data may be lost.

    Raises:
        AnotherRunError: another run works on this stack.
        ConfigError: there is no such stack, or `allow` names what it does not have.
        DataLossRefusedError: data is gone, or the plan would lose some; nothing was changed.
        EngineError: the run failed; the message carries the resources' own words.
    """
    read_config(project, name)
    with locks.hold(project, name):
        stack = Stack(project, name, pulumi_cli.ensure(progress))
        recovery.recover(stack, progress)
        config = stack.prepare(progress)
        before = stack.state(in_clear=False)
        _settle(stack, before, progress, allow)
        found, plan = _split(operations.run("preview", stack, config, progress, "--refresh"))
        guard.check_names(allow, _names(before) | _named(plan), name)
        _guard(found, plan, allow)
        for warning in guard.warnings(plan, allow):
            progress.warn(warning)
        if any(step.is_change for step in found):
            operations.run("refresh", stack, config, progress, _CLEAR)
        if not any(step.is_change for step in operations.run("up", stack, config, progress)):
            progress.note("Nothing had to change.")
        return stack.state()


def _split(seen: Sequence[Step]) -> tuple[list[Step], list[Step]]:
    """What a look at the servers found, and what is planned."""
    return [step for step in seen if step.found], [step for step in seen if not step.found]


def _named(plan: Sequence[Step]) -> set[str]:
    """All that a plan has, but the engine's own."""
    return {step.name for step in plan if not step.type.startswith(_ENGINES)}


def _guard(found: Sequence[Step], plan: Sequence[Step], allow: Collection[str]) -> None:
    """Neither what is gone already nor what the plan does may lose data."""
    guard.check_gone(found, allow)
    guard.check(plan, allow)


def down(project: Project, name: str, progress: Progress, allow: Collection[str] = ()) -> Destroyed:
    """Destroys the stack. Its data goes or stays as its environment says; what stays is named.

    Raises as `up` does; DataLossRefusedError for what is protected and not in `allow`.
    """
    check_known(project, name)
    with locks.hold(project, name):
        stack = Stack(project, name, pulumi_cli.ensure(progress))
        recovery.recover(stack, progress)
        project.prepare()
        before = stack.state() if stack.exists() else {}
        folders = [server.data for server in local_servers.servers(project, name)]
        found = bool(before.get("resources") or recovery.pending_creates(before))
        if found:  # a second `down` finds nothing, and is no fault
            _destroy(stack, before, progress, allow)
        if stopped := local_servers.stop(project, name):
            progress.note(f"Stopped what the state does not know: {', '.join(stopped)}")
        local_servers.remove_passing_copies(project, name)
        return Destroyed([str(folder) for folder in folders if folder.exists()], found)


def _destroy(stack: Stack, before: dict[str, Any], progress: Progress, allow: Collection[str]) -> None:
    guard.check_names(allow, _names(before), stack.name)
    recovery.undo_creates(before)
    _refresh(stack, before, progress)
    _unprotect(stack, allow)
    _say_which_copies_go(before, progress)
    operations.run("destroy", stack, stack.config_file(), progress)


def _say_which_copies_go(state: dict[str, Any], progress: Progress) -> None:
    if names := doomed_copies.names(state):
        progress.warn(
            f"the copies of {', '.join(names)} are deleted with the stack. To keep copies beyond it, give the Backup a "
            "place of its own: `to=`, a bucket elsewhere, of no stack (on aws and gcp `vault=`)."
        )


def _names(state: dict[str, Any]) -> set[str]:
    """Of components and resources in the state, and of those that a killed run had begun to create."""
    resources = [*(state.get("resources") or []), *recovery.pending_creates(state)]
    return {operations.name_of(each["urn"]) for each in resources if not each["type"].startswith(_ENGINES)}


def _settle(stack: Stack, state: dict[str, Any], progress: Progress, allow: Collection[str]) -> None:
    """Where a killed run left something begun, the state is made whole, if that loses no data: what it finds gone it
    drops, and `up` would make it anew, empty."""
    if not state.get("pending_operations"):
        return
    if state.get("resources"):
        guard.check_gone(operations.run("look", stack, stack.config_file(), progress, _CLEAR), allow)
    _refresh(stack, state, progress)


def _refresh(stack: Stack, state: dict[str, Any], progress: Progress) -> None:
    """Brings the state in line with what runs; drops what a killed run had begun, for `create` adopts what stands."""
    pending = recovery.pending_creates(state)
    for resource in pending:
        if not resource["type"].startswith(LOCAL):
            progress.warn(
                f"{operations.name_of(resource['urn'])} ({resource['type']}) was being created when the last run was "
                "interrupted. If it is there by now, the provider has it and this stack does not: look, and remove "
                "or import it."
            )
    if state.get("resources") or pending:
        operations.run("refresh", stack, stack.config_file(), progress, _CLEAR)


def _unprotect(stack: Stack, allow: Collection[str]) -> None:
    """Local servers leave their data folder behind where it matters, so their protection only guards `up`."""
    protected = [resource for resource in stack.state(in_clear=False).get("resources") or [] if resource.get("protect")]
    refused = []
    for resource in protected:
        names = {operations.name_of(resource["urn"]), operations.component_of(resource)}
        if not resource["type"].startswith(LOCAL) and not names & set(allow):
            refused.append(resource)
    if refused:
        names = {operations.name_of(resource["urn"]) for resource in refused}
        raise DataLossRefusedError(
            f"refused: {', '.join(sorted(names))} of the stack {stack.name!r} is protected. Nothing was changed.\n"
            "If the data may go, back it up and say so: " + " ".join(f"--allow-delete {name}" for name in sorted(names))
        )
    for resource in protected:
        stack.pulumi("state", "unprotect", resource["urn"], "--yes", "--stack", stack.name)
