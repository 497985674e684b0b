"""Network: the private network that the other components stand in."""

from __future__ import annotations

import dataclasses
import ipaddress
from collections.abc import Mapping
from typing import Annotated, Literal, Protocol, TypedDict, Unpack, cast, get_args

import pulumi
from pydantic import AfterValidator, Field

from infra_kit.component import Component, Driver, Overrides, Scope
from infra_kit.environments import Environment
from infra_kit.errors import SpecError
from infra_kit.features import FLOW_LOGS, Feature
from infra_kit.spec import Spec
from infra_kit.target import Target

PRIVATE = tuple(ipaddress.IPv4Network(text) for text in ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16"))
"""Free for anybody's own networks (RFC 1918); Python's `is_private` also has loopback and the like."""


def _private_cidr(text: str) -> str:
    network = ipaddress.IPv4Network(text)
    if not any(network.subnet_of(range_) for range_ in PRIVATE) or not 16 <= network.prefixlen <= 24:
        raise ValueError("a private IPv4 range between /16 and /24 is needed, e.g. '10.20.0.0/16'")
    return text


class NetworkSpec(Spec):
    """What a network is asked for."""

    cidr: Annotated[str, AfterValidator(_private_cidr)] = "10.0.0.0/16"
    """The private range, /16 to /24 (a VPC's limits: https://docs.aws.amazon.com/vpc/latest/userguide/vpc-cidr-blocks.html)."""
    zones: int = Field(default=2, ge=1, le=6)
    """Availability zones to spread over."""
    nat: Literal["none", "single", "per-zone"] = "single"
    """How private addresses reach the internet. A laptop and a VPS share their host's way out."""
    flow_logs: bool | None = None
    """Log the flows. Default: in production."""

    def for_environment(self, environment: Environment) -> NetworkSpec:
        if self.flow_logs is not None:
            return self
        return self.replace(flow_logs=environment.defaults.flow_logs)

    def features(self) -> frozenset[Feature]:
        return frozenset({FLOW_LOGS} if self.flow_logs else ())

    def without(self, feature: Feature) -> NetworkSpec:
        return self.replace(flow_logs=False) if feature == FLOW_LOGS else super().without(feature)


class NetworkArgs(TypedDict, total=False):
    """The arguments of `Network`: see `NetworkSpec`."""

    cidr: str
    zones: int
    nat: Literal["none", "single", "per-zone"]
    flow_logs: bool | None


Tier = Literal["public", "private", "isolated"]
"""`public`: reached from the internet; `private`: reaches it; `isolated`: neither."""


@dataclasses.dataclass(frozen=True, kw_only=True)
class ExistingNetwork:
    """A network that stands already, and is not infra_kit's to change."""

    id: pulumi.Input[str]
    cidr: str
    subnets: Mapping[Tier, Mapping[str, pulumi.Input[str]]]


@dataclasses.dataclass(frozen=True, kw_only=True)
class NetworkEndpoint:
    """How to refer to the network."""

    id: pulumi.Output[str]
    """The provider's id of it; `loopback` on local."""
    cidr: pulumi.Output[str]
    """The range of its addresses."""
    native: object = None
    """The target's own handles (subnets, security groups), read by drivers of the same target only."""


class NetworkDriver(Driver, Protocol):
    def create(self, scope: Scope, spec: NetworkSpec) -> NetworkEndpoint: ...

    def existing(self, scope: Scope, known: ExistingNetwork) -> NetworkEndpoint:
        """Makes nothing that changes the network; raises `SpecError` where the target has none to join."""
        ...


class Network(Component[NetworkSpec, NetworkEndpoint]):
    """A private network. Components without `network=` share the target's own, made on first need."""

    KIND = "network"
    SPEC = NetworkSpec
    id: pulumi.Output[str]
    cidr: pulumi.Output[str]

    def __init__(
        self,
        name: str,
        *,
        target: Target | None = None,
        overrides: Overrides | None = None,
        opts: pulumi.ResourceOptions | None = None,
        **arguments: Unpack[NetworkArgs],
    ) -> None:
        super().__init__(name, arguments, target=target, overrides=overrides, opts=opts)

    @classmethod
    def existing(
        cls,
        name: str,
        *,
        id: pulumi.Input[str],  # noqa: A002  what every cloud calls it
        cidr: str,
        subnets: Mapping[Tier, Mapping[str, pulumi.Input[str]]] | None = None,
        target: Target | None = None,
        opts: pulumi.ResourceOptions | None = None,
    ) -> Network:
        """A network that stands already, for components to join; infra_kit changes nothing of it.

        Args:
            name: what it is called here.
            id: the VPC's id (aws), the network's name or self link (gcp), the Docker network's name (vps).
            cidr: its range, e.g. `10.0.0.0/16`.
            subnets: the ids of its subnets by tier and by zone, e.g. `{"private": {"a": "subnet-1", "b": "subnet-2"}}`;
                the zone is any stable key. A component that needs a tier which is not here says so.
            target: where it is.
            opts: see `pulumi.ResourceOptions`.
        """
        if unknown := sorted(set(subnets or {}) - set(get_args(Tier))):
            raise SpecError(
                f"Network {name!r}: subnets: given {', '.join(unknown)}; tiers: {', '.join(get_args(Tier))}"
            )
        known = ExistingNetwork(id=id, cidr=cidr, subnets=subnets or {})
        return cls._standing(
            name,
            {"cidr": cidr},
            lambda driver, scope: cast(NetworkDriver, driver).existing(scope, known),
            target=target,
            opts=opts,
        )
