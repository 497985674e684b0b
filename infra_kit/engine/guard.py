"""The guard: nothing that holds data is replaced or deleted unless the user names it."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from infra_kit.engine.operations import Step, short
from infra_kit.errors import DataLossRefusedError
from infra_kit.stateful import is_stateful

_REPLACING = {"replace", "create-replacement", "delete-replaced", "import-replacement"}
_DELETING = {"delete"}


def check(steps: Sequence[Step], allowed: Collection[str] = ()) -> None:
    """Refuses a plan that would lose data.

    Args:
        steps: what a preview says the engine would do.
        allowed: names of components or resources whose data may be lost (`--allow-delete`).

    Raises:
        DataLossRefusedError: it names each resource, why, and the safe way.
    """
    losses: dict[str, list[Step]] = {}
    for step in steps:
        if _loses_data(step) and not {step.name, step.parent} & set(allowed):
            losses.setdefault(step.urn, []).append(step)
    if losses:
        raise DataLossRefusedError(_message(list(losses.values())))


def _loses_data(step: Step) -> bool:
    if not is_stateful(step.type):
        return False
    return step.op in _REPLACING or (step.op in _DELETING and not step.retained)


def _message(losses: list[list[Step]]) -> str:
    lines = ["refused: this would lose data. Nothing was changed."]
    lines += [f"  {_why(steps)}" for steps in losses]
    if any(_is_replaced(steps) for steps in losses):
        lines.append(
            "Instead of a replacement: undo the change, or make a second component beside the first, move the "
            "data, then remove the first."
        )
    if not all(_is_replaced(steps) for steps in losses):
        lines.append(
            "Was it renamed or moved? Keep its data with opts=pulumi.ResourceOptions(aliases=[pulumi.Alias(name="
            '"<old name>")]).'
        )
    names = sorted({steps[0].parent or steps[0].name for steps in losses})
    lines.append(f"If the data may go, back it up and say so: {' '.join(f'--allow-delete {name}' for name in names)}")
    return "\n".join(lines)


def _is_replaced(steps: list[Step]) -> bool:
    return any(step.op in _REPLACING for step in steps)


def _why(steps: list[Step]) -> str:
    step = steps[0]
    what = f"{step.name} ({short(step.type)})"
    if not _is_replaced(steps):
        return f"{what} would be deleted: the program no longer has it."
    keys = sorted({key for each in steps for key in each.replace_keys})
    changed = f" of {', '.join(keys)}" if keys else ""
    return f"{what} would be replaced by an empty one, because{changed or ' the plan'} changes.".replace(
        "because of", "because"
    )
