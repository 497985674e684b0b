"""One stack in several places, side by side: what it costs, holds, lacks, promises."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from itertools import product

from infra_kit.engine.project import Project
from infra_kit.errors import ProgramError, TargetError, UnsupportedFeatureError
from infra_kit.planning import availability, configuration, programs
from infra_kit.planning.answers import Answers
from infra_kit.planning.availability import Availability
from infra_kit.planning.configuration import Configuration
from infra_kit.planning.costs import cost
from infra_kit.planning.lock_in import lock_in
from infra_kit.planning.programs import Planned

_GAPS = "infra-kit:accepted-gaps"


@dataclass(frozen=True)
class Column:
    """The stack in one place."""

    settings: tuple[str, ...]
    """What tells it from the others: `infra-kit:target=vps`."""
    resources: int
    monthly: Decimal
    currency: str
    unpriced: int
    lock_in: float
    unscored: int
    """Types of which no lock-in is known, and which are not in it."""
    gaps: Mapping[str, tuple[str, ...]]
    """By component, what it lacks there. `up` would refuse what the stack's file has not accepted."""
    availability: Availability
    latency: str
    """Where the data is, seen from the services, and where visitors are answered."""
    assumed: tuple[str, ...]
    problem: str = ""
    """Why there is no plan, in the program's own words; all else is empty then."""


def compare(
    project: Project, stack: str, settings: Sequence[str], answers: Answers | None = None
) -> tuple[Column, ...]:
    """A column for each place. A key that is set more than once gives the places, one that is set once holds for all;
    targets and regions that are set equally often go together, in their order.

    Gaps are accepted, and told: who compares wants to see them.
    """
    return tuple(_column(project, stack, each, tuple(settings), answers) for each in _places(settings))


def _places(settings: Sequence[str]) -> list[tuple[str, ...]]:
    by_key: dict[str, list[str]] = {}
    for setting in settings:
        by_key.setdefault(setting.partition("=")[0], []).append(setting)
    targets, regions = (by_key.get(key, []) for key in _PLACE)
    if len(targets) == len(regions) > 1:
        rest = list(product(*(values for key, values in by_key.items() if key not in _PLACE)))
        return [(*place, *others) for place in zip(targets, regions, strict=True) for others in rest]
    return list(product(*by_key.values()))


_PLACE = ("infra-kit:target", "infra-kit:region")
"""A region is one of its target's."""


def _column(
    project: Project, stack: str, place: tuple[str, ...], settings: tuple[str, ...], answers: Answers | None
) -> Column:
    own = tuple(each for each in place if [it.partition("=")[0] for it in settings].count(each.partition("=")[0]) > 1)
    try:
        config = configuration.read(project, stack, place, with_examples=True)
        planned = _with_gaps(config, answers or Answers())
    except (ProgramError, TargetError) as error:
        nothing = Availability(None, "", ())
        return Column(own or place, 0, Decimal(0), "", 0, 0, 0, {}, nothing, "", (), str(error))
    bill = cost(planned)
    scores = lock_in(planned, bill)
    return Column(
        settings=own or place,
        resources=sum(resource.request.custom for resource in planned.resources),
        monthly=bill.total,
        currency=bill.currency,
        unpriced=len(bill.unpriced),
        lock_in=scores.total,
        unscored=len(scores.unscored),
        gaps={made.name: tuple(map(str, made.left_out)) for made in planned.components if made.left_out},
        availability=availability.availability(planned),
        latency=_latency(planned),
        assumed=planned.assumed,
    )


def _with_gaps(config: Configuration, answers: Answers) -> Planned:
    """The plan, each gap accepted that it is refused for."""
    values = dict(config.values)
    while True:
        try:
            return programs.run(_replaced(config, values), answers)
        except ProgramError as error:
            refused = error.__cause__
            if not isinstance(refused, UnsupportedFeatureError):
                raise
            accepted = {name: list(gaps) for name, gaps in (values.get(_GAPS) or {}).items()}
            new = set(map(str, refused.features)) - set(accepted.get(refused.name, ()))
            if not new:  # its target has gaps of its own, and the stack's do not reach it
                raise
            accepted.setdefault(refused.name, []).extend(sorted(new))
            values[_GAPS] = accepted


def _replaced(config: Configuration, values: Mapping[str, object]) -> Configuration:
    return replace(config, values=values)


def _latency(planned: Planned) -> str:
    targets = {made.target.name for made in planned.components}
    places = {(made.target.key, made.target.region) for made in planned.components}
    if len(places) > 1:
        data = "partly in another place (tens of milliseconds)"
    elif targets <= {"local", "vps"}:
        data = "on the same host (microseconds)"
    else:
        data = "in the same region (about a millisecond)"
    outside = {made.type.rpartition(":")[2] for made in planned.components}
    edge = "Cdn" in outside and targets & {"aws", "gcp"}
    visitors = "at the edge near them (tens of milliseconds)" if edge else "in one place"
    return f"data {data}, visitors {visitors}"
