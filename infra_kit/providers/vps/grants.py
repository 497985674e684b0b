"""What a link on a VPS gives beside variables: read by the drivers of workloads."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import pulumi

from infra_kit.links import Grant


@dataclass(frozen=True, kw_only=True)
class VpsGrant:
    network: pulumi.Output[str] | None = None
    """The Docker network in which the other one is reached."""
    volumes: Mapping[str, pulumi.Output[str]] = field(default_factory=dict)
    """Volumes to mount read-only, by path."""
    files: tuple[pulumi.Output[str], ...] = ()
    """Containers that hold files, to mount read-only."""


def native(grant: Grant) -> VpsGrant:
    """Of what stands already, there is none."""
    return grant.native if isinstance(grant.native, VpsGrant) else VpsGrant()
