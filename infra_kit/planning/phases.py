"""The phases of a system: what each is made of and costs, until when it is enough, and which one fits.

They are described in `phases.yaml`, in the folder of the system below the program's (`stacks/<system>/`), or beside the
program where a project is one system.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

from pydantic import Field, ValidationError

from infra_kit._program import Made
from infra_kit.engine.project import Project, read_yaml
from infra_kit.errors import ConfigError, PlanningError
from infra_kit.planning import programs
from infra_kit.planning.answers import Answers
from infra_kit.planning.costs import cost
from infra_kit.spec import Items, Model, problems

FILE = "phases.yaml"


class Description(Model):
    """A phase, as its file has it."""

    title: str
    stack: str
    """The stack that is in it."""
    settings: Items[str] = ()
    """Laid over the stack's configuration beside its phase, `<key>=<value>`: where a phase moves to another target."""
    until: dict[str, float] = Field(default_factory=dict)
    """By a figure's name, up to where it is enough: `{users_a_month: 1000}`. None: nobody has said."""
    signals: Items[str] = ()
    """What else tells that it is time to move on, in words."""


@dataclass(frozen=True)
class Phase:
    """A phase that was planned."""

    name: str
    """As `infra-kit:phase` has it."""
    title: str
    until: Mapping[str, float]
    signals: tuple[str, ...]
    components: Mapping[str, str]
    """By name, what they are: `Postgres on aws`."""
    resources: int
    monthly: Decimal
    currency: str
    unpriced: int
    stale: int
    """Lines whose price is older than 180 days."""
    assumed: tuple[str, ...]
    """What was made up where only a cloud, another stack or the stack's owner knows."""


def descriptions(project: Project, system: str | None) -> dict[str, Description]:
    """The phases of a system, in their order.

    Raises:
        ConfigError: there is no file of phases, with the systems that have one; or it is not one, or names a stack that
            the project does not have.
    """
    return _read(project, _file(project, system))


def of_stack(project: Project, stack: str) -> dict[str, Description]:
    """The phases that a stack goes through: of the file that names it, or of the system whose name its own begins with;
    none where there is no such file."""
    folder = _folder(project)
    files = sorted(file for file in (folder / FILE, *folder.glob(f"*/{FILE}")) if file.is_file())
    read = {file: _read(project, file) for file in files}
    naming = (found for found in read.values() if any(each.stack == stack for each in found.values()))
    alike = (found for file, found in read.items() if stack.startswith(f"{file.parent.name.replace('_', '-')}-"))
    return next(naming, None) or next(alike, {})


def _read(project: Project, file: Path) -> dict[str, Description]:
    stacks = project.stacks()
    found: dict[str, Description] = {}
    for name, each in read_yaml(file).items():
        try:
            found[str(name)] = Description.model_validate(each)
        except ValidationError as invalid:
            raise ConfigError(f"{file}: {name}: {problems(Description, invalid)}.") from None
        if found[str(name)].stack not in stacks:
            raise ConfigError(
                f"{file}: {name}: stack: there is no stack {found[str(name)].stack!r}. Stacks: {', '.join(stacks)}."
            )
    if not found:
        raise ConfigError(f"{file} describes no phase.")
    return found


def phases(project: Project, system: str | None, answers: Answers | None = None) -> tuple[Phase, ...]:
    """The phases of a system, each planned with its stack's configuration."""
    return tuple(_planned(project, name, each, answers) for name, each in descriptions(project, system).items())


def fitting(described: Mapping[str, Description], figures: Mapping[str, float]) -> tuple[str, ...]:
    """The first phase that is enough for the current figures, after those of which nobody has said until when they are;
    none where the figures are beyond the last.

    Raises:
        PlanningError: a figure is one that no phase knows, or negative.
    """
    known = {key for each in described.values() for key in each.until}
    for key, value in figures.items():
        if key not in known:
            raise PlanningError(
                f"--now {key}: no phase goes by it. They go by: {', '.join(sorted(known)) or 'nothing'}."
            )
        if value < 0:
            raise PlanningError(f"--now {key}: given {value:g}; a figure is 0 or more.")
    open_: list[str] = []
    for name, each in described.items():
        if not each.until:
            open_.append(name)
        elif all(figures.get(key, 0) <= most for key, most in each.until.items()):
            return (*open_, name)
    last = list(described)[-1]
    return (last,) if last in open_ else ()


def unsaid(described: Mapping[str, Description], figures: Mapping[str, float]) -> list[str]:
    """The figures that phases go by and nobody gave: they count as 0."""
    return sorted({key for each in described.values() for key in each.until} - figures.keys())


def passed(phase: Description | Phase, figures: Mapping[str, float]) -> list[str]:
    """The figures that a phase is no longer enough for, in words."""
    return [
        f"{key.replace('_', ' ')} {figures[key]:g} > {most:g}"
        for key, most in phase.until.items()
        if figures.get(key, 0) > most
    ]


def _folder(project: Project) -> Path:
    program = programs.program_of(project)
    return program if program.is_dir() else program.parent


def _file(project: Project, system: str | None) -> Path:
    folder = _folder(project)
    file = folder / system.replace("-", "_") / FILE if system else folder / FILE
    if not file.is_file():
        there = sorted(each.parent.name.replace("_", "-") for each in folder.glob(f"*/{FILE}"))
        said = (
            f"Systems that have one: {', '.join(there)} (--system)."
            if there
            else "docs/planning.md says what stands in it."
        )
        raise ConfigError(f"there is no {file}. {said}")
    return file


def _planned(project: Project, name: str, described: Description, answers: Answers | None) -> Phase:
    settings: Sequence[str] = (f"infra-kit:phase={name}", *described.settings)
    planned = programs.plan(project, described.stack, settings, answers)
    bill = cost(planned)
    return Phase(
        name=name,
        title=described.title,
        until=described.until,
        signals=tuple(described.signals),
        components={made.name: _what(made) for made in planned.components},
        resources=sum(resource.request.custom for resource in planned.resources),
        monthly=bill.total,
        currency=bill.currency,
        unpriced=len(bill.unpriced),
        stale=bill.stale(),
        assumed=planned.assumed,
    )


def _what(made: Made) -> str:
    return f"{made.type.rpartition(':')[2]} on {made.target.key}"
