"""That every feature is there, or refused with a way out; and that the cheapest machine that fits is picked."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Protocol

import pytest

from infra_kit import Environment, Target, features
from infra_kit.errors import UnsupportedFeatureError
from infra_kit.features import Feature
from infra_kit.recording import Recording
from infra_kit.testing.conformance.base import NAME, Base, accepting, at, inputs, own, standing_in, told


class Size(Protocol):
    """A machine type, as a target's table SIZES lists it."""

    name: str
    cpu: float
    memory_gb: float
    hourly_usd: float
    burstable: bool


class CapabilityRules(Base):
    def test_the_least_that_can_be_asked_is_there(self, target: Target) -> None:
        assert self.gaps(target, {}) == {}

    def test_a_feature_is_there_or_refused_with_a_way_out_that_works(self, target: Target, feature: Feature) -> None:
        ask = self.asks[feature]
        gaps = self.gaps(target, ask)
        supported = feature in target.driver(self.component.KIND).SUPPORTS
        assert supported or {feature, features.NEEDS.get(feature)} & gaps.keys()
        if gaps:
            with pytest.raises(UnsupportedFeatureError) as refused:
                self.record(target, **ask)
            assert all(f"{gap}: {hint}" in str(refused.value) for gap, hint in gaps.items())
        of_it = f"{self.component.__name__} {NAME!r}: "
        warnings = "\n".join(it for it in self.record(accepting(target, gaps), **ask).warnings if it.startswith(of_it))
        assert all(f"{gap} is left out: the target" in warnings for gap in gaps)
        assert warnings.count("is left out: the target") == len(gaps)

    def test_what_is_there_is_no_gap_whatever_else_is_asked(self, target: Target, feature: Feature) -> None:
        """What cannot be had of it together with the rest is another feature, or to accept it would take all away."""
        there = self.gaps(target, self.asks[feature]).keys() & target.driver(self.component.KIND).SUPPORTS
        # An extension or a version may be there, but not together with the rest that is asked.
        assert {gap for gap in there if not gap.value} <= self.hinges_on_more

    def test_an_accepted_gap_takes_nothing_along_but_what_needs_it(self, target: Target, feature: Feature) -> None:
        gaps = self.gaps(target, self.asks[feature])
        along = " is left out: it needs another feature that is left out."
        warnings = self.record(accepting(target, gaps), **self.asks[feature]).warnings
        lost = {Feature(it.removesuffix(along).split()[-1]) for it in warnings if it.endswith(along)}
        assert {features.NEEDS.get(it) for it in lost} <= gaps.keys()

    def test_a_feature_that_is_there_shows_in_what_is_made(self, target: Target, feature: Feature) -> None:
        """A driver that takes a feature and forgets it makes the same with it and without."""
        ask = self.asks[feature]
        if feature.family in self.leaves_no_trace or self.gaps(target, ask):
            return
        development = standing_in(target, Environment.DEVELOPMENT)
        made = inputs(self.record(development, **ask))
        for rest in self.without(target, feature):
            assert made != inputs(self.record(development, **rest)), f"{feature} changes nothing"

    def test_the_cheapest_size_that_fits_is_picked(self, target: Target) -> None:
        table = told(target, "SIZES")
        for ask in self.sizes:
            for picked, sizes in _picked(self.record(accepting(target, self.gaps(target, ask)), **ask), table):
                size = next(it for it in sizes if it.name == picked)
                cheapest = min((it for it in sizes if _fits(it, ask)), key=lambda it: it.hourly_usd)
                assert _fits(size, ask), f"{size} for {ask}"
                assert size.hourly_usd <= cheapest.hourly_usd, f"{size} for {ask}, and there is {cheapest}"


def _picked(
    recording: Recording, table: Mapping[str, tuple[str, Sequence[Size]]]
) -> Iterator[tuple[str, Sequence[Size]]]:
    for resource in own(recording):
        if resource.type in table:
            path, sizes = table[resource.type]
            yield at(path, resource.inputs), sizes


def _fits(size: Size, ask: Mapping[str, Any]) -> bool:
    enough = size.cpu >= ask.get("cpu", 0) and size.memory_gb >= ask["memory_gb"]
    return enough and not (ask.get("dedicated_cpu") and size.burstable)
