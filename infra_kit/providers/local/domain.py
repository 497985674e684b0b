"""Domain on this machine: no DNS is asked or told, and nothing outside comes here.

An edge answers for its `domains` at its port all the same: `curl --resolve shop.example:8443:127.0.0.1 …`; of names
that end with `.localhost`, browsers know by themselves that they are here (https://www.rfc-editor.org/rfc/rfc6761#section-6.3).
"""

from __future__ import annotations

from collections.abc import Sequence

import pulumi

from infra_kit.component import Scope
from infra_kit.components.domain import Domain, DomainEndpoint, DomainSpec, Entry
from infra_kit.errors import SpecError
from infra_kit.features import Feature

SUPPORTS: frozenset[Feature] = frozenset()


def create(scope: Scope, spec: DomainSpec) -> DomainEndpoint:  # noqa: ARG001  there is nothing to make
    return DomainEndpoint(
        domain=pulumi.Output.from_input(spec.domain),
        name_servers=pulumi.Output.from_input([]),
        to_set=pulumi.Output.from_input([]),
    )


def existing(scope: Scope, spec: DomainSpec, id: pulumi.Input[str]) -> DomainEndpoint:  # noqa: A002, ARG001
    raise SpecError(
        f"{scope.what}: id: this machine has no zones. Say Domain({scope.name!r}, domain={spec.domain!r}) on local, "
        "which needs none, or say target=Target(name=…) for where the zone is."
    )


def record(scope: Scope, zone: Domain, entry: Entry) -> Sequence[pulumi.Resource]:  # noqa: ARG001
    raise SpecError(
        f"{scope.what}: zones: {zone.name!r} is on local, where there is no DNS, and this edge is on "
        f"{scope.target.name}. Give the zone the same target, or one that has DNS: aws, gcp."
    )


def check(scope: Scope, zones: Sequence[Domain]) -> None:
    """Of an edge on this machine: no name of the internet may lead here. Raises `SpecError`."""
    for zone in zones:
        if zone.target.name != scope.target.name:
            raise SpecError(
                f"{scope.what}: zones: {zone.name!r} is on {zone.target.name}, and nobody but this machine reaches an "
                "edge on local. Leave the zone's target to the stack's configuration."
            )
