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
    """Where the engine and our table differ about what holds data: what is replaced, and by what. Empty: nowhere."""
    ours = {change.before.urn: change for change in found.changes if change.before}
    theirs: dict[str, list[Step]] = {}
    for step in previewed:
        if step.urn in ours and holds_data(step.type, step.inputs):
            theirs.setdefault(step.urn, []).append(step)
    said = [_difference(ours[urn], steps) for urn, steps in theirs.items()]
    return [each for each in said if each]


def _difference(change: Change, steps: Sequence[Step]) -> str:
    """A replacement is several steps, and not all of them name the inputs."""
    step, replaced = steps[0], any(each.op in REPLACING for each in steps)
    if replaced == (change.fate is Fate.REPLACED):
        return ""
    if replaced:
        named = sorted({key for each in steps for key in each.replace_keys})
        keys = ", ".join(named) or "an input that it does not name"
        return f"{step.name} ({step.type}): the engine replaces it ({keys}); our table does not know that."
    return (
        f"{step.name} ({step.type}): our table says that {', '.join(change.forcing)} replaces it; the engine does not."
    )
