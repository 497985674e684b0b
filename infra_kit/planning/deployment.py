"""How long a first deployment takes: the longest chain of resources that wait for each other."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from infra_kit.planning import creation_times
from infra_kit.planning.creation_times import Typical
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
    assumed: str
    """What the figure takes for granted: how large an image is, how fast its host's line."""


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
        last = max(_needed(by_urn[urn], by_urn), key=ends.__getitem__, default=None)
        ends[urn] = (ends[last] if last else 0) + _typical(by_urn[urn]).seconds
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
        waiting += [(other, False) for other in _needed(by_urn[urn], by_urn)]
    return list(ordered)


def _needed(resource: Resource, by_urn: Mapping[str, Resource]) -> list[str]:
    """What has to stand before it: what it reads or waits for, and its provider, which may wait for its host."""
    provider = (resource.options.provider or "").rpartition("::")[0]
    return [other for other in (*sorted(resource.options.depends_on), provider) if other in by_urn]


def _typical(resource: Resource) -> Typical:
    return creation_times.of(resource.type, resource.name)


def _step(resource: Resource) -> Step:
    typical = _typical(resource)
    return Step(resource.name, resource.type, typical.seconds, typical.source, typical.assumed)
