"""Where workloads of a network run: a cluster of ECS, and the private names of its services.

A target has one, `<target>-cluster`, made on first need; a network that the user chose has one of its own, because
private names belong to a VPC. It is a component that users do not make.

Names are Cloud Map's (`api.shop-1a2b3c.internal`). Why not Service Connect: only services of ECS can call by it, so a
Job could not; it puts a proxy into every task, and a caller sees a service only once it is deployed after it
(https://docs.aws.amazon.com/AmazonECS/latest/developerguide/service-connect-concepts.html).
"""

from __future__ import annotations

from dataclasses import dataclass

import pulumi
import pulumi_random as random
from pulumi_aws import ecs, servicediscovery

from infra_kit.component import Scope
from infra_kit.features import Feature
from infra_kit.naming import fit
from infra_kit.providers.aws import identity, policies
from infra_kit.providers.aws.network import AwsNetwork
from infra_kit.providers.common import network_parts
from infra_kit.providers.common.network_parts import NetworkPart
from infra_kit.spec import Spec

SUPPORTS: frozenset[Feature] = frozenset()
SUFFIX_BYTES = 3


class ClusterSpec(Spec):
    """Nothing: what runs there says what it needs."""


@dataclass(frozen=True, kw_only=True)
class ClusterEndpoint:
    """How to refer to it."""

    name: pulumi.Output[str]
    native: AwsCluster


@dataclass(frozen=True, kw_only=True)
class AwsCluster:
    """What the drivers of workloads need of it."""

    arn: pulumi.Output[str]
    name: pulumi.Output[str]
    namespace: servicediscovery.PrivateDnsNamespace
    trust: pulumi.Output[str]
    """Lets tasks of this account take a role on."""
    region: pulumi.Output[str]
    partition: pulumi.Output[str]


class Cluster(NetworkPart[ClusterSpec, ClusterEndpoint]):
    """Where the workloads of a network run."""

    KIND = "cluster"
    SPEC = ClusterSpec


def of(scope: Scope) -> AwsCluster:
    """The cluster of the network that a component stands in."""
    return network_parts.of(scope, Cluster, Cluster.KIND, short="ecs").endpoint.native


def create(scope: Scope, spec: ClusterSpec) -> ClusterEndpoint:  # noqa: ARG001  every driver's form
    cluster = scope.resource(
        "cluster",
        ecs.Cluster,
        settings=[{"name": "containerInsights", "value": "enabled" if scope.defaults.monitoring else "disabled"}],
        tags=scope.tags,
    )
    native = AwsCluster(
        arn=cluster.arn,
        name=cluster.name,
        namespace=_namespace(scope),
        trust=policies.trust(scope, "ecs-tasks.amazonaws.com"),
        region=identity.region(scope),
        partition=identity.partition(scope),
    )
    return ClusterEndpoint(name=cluster.name, native=native)


def _namespace(scope: Scope) -> servicediscovery.PrivateDnsNamespace:
    """A zone has no automatic name, and two stacks may share a VPC."""
    mark = scope.resource("names-id", random.RandomId, byte_length=SUFFIX_BYTES)
    return scope.resource(
        "names",
        servicediscovery.PrivateDnsNamespace,
        name=pulumi.Output.concat(fit(scope.target.app), "-", mark.hex, ".internal"),
        description=f"Services of {scope.target.app}",
        vpc=scope.native(scope.network, AwsNetwork).vpc_id,
        tags=scope.tags,
    )
