"""The guard: nothing that holds data is replaced, deleted or begun anew unless the user names it."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

from infra_kit.engine.operations import Step, short
from infra_kit.errors import ConfigError, DataLossRefusedError, TargetError
from infra_kit.stateful import ends_copies, is_known, is_stateful

REPLACING = {"replace", "create-replacement", "delete-replaced", "import-replacement"}
_DELETING = {"delete"}
UNPROTECT = (
    "take its protection away (`protect=False` in its opts, of a Postgres `deletion_protection=False` too, and an "
    "`up`; or `pulumi state unprotect`)"
)
"""The ways to let the engine delete or forget what is protected: no option of `up` makes it."""


def check(steps: Sequence[Step], allowed: Collection[str] = ()) -> None:
    """Refuses a plan that would lose data.

    Args:
        steps: what a preview says the engine would do.
        allowed: names of components or resources whose data may be lost (`--allow-delete`).

    Raises:
        DataLossRefusedError: it names each resource, why, and the safe way.
    """
    losses = _losses(steps, allowed, loses)
    if not losses:
        return
    kept = all(each[0].retained and not _is_replaced(each) for each in losses)
    lines = [f"refused: this would {'let go of what is protected' if kept else 'lose data'}. Nothing was changed."]
    lines += [f"  {_why(each)}" for each in losses]
    lines += _unread(losses)
    if any(step.protected for each in losses for step in each):
        lines.append(f"What is protected stops `up`, whatever is named: {UNPROTECT} first.")
    if any(_is_replaced(each) for each in losses):
        lines.append(
            "Instead of a replacement: undo the change, or make a second component beside the first, move the "
            "data, then remove the first."
        )
    if not all(_is_replaced(each) for each in losses):
        lines.append(
            "Was it renamed or moved? Keep its data with opts=pulumi.ResourceOptions(aliases=[pulumi.Alias(name="
            '"<old name>")]).'
        )
    lines.append(f"If the data may go, back it up and say so: {_hint(steps, losses)}")
    raise DataLossRefusedError("\n".join(lines))


def check_gone(found: Sequence[Step], allowed: Collection[str] = ()) -> None:
    """Refuses to go on where data is gone: the engine would forget it and make an empty one in its place.

    Args:
        found: what a `look` found.
        allowed: names of components or resources that may begin anew (`--allow-delete`).

    Raises:
        DataLossRefusedError: it names each resource, where its data should be if that is known, and both ways out.
    """
    losses = _losses(found, allowed, _is_gone)
    if not losses:
        return
    lines = ["refused: data is gone, and an empty one would be made in its place. Nothing was changed."]
    lines += [f"  {_named(each[0])} is gone{_looked_in(each[0])}." for each in losses]
    lines += _unread(losses)
    lines.append("Bring it back (mount its disk, move or restore its data), then run this again.")
    lines.append(f"Or begin anew, with an empty one: {_hint(found, losses)}")
    raise DataLossRefusedError("\n".join(lines))


def warnings(plan: Sequence[Step], allowed: Collection[str] = ()) -> Iterator[str]:
    """What a plan that passes may cost all the same.

    Args:
        plan: what a preview says the engine would do.
        allowed: names of components or resources whose data may be lost (`--allow-delete`).
    """
    going = [step for step in plan if not {step.name, step.parent} & set(allowed)]
    unknown = dict.fromkeys(f"{step.name} ({step.type})" for step in going if _is_unknown_loss(step))
    if unknown:
        yield f"{', '.join(unknown)}: replaced or deleted, and nobody here knows whether it holds data."
    for step in going:
        if step.op == "update" and ends_copies(step.type, step.inputs, step.becomes):
            yield (
                f"{_named(step)} is to keep no backups: its service deletes every automated backup that it kept, at "
                "once, and none comes back. A snapshot that somebody took stays."
            )


def _is_unknown_loss(step: Step) -> bool:
    doomed = step.op in REPLACING or (step.op in _DELETING and not step.retained)
    return doomed and step.custom and not packages().knows(step.type)


def check_names(allowed: Collection[str], known: Collection[str], stack: str) -> None:
    """Refuses a name of `--allow-delete` that nothing in the stack has: mistyped, it would do nothing, unseen.

    Args:
        allowed: the names given.
        known: names of the stack's components and resources, as it stands and as it would be.
        stack: the stack's name, for the message.

    Raises:
        ConfigError: it lists the names there are.
    """
    for name in allowed:
        if name not in known:
            there = f"There are: {', '.join(sorted(known))}." if known else "It has none."
            raise ConfigError(f"--allow-delete {name}: {stack} has no component or resource of that name. {there}")


def loses(step: Step) -> bool:
    """Whether a step would lose data. What is retained may be let go, for the thing itself stays; and nothing that is
    protected: the engine stops."""
    if step.op not in REPLACING | _DELETING:
        return False
    if step.protected:
        return True
    harmless = step.op in _DELETING and step.retained
    return step.custom and not harmless and holds_data(step.type, step.inputs)


def _is_gone(step: Step) -> bool:
    return step.op in _DELETING and holds_data(step.type, step.inputs)


def _losses(steps: Sequence[Step], allowed: Collection[str], loses: Callable[[Step], bool]) -> list[list[Step]]:
    """The steps that lose data nobody gave up, by resource."""
    found: dict[str, list[Step]] = {}
    for step in steps:
        if loses(step) and not {step.name, step.parent} & set(allowed):
            found.setdefault(step.urn, []).append(step)
    return list(found.values())


def holds_data(type_token: str, inputs: Mapping[str, Any]) -> bool:
    """Whether a resource holds data of its own: by our table, or by what its target's package says (`STATEFUL`). Of one
    whose target's package cannot be read here it is taken to: nobody can say that it does not."""
    return is_stateful(type_token, inputs) or packages().holds_data(type_token)


class Packages(NamedTuple):
    """What third parties' targets say of the types that they make."""

    stateful: frozenset[str]
    read: tuple[str, ...]
    """What the types begin with of which they have said it."""
    unread: Mapping[str, str]
    """The targets that cannot be used here, with why."""

    def holds_data(self, type_token: str) -> bool:
        """Whose resources an unread target makes, its name does not say: they may be of a package of any name."""
        return type_token in self.stateful or (bool(self.unread) and not self.knows(type_token))

    def knows(self, type_token: str) -> bool:
        return is_known(type_token) or type_token.startswith(self.read)


@cache
def packages() -> Packages:
    """Read when the first loss of a type comes up that is not in our table, which has all that our own targets make."""
    from infra_kit import target  # noqa: PLC0415  it takes Pulumi's SDK, a third of a command's time

    stateful: frozenset[str] = frozenset()
    read: list[str] = []
    unread: dict[str, str] = {}
    for name in sorted(target.third_parties()):
        try:
            package = target.package(name)
        except TargetError as error:
            unread[name] = str(error)
            continue
        if hasattr(package, "STATEFUL"):
            stateful |= package.STATEFUL
            read += [f"{name}:", f"{getattr(package, 'PULUMI_PACKAGE', None) or name}:"]
    return Packages(stateful, tuple(read), unread)


def _unread(losses: Sequence[Sequence[Step]]) -> list[str]:
    """Why something is taken to hold data of which nobody here can say it."""
    if all(is_stateful(step.type, step.inputs) for each in losses for step in each[:1]):
        return []
    return [
        f"Only the target {name!r} says whether its own holds data: {why}" for name, why in packages().unread.items()
    ]


def _hint(steps: Sequence[Step], losses: list[list[Step]]) -> str:
    """Names a component only where all the data it has is lost: naming it would give up the rest too."""
    lost = {each[0].urn for each in losses}
    keeping = {step.parent for step in steps if holds_data(step.type, step.inputs) and step.urn not in lost}
    wholly = {each[0].parent for each in losses} - keeping - {""}
    names = {each[0].parent if each[0].parent in wholly else each[0].name for each in losses}
    return " ".join(f"--allow-delete {name}" for name in sorted(names))


def _is_replaced(steps: list[Step]) -> bool:
    return any(step.op in REPLACING for step in steps)


def _why(steps: list[Step]) -> str:
    what = f"{_named(steps[0])}{', protected,' if any(step.protected for step in steps) else ''}"
    if not _is_replaced(steps) and steps[0].retained:
        return f"{what} would be forgotten, and left where it is: the program no longer has it."
    if not _is_replaced(steps):
        return f"{what} would be deleted: the program no longer has it."
    keys = sorted({key for each in steps for key in each.replace_keys})
    cause = ", ".join(keys) if keys else "the plan"
    return f"{what} would be replaced by an empty one, because {cause} changes."


def _named(step: Step) -> str:
    return f"{step.name} ({short(step.type)})"


def _looked_in(step: Step) -> str:
    """A local server's data has a folder of its own."""
    if not {"home", "stack", "name"} <= step.inputs.keys():
        return ""
    home, stack, name = (str(step.inputs[key]) for key in ("home", "stack", "name"))
    return f": its data was looked for in {Path(home, stack, name)}"
