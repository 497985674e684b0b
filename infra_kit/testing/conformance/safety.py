"""What is private, protected and as narrow as it can be, whatever is asked."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from itertools import permutations
from typing import Any

import pulumi

from infra_kit import Environment, Target
from infra_kit.engine.guard import holds_data
from infra_kit.planning.changes import differing
from infra_kit.policies import is_wild, statements
from infra_kit.recording import Recording, Resource
from infra_kit.replacements import replaced_by
from infra_kit.testing.conformance.base import Base, own, standing_in, told

STANDING = (Environment.PREVIEW, Environment.STAGING, Environment.PRODUCTION)
"""The environments of stacks that live long enough to become another one."""


class SafetyRules(Base):
    def test_only_the_edge_is_open_to_the_internet(self, target: Target, change: str) -> None:
        table = told(target, "OPEN")
        lacks = self.gaps(target, self.changes()[change])
        asked = self.is_edge or (change in self.opens and change not in lacks)
        for there in (target, standing_in(target, Environment.PRODUCTION)):
            made = self.changed(there, change).resources
            found = [it.name for it in made if table.get(it.type, _never)(it.inputs)]
            assert bool(found) == (asked and bool(table)), found

    def test_what_holds_data_is_protected_in_production(self, target: Target, change: str) -> None:
        recording = self.changed(standing_in(target, Environment.PRODUCTION), change)
        assert _stateful(own(recording)) or not self.keeps_data
        holding = {it.name for it in _stateful(recording.resources)}
        assert {it.name for it in recording.resources if it.options.protect} == holding

    def test_nothing_is_protected_in_development(self, target: Target) -> None:
        development = self.record(standing_in(target, Environment.DEVELOPMENT))
        assert not any(resource.options.protect for resource in development.resources)

    def test_the_user_may_take_the_protection_off(self, target: Target) -> None:
        open_ = pulumi.ResourceOptions(protect=False)
        recording = self.record(standing_in(target, Environment.PRODUCTION), opts=open_)
        assert not any(resource.options.protect for resource in own(recording))

    def test_another_environment_replaces_nothing_that_holds_data(self, target: Target) -> None:
        """A stack that becomes production keeps its servers, and so does one that was."""
        made = [self.record(standing_in(target, environment)) for environment in STANDING]
        assert [it for before, after in permutations(made, 2) for it in replaced(before, after)] == []

    def test_promoted_and_back_a_change_keeps_what_holds_data(self, target: Target, change: str) -> None:
        """From the cheapest environment to the safest, which are recorded for other rules anyway."""
        cheap, safe = (self.changed(there, change) for there in (target, standing_in(target, Environment.PRODUCTION)))
        assert replaced(cheap, safe) + replaced(safe, cheap) == []

    def test_a_change_replaces_nothing_that_holds_data(self, target: Target, change: str) -> None:
        if change not in self.renews:
            assert replaced(self.record(target), self.changed(target, change)) == []

    def test_nothing_is_granted_beyond_what_is_needed(self, target: Target, change: str) -> None:
        if change in self.opens:
            return
        made = self.changed(standing_in(target, Environment.PRODUCTION), change).resources
        assert [found for each in made for found in broad(target, each)] == []


def _never(_: Mapping[str, Any]) -> bool:
    return False


def broad(target: Target, resource: Resource) -> list[str]:
    """What of a resource grants more than is needed."""
    listed = told(target, "BROAD").get(resource.type, _never)(resource.inputs)
    itself = resource.type in told(target, "OF_ITSELF")
    wild = [] if itself else [str(it) for it in statements(resource.inputs) if is_wild(it)]
    return [f"{resource.name}: {what}" for what in [*wild, *([str(resource.inputs)] if listed else [])]]


def wide(target: Target, resource: Resource) -> bool:
    """Whether a resource is a way over the network to more than what is linked."""
    found: bool = told(target, "WIDE").get(resource.type, _never)(resource.inputs)
    return found


def _stateful(resources: Iterable[Resource]) -> list[Resource]:
    return [resource for resource in resources if holds_data(resource.type, resource.inputs)]


def replaced(before: Recording, after: Recording) -> list[str]:
    """What holds data, stands in both, and would be made anew on the way: each with the input that does it."""
    now = {resource.urn: resource for resource in after.resources}
    return [
        f"{old.name}: {key}"
        for old in _stateful(before.resources)
        if old.urn in now
        for key in replaced_by(old.type, old.inputs, now[old.urn].inputs)
        if key in differing(old.inputs, now[old.urn].inputs, now[old.urn].options.ignore_changes)
    ]
