"""What `infra-kit connect` needs on AWS: a task of ECS that it starts in the network, and ends when it is done.

Made only where the settings say `connect: true`: a task definition, its role, and a security group that stores and
private services let in, each by a rule of its own on its port. Nothing of it runs, costs or can be logged into until
whoever may start the task (`ecs:RunTask`, `iam:PassRole`) and a session with it (`ssm:StartSession`) does so. The task
has no address, opens no port, and ends by itself after `LONGEST_HOURS`.

The way is ECS Exec's (https://docs.aws.amazon.com/AmazonECS/latest/developerguide/ecs-exec.html): ECS puts an agent of
Systems Manager into the container, and Session Manager forwards a port through it. Why not a virtual machine: it would
run, be patched and be paid for between two uses. Why not through a task that runs anyway: whoever got into it would
have its role, its secrets and its links.

Why not CKV2_AWS_5 (a security group is used) and CKV_AWS_336 (a container's root is read-only): the group is of a
task that mostly does not run, and in it the agent writes.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import cast

import pulumi
from pulumi_aws import ecs, iam, vpc

from infra_kit.component import Scope
from infra_kit.errors import SpecError
from infra_kit.features import Feature
from infra_kit.providers.aws import cluster, policies, security
from infra_kit.providers.aws.documents import dumps
from infra_kit.providers.aws.network import ANYWHERE, AwsNetwork
from infra_kit.providers.aws.service_front import IMAGE
from infra_kit.providers.aws.settings import AwsSettings
from infra_kit.providers.common import network_parts
from infra_kit.providers.common.network_parts import NetworkPart
from infra_kit.spec import Spec

SUPPORTS: frozenset[Feature] = frozenset()

CONTAINER = "tunnel"
LONGEST_HOURS = 8
"""What is forgotten ends then."""
HTTPS = 443
CPU, MEMORY = "256", "512"
"""The smallest task of Fargate: a quarter of a CPU, 512 MiB."""
SESSIONS = (
    "ssmmessages:CreateControlChannel",
    "ssmmessages:CreateDataChannel",
    "ssmmessages:OpenControlChannel",
    "ssmmessages:OpenDataChannel",
)


class TunnelSpec(Spec):
    """Nothing: where it leads is said when it is opened."""


@dataclass(frozen=True, kw_only=True)
class TunnelEndpoint:
    """What starts the task; `tunnels.py` reads it from the state."""

    cluster: pulumi.Output[str]
    task_definition: pulumi.Output[str]
    security_group: pulumi.Output[str]
    subnets: pulumi.Output[list[str]]
    native: object = None


class Tunnel(NetworkPart[TunnelSpec, TunnelEndpoint]):
    """The way into a network from outside."""

    KIND = "tunnel"
    SPEC = TunnelSpec


def let_in(scope: Scope, group: pulumi.Output[str], port: int) -> None:
    """Has a component let in the tunnel of its network, where there is to be one."""
    if cast(AwsSettings, scope.target.settings).connect:
        there = network_parts.of(scope, Tunnel, Tunnel.KIND).endpoint
        security.let_in(scope, "ingress-tunnel", group, port, referenced_security_group_id=there.security_group)


def create(scope: Scope, spec: TunnelSpec) -> TunnelEndpoint:  # noqa: ARG001  every driver's form
    network = scope.native(scope.network, AwsNetwork)
    if not network.way_out:
        raise SpecError(
            f"{scope.what}: infra-kit:aws: connect: the network has nat='none', and what leads into it must reach "
            "Systems Manager. Give the Network nat='single', or leave connect out."
        )
    place = cluster.of(scope)
    return TunnelEndpoint(
        cluster=place.name,
        task_definition=_task(scope, _role(scope, place.trust)).arn,
        security_group=_group(scope, network),
        subnets=pulumi.Output.all(*network.ids(scope, "private")),
    )


def _group(scope: Scope, network: AwsNetwork) -> pulumi.Output[str]:
    """It reaches what is in the network and lets it in, and Systems Manager, which answers by HTTPS anywhere."""
    group = security.group(scope, network, "security-group", "Opened by infra-kit connect:")
    ways = {"network": (network.cidr, 0, 65_535), "https": (ANYWHERE, HTTPS, HTTPS)}
    for name, (to, first, last) in ways.items():
        scope.resource(
            f"egress-{name}",
            vpc.SecurityGroupEgressRule,
            security_group_id=group.id,
            description=f"From {security.about(scope)}",
            cidr_ipv4=to,
            ip_protocol="tcp",
            from_port=first,
            to_port=last,
            tags=scope.tags,
        )
    return group.id


def _role(scope: Scope, trust: pulumi.Output[str]) -> iam.Role:
    """Why `*`: the channels of Systems Manager have no ARN
    (https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonsessionmanagermessagegatewayservice.html)."""
    role = scope.resource("role", iam.Role, assume_role_policy=trust, tags=scope.tags)
    scope.resource(
        "role-rights", iam.RolePolicy, role=role.id, policy=policies.document([policies.allow(SESSIONS, "*")])
    )
    return role


def _task(scope: Scope, role: iam.Role) -> ecs.TaskDefinition:
    """Its image is fetched by nobody in particular, and it has no log: so there is no execution role. Why a root that
    can be written to: the agent does, and ECS Exec works with no other
    (https://docs.aws.amazon.com/AmazonECS/latest/developerguide/ecs-exec.html#ecs-exec-considerations)."""
    container = {
        "name": CONTAINER,
        "image": IMAGE,
        "entryPoint": ["sleep"],
        "command": [str(LONGEST_HOURS * 3600)],
        "essential": True,
        "readonlyRootFilesystem": False,
        "linuxParameters": {"initProcessEnabled": True},
    }
    return scope.resource(
        "task",
        ecs.TaskDefinition,
        family=role.name,
        requires_compatibilities=["FARGATE"],
        network_mode="awsvpc",
        cpu=CPU,
        memory=MEMORY,
        runtime_platform={"operating_system_family": "LINUX", "cpu_architecture": "ARM64"},
        task_role_arn=role.arn,
        container_definitions=dumps([container]),
        tags=scope.tags,
    )
