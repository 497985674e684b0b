"""Where the engine and its plugins are there: what they say of a step, held against what we say offline."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import yaml

from infra_kit.engine import operations, pulumi_cli
from infra_kit.engine.display import Progress
from infra_kit.engine.guard import REPLACING, holds_data
from infra_kit.engine.operations import Step
from infra_kit.engine.project import Project, read_yaml, write_private
from infra_kit.engine.stack import Stack
from infra_kit.errors import EngineError
from infra_kit.planning import configuration
from infra_kit.planning.changes import Change, Fate
from infra_kit.planning.transition import Transition


def steps(project: Project, name: str, settings: Sequence[str], progress: Progress) -> list[Step]:
    """What `pulumi preview` would do to a stack as it stands, with `settings` over its configuration.

    Raises:
        EngineError: there is no engine or plugin, the stack was never up, or the preview failed, in its own words.
    """
    stack = Stack(project, name, pulumi_cli.ensure(progress))
    project.prepare()
    if not stack.exists():
        raise EngineError(f"{name} was never up, so the engine knows nothing of it. Leave --engine out.")
    own = stack.config_file()
    config = project.home / "config" / f"transition-{own.name}"
    content = read_yaml(own) | {"config": configuration.laid_over(project, name, settings)}
    write_private(config, yaml.safe_dump(content, sort_keys=False))
    try:
        return operations.run("preview", stack, config, progress)
    finally:
        config.unlink()


def disagreements(found: Transition, previewed: Iterable[Step]) -> list[str]:
    """Where the engine and our table differ about what holds data: what is replaced, and by what, and what goes; and
    what the engine has said nothing of. Empty: nowhere."""
    theirs: dict[str, list[Step]] = {}
    for step in previewed:
        theirs.setdefault(step.urn, []).append(step)
    standing = [change for change in found.changes if change.before]
    ours = {urn: change for change in standing for urn in _urns(change)}
    holding = {urn: steps for urn, steps in theirs.items() if any(holds_data(it.type, it.inputs) for it in steps)}
    said = [_difference(ours.get(urn), steps) for urn, steps in holding.items()]
    unsaid = [it.resource for it in standing if it.stateful and not theirs.keys() & _urns(it)]
    said += [f"{it.name} ({it.type}): the engine has previewed nothing of it." for it in unsaid]
    return [each for each in said if each]


def _urns(change: Change) -> set[str]:
    """The engine names what has another name by now (an alias) by that one."""
    return {side.urn for side in (change.before, change.resource) if side}


_ENDS = {Fate.REPLACED: "replaces it", Fate.DELETED: "deletes it", Fate.FORGOTTEN: "lets go of it"}


def _difference(change: Change | None, steps: Sequence[Step]) -> str:
    named, theirs = f"{steps[0].name} ({steps[0].type})", _fate(steps)
    ours = change.fate if change and change.fate in _ENDS else Fate.KEPT
    if theirs is ours:
        return ""
    if theirs is Fate.REPLACED:
        keys = sorted({key for each in steps for key in each.replace_keys})
        by = ", ".join(keys) or "an input that it does not name"
        return f"{named}: the engine replaces it ({by}); our table does not know that."
    if theirs in _ENDS:
        return f"{named}: the engine {_ENDS[theirs]}; our table does not know that."
    why = f"{', '.join(change.forcing)} replaces it" if change and change.forcing else f"it is {ours}"
    return f"{named}: our table says that {why}; the engine does not."


def _fate(steps: Sequence[Step]) -> Fate:
    """A replacement is several steps, and not all of them name the inputs. Kept: neither replaced nor ended."""
    if any(each.op in REPLACING for each in steps):
        return Fate.REPLACED
    ending = [each for each in steps if each.op == "delete"]
    if not ending:
        return Fate.KEPT
    return Fate.FORGOTTEN if all(each.retained for each in ending) else Fate.DELETED
