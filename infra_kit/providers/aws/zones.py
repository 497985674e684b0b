"""Availability zones: which ones a network stands in."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import cast

import pulumi
from pulumi_aws import GetAvailabilityZonesFilterArgs, get_availability_zones_output

from infra_kit.component import Scope
from infra_kit.components.network import NetworkSpec
from infra_kit.errors import SpecError
from infra_kit.providers.aws import cidrs, identity
from infra_kit.providers.aws.settings import AwsSettings

STANDARD = GetAvailabilityZonesFilterArgs(name="opt-in-status", values=["opt-in-not-required"])
"""Neither local zones nor those of telephone networks."""


def letters(scope: Scope, spec: NetworkSpec) -> Sequence[str]:
    """Those of the zones: the first ones that the stack says. Raises `SpecError` where it says too few, or the range
    has no room for one."""
    said = cast(AwsSettings, scope.target.settings).zones
    zones = said[: spec.zones]
    if len(zones) < spec.zones:
        raise SpecError(
            f"Network {scope.name!r}: zones: given {spec.zones}, and infra-kit:aws: zones names {', '.join(said)}. "
            "Name as many there, or ask for fewer."
        )
    places = cidrs.letters(spec.cidr)
    if outside := [zone for zone in zones if zone not in places]:
        raise SpecError(
            f"Network {scope.name!r}: cidr: given {spec.cidr}, which has room for the zones {places[0]} to "
            f"{places[-1]}, not for {', '.join(outside)}: a zone's place goes by its letter, and AWS makes no subnet "
            "below /28. Take a larger range (/23 has room up to h), or other zones in infra-kit:aws: zones."
        )
    return zones


def names(scope: Scope, zones: Sequence[str]) -> Mapping[str, pulumi.Output[str]]:
    """The zones' names by letter: of `a`, e.g. `eu-west-1a`. Raises `SpecError`, in the preview too, where the account
    has one of them not in this region: which letters there are goes by both.

    A zone that is down for a while is there all the same: nothing may move because of it.
    """
    there = get_availability_zones_output(filters=[STANDARD], region=scope.region, opts=scope.invoke).names
    known = pulumi.Output.all(identity.region(scope), there)
    checked = known.apply(lambda it: _checked(scope, zones, it[0], {name[-1] for name in it[1]}))
    return {zone: checked[zone] for zone in zones}


def _checked(scope: Scope, zones: Sequence[str], region: str, there: set[str]) -> Mapping[str, str]:
    if missing := [zone for zone in zones if zone not in there]:
        raise SpecError(
            f"Network {scope.name!r}: zones: given {', '.join(zones)}, and this account has no {', '.join(missing)} in "
            f"{region}. Name those that it has: infra-kit:aws: {{zones: [{', '.join(sorted(there))}]}}."
        )
    return {zone: f"{region}{zone}" for zone in zones}
