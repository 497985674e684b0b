"""How long a first deployment takes: the longest chain of resources that wait for each other."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from infra_kit.planning import creation_times
from infra_kit.planning.programs import Planned
from infra_kit.recording import Resource


@dataclass(frozen=True)
class Step:
    """A resource on the longest chain."""

    resource: str
    """Its logical name."""
    type: str
    seconds: int
    source: str
    """Where the figure is from; empty: an ordinary call to an API, assumed."""


@dataclass(frozen=True)
class Deployment:
    """The expected time of a first `up`, if nothing fails and the engine makes at once whatever it can."""

    seconds: int
    chain: tuple[Step, ...]
    """What has to come one after the other, in that order."""


def first(planned: Planned) -> Deployment:
    """The expected time of a first deployment, by typical times of creation (`creation_times`)."""
    custom = [resource for resource in planned.resources if resource.request.custom]
    chain = _longest(custom)
    return Deployment(sum(step.seconds for step in chain), chain)


def _longest(resources: Sequence[Resource]) -> tuple[Step, ...]:
    by_urn = {resource.urn: resource for resource in resources}
    ends: dict[str, int] = {}
    before: dict[str, str | None] = {}
    for urn in _ordered(by_urn):
        needed = [other for other in by_urn[urn].options.depends_on if other in by_urn]
        last = max(needed, key=ends.__getitem__, default=None)
        ends[urn] = (ends[last] if last else 0) + creation_times.of(by_urn[urn].type).seconds
        before[urn] = last
    chain: list[Step] = []
    here = max(ends, key=ends.__getitem__, default=None)
    while here:
        chain.append(_step(by_urn[here]))
        here = before[here]
    return tuple(reversed(chain))


def _ordered(by_urn: Mapping[str, Resource]) -> list[str]:
    """Each after all that it needs."""
    ordered: dict[str, None] = {}
    waiting = [(urn, False) for urn in reversed(list(by_urn))]
    while waiting:
        urn, ready = waiting.pop()
        if urn in ordered:
            continue
        if ready:
            ordered[urn] = None
            continue
        waiting.append((urn, True))
        waiting += [(other, False) for other in by_urn[urn].options.depends_on if other in by_urn]
    return list(ordered)


def _step(resource: Resource) -> Step:
    typical = creation_times.of(resource.type)
    return Step(resource.name, resource.type, typical.seconds, typical.source)
