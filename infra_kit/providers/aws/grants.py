"""What a link to something on AWS gives beside its variables: the workload that has the link makes it hold."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import pulumi

from infra_kit.links import Grant
from infra_kit.providers.aws.policies import Statement
from infra_kit.providers.aws.stored_secrets import Reference


@dataclass(frozen=True, kw_only=True)
class Opening:
    """A port of what stands in a security group, which lets the workload in."""

    group: pulumi.Output[str]
    port: int


@dataclass(frozen=True, kw_only=True)
class AwsGrant:
    """A link's own, for the drivers of workloads."""

    statements: Sequence[Statement] = ()
    """What the role that the workload runs as may do."""
    opening: Opening | None = None
    secrets: Mapping[str, Reference] = field(default_factory=dict)
    """Of the grant's secrets, those that stand in Secrets Manager already, by the end of their variable's name."""


def of(grant: Grant) -> AwsGrant:
    """Of what stands already, there is none."""
    return grant.native if isinstance(grant.native, AwsGrant) else AwsGrant()
