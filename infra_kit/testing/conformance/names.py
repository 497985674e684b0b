"""How resources are named, placed and tagged, so that what stands stays where it is."""

from __future__ import annotations

import dataclasses
from collections.abc import Collection, Set

from infra_kit import Cdn, Environment, Network, Redis, Target
from infra_kit.recording import Recording, Resource, State, sdk
from infra_kit.target import package
from infra_kit.testing.conformance.base import NAME, Base, at, inputs, parents, top


class NameRules(Base):
    def test_children_are_parented_and_named_after_the_component(self, target: Target) -> None:
        check_children(self.record(target).resources, target, self.beside)

    def test_a_change_moves_nothing_that_is_there(self, target: Target, change: str) -> None:
        assert inputs(self.record(target)).keys() <= inputs(self.changed(target, change)).keys()

    def test_an_unrelated_component_before_or_after_it_changes_nothing(self, target: Target) -> None:
        alone = inputs(self.record(target))
        first = inputs(self.record(target, before=lambda: _others(self.used_on(target))))
        last = inputs(self.record(target, after=lambda: _others(self.used_on(target))))
        assert first == last
        assert last.items() >= alone.items()

    def test_everything_that_can_be_tagged_is(self, target: Target, change: str) -> None:
        """What can be, its Pulumi SDK says; of what has none, that which has a bag of tags."""
        paths = [self.tags_under] if isinstance(self.tags_under, str) else self.tags_under
        recording = self.changed(dataclasses.replace(target, app="shop", environment=Environment.PRODUCTION), change)
        bags = [(it, at(path, it.inputs)) for path in paths for it in recording.resources if _is_tagged(it, path)]
        assert bool(bags) == bool(paths)
        bare = []
        for it, bag in bags:
            component = _component(it, recording)
            wanted = {"app": "shop", "environment": "production", "component": component, "managed-by": "infra-kit"}
            if not (bag or {}).items() >= wanted.items():
                bare.append(f"{it.name} ({it.type}): {bag}")
        assert bare == []

    def test_everything_is_made_in_the_region_that_is_said(self, target: Target) -> None:
        if self.region is None:
            return
        recording = self.record(dataclasses.replace(target, region=self.region))
        regions = {each.urn: each.inputs.get("region") for each in recording.resources}
        prefix = f"{package(target.name).PULUMI_PACKAGE}:"
        there = {
            each.name: regions.get(_provider(each)) for each in recording.resources if each.type.startswith(prefix)
        }
        assert there
        assert set(there.values()) == {self.region}, there


def check_children(resources: Collection[State], target: Target, beside: Set[str]) -> None:
    """Holds resources to their places: below the component, or of what the target has once."""
    above = {resource.urn: resource.parent for resource in resources}
    first = {resource.name: resource.urn for resource in resources if resource.parent is None}
    below = [it for it in resources if it.parent and top(it.urn, above) == first[NAME]]
    assert all(child.name.startswith(f"{NAME}-") for child in below)
    # What a target has once is made on first need, and named after the target.
    others = first.keys() - {NAME} - beside
    assert all(other.startswith(f"{target.key}-") for other in others), others


def _others(target: Target) -> None:
    """Components that stand in the same network and behind the same edge, and a network beside theirs."""
    Network("other-network", target=target, flow_logs=False)
    Redis("other-cache", target=target)
    routes = {"/*": "https://other.example.com"}
    Cdn("other-edge", target=target, routes=routes, domains=["other.example.com"], compression=False)


def _is_tagged(resource: Resource, path: str) -> bool:
    return sdk.takes(resource.type, path) or at(path, resource.inputs) is not None


def _component(resource: Resource, recording: Recording) -> str:
    """The name of the component that a resource is part of."""
    return top(resource.urn, parents(recording)).rpartition("::")[2]


def _provider(resource: Resource) -> str:
    return (resource.options.provider or "").rpartition("::")[0]
