"""What a link to something on Google Cloud gives beside its variables: the workload that has the link makes it hold."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import pulumi


@dataclass(frozen=True, kw_only=True)
class Permission:
    """A role on one resource, for the account that the workload runs as."""

    kind: type[pulumi.Resource]
    """The resource's IAM member, e.g. `cloudrunv2.ServiceIamMember`."""
    role: str
    where: Mapping[str, Any]
    """The inputs that name the resource."""


@dataclass(frozen=True, kw_only=True)
class Destination:
    """Addresses in the network that the workload may open connections to."""

    ranges: pulumi.Input[Sequence[pulumi.Input[str]]]
    ports: pulumi.Input[Sequence[pulumi.Input[str]]]

    @classmethod
    def of(cls, hosts: Sequence[pulumi.Output[str]], ports: Sequence[pulumi.Output[str]]) -> Destination:
        """These addresses and no others."""
        return cls(ranges=[pulumi.Output.concat(host, "/32") for host in hosts], ports=ports)


@dataclass(frozen=True, kw_only=True)
class Reference:
    """A version of a secret in Secret Manager, as Cloud Run takes it."""

    secret: pulumi.Output[str]
    version: pulumi.Output[str]


@dataclass(frozen=True, kw_only=True)
class GcpGrant:
    """A link's own, for the drivers of workloads."""

    permissions: Mapping[str, Permission] = field(default_factory=dict)
    """By what they are for: the end of their role's name."""
    destination: Destination | None = None
    secrets: Mapping[str, Reference] = field(default_factory=dict)
    """Of the grant's secrets, those that stand in Secret Manager already, by the end of their variable's name."""
