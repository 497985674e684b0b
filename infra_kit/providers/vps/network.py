"""Network on a VPS: an internal Docker network for data, and one for what must reach the internet.

`data` has no way out and no way in: Docker gives an internal network no gateway
(https://docs.docker.com/engine/network/drivers/bridge/). `egress` shares the host's way out. Where the host has a
`private_address`, the network `hosts` joins what is published there: without masquerading, so that it answers the other
hosts and has no way out to the internet. Each gets a quarter of the range. What is reached from outside stands in the
edge's own network too: see `edge.py`.

One host is one zone and has one way out, so `zones` and `nat` ask nothing of it.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Mapping
from dataclasses import dataclass

import pulumi
import pulumi_docker as docker

from infra_kit import features
from infra_kit.component import Scope
from infra_kit.components.network import ExistingNetwork, NetworkEndpoint, NetworkSpec
from infra_kit.errors import SpecError
from infra_kit.features import Feature
from infra_kit.providers.vps import ssh
from infra_kit.providers.vps.labels import BORN_WITH, labels

SUPPORTS: frozenset[Feature] = frozenset()
HINTS = {features.FLOW_LOGS: "Docker logs no flows; set flow_logs=False, and log at the host's firewall where needed"}


@dataclass(frozen=True)
class VpsNetwork:
    """The names of the Docker networks."""

    data: pulumi.Output[str]
    """Internal: databases, caches, buses and whoever uses them."""
    egress: pulumi.Output[str]
    """With a way out: what must reach the internet."""
    hosts: pulumi.Output[str] | None = None
    """What is published on the host's private address; None where it has none."""


def create(scope: Scope, spec: NetworkSpec) -> NetworkEndpoint:
    _check_range(scope, spec)
    data = bridge(scope, "data", _quarter(spec, 0), internal=True)
    egress = bridge(scope, "egress", _quarter(spec, 2))
    hosts = _hosts(scope, spec)
    return NetworkEndpoint(
        id=data.name,
        cidr=pulumi.Output.from_input(spec.cidr),
        native=VpsNetwork(data.name, egress.name, hosts.name if hosts else None),
    )


def existing(scope: Scope, known: ExistingNetwork) -> NetworkEndpoint:
    """A Docker network that stands already takes the place of `data`; `egress` is named as its `public` subnet."""
    public = list(known.subnets.get("public", {}).values())
    if len(public) != 1:
        raise SpecError(
            f"Network {scope.name!r}: subnets: given {len(public)} public ones; a VPS has one Docker network with a "
            "way out beside the internal one. Name it: subnets={'public': {'egress': '<its name>'}}."
        )
    data = pulumi.Output.from_input(known.id)
    hosts = next(iter(known.subnets.get("private", {}).values()), None)
    return NetworkEndpoint(
        id=data,
        cidr=pulumi.Output.from_input(known.cidr),
        native=VpsNetwork(
            data, pulumi.Output.from_input(public[0]), pulumi.Output.from_input(hosts) if hosts is not None else None
        ),
    )


def _hosts(scope: Scope, spec: NetworkSpec) -> docker.Network | None:
    if not ssh.settings(scope).private_address:
        return None
    options = {"com.docker.network.bridge.enable_ip_masquerade": "false"}
    return bridge(scope, "hosts", _quarter(spec, 1), options=options)


def bridge(
    scope: Scope,
    role: str,
    subnet: str | None = None,
    *,
    internal: bool = False,
    options: Mapping[str, str] | None = None,
) -> docker.Network:
    """Makes a Docker network; of a range that Docker finds free where none is said."""
    return scope.resource(
        role,
        docker.Network,
        delete_before_replace=True,  # Docker has no two of one range
        driver="bridge",
        internal=internal,
        ipam_configs=[docker.NetworkIpamConfigArgs(subnet=subnet)] if subnet else None,
        options=options,
        labels=labels(scope, docker.NetworkLabelArgs),
        ignore_changes=BORN_WITH,
    )


def _quarter(spec: NetworkSpec, number: int) -> str:
    """By number, not by what else there is: a network that is added moves no other."""
    return str(list(ipaddress.IPv4Network(spec.cidr).subnets(prefixlen_diff=2))[number])


def _check_range(scope: Scope, spec: NetworkSpec) -> None:
    """Docker would route the hosts' own network into its bridge, and cut the hosts off from each other."""
    private = ssh.settings(scope).private_address
    if private and ipaddress.IPv4Address(private) in ipaddress.IPv4Network(spec.cidr):
        raise SpecError(
            f"Network {scope.name!r}: cidr: given {spec.cidr}, which holds the host's private_address {private}: "
            "containers could not reach the other hosts. Choose another range, e.g. Network(cidr='172.30.0.0/16')."
        )
