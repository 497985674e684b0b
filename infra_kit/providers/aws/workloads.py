"""What Service, Worker and Job share on AWS: a task of ECS on Fargate, who it runs as, what it is told, where it
connects to.

- It stands in the private subnets without an address of its own, and lets in what is linked to it. By TCP it may reach
  anything outside; a store in the network lets in what is linked to that store, and nobody else (`security`).
- It runs as a role of its own, which may do what its links grant. Another role fetches its image, reads its secrets
  and writes its log, each of them by its ARN.
- Its secrets are read from Secrets Manager when it starts (`workload_secrets`).
- Memory and CPUs are the task's, for all its containers (`workload_sizes`); it runs on Graviton where its image is made
  for that.
- Why not CKV_AWS_338 (logs are kept for a year): `log_retention` says how long, by default the 30 days of seeds/000.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pulumi
from pulumi_aws import cloudwatch, ecs, iam, vpc

from infra_kit import features
from infra_kit.component import Scope
from infra_kit.durations import seconds
from infra_kit.links import Link
from infra_kit.providers.aws import (
    cluster,
    grants,
    keys,
    policies,
    security,
    stood_already,
    traces,
    workload_checks,
    workload_containers,
    workload_images,
    workload_secrets,
    workload_sizes,
    workload_volumes,
)
from infra_kit.providers.aws.cluster import AwsCluster
from infra_kit.providers.aws.documents import Text, dumps
from infra_kit.providers.aws.network import ANYWHERE, AwsNetwork
from infra_kit.providers.aws.policies import Statement
from infra_kit.providers.aws.workload_containers import Definition, Told
from infra_kit.providers.common.sizes import Size
from infra_kit.providers.common.waiting import after
from infra_kit.workloads import Variables, WorkloadSpec, variables

SUPPORTS = frozenset({features.VOLUMES, features.SIDECARS, features.TRACING})
"""Of what all workloads may ask."""

DEPLOYED_SECONDS = 20 * 60
"""How long the provider waits for a version to be steady, by itself
(https://www.pulumi.com/registry/packages/aws/api-docs/ecs/service/)."""
STARTED_SECONDS = 60
"""What Fargate takes to place a task and to fetch its image, about."""


@dataclass(frozen=True, kw_only=True)
class Ground:
    """What a workload stands on."""

    cluster: AwsCluster
    network: AwsNetwork
    group: pulumi.Output[str]
    """Its security group, once it may reach what is outside."""
    log: cloudwatch.LogGroup
    key: pulumi.Output[str] | None

    def placement(self, scope: Scope) -> Mapping[str, Any]:
        return {"subnets": self.network.ids(scope, "private"), "security_groups": [self.group]}


@dataclass(frozen=True, kw_only=True)
class Own:
    """What a kind of workload adds to its task."""

    variables: Mapping[str, str]
    ports: Sequence[int]
    containers: Sequence[Definition]
    folders: Sequence[str]
    """Names of volumes that go with the task."""
    memory_mib: int
    """Of the containers, which the task has beyond what was asked."""

    @classmethod
    def nothing(cls, _: Ground) -> Own:
        return cls(variables={}, ports=(), containers=(), folders=(), memory_mib=0)


@dataclass(frozen=True, kw_only=True)
class Workload:
    """What runs a workload."""

    ground: Ground
    task: ecs.TaskDefinition
    roles: Sequence[pulumi.Output[str]]
    """The ARNs of those that a task takes on."""
    needs: Sequence[pulumi.Resource]
    """What must stand before a task runs."""


@dataclass(frozen=True, kw_only=True)
class Running:
    """A service of ECS, as CloudWatch names it."""

    cluster: pulumi.Output[str]
    service: pulumi.Output[str]


def workload(scope: Scope, spec: WorkloadSpec, adds: Callable[[Ground], Own] = Own.nothing) -> Workload:
    network = scope.native(scope.network, AwsNetwork)
    image = workload_checks.check(scope, spec, network)
    stood_already.say(scope, spec.links)
    traced = traces.of(scope, spec)
    told = variables(scope, spec, traced.variables)
    ground = _ground(scope, spec, network)
    secrets = workload_secrets.references(scope, spec.links, told, ground.key, traced.secrets)
    files = workload_volumes.create(scope, spec, network, ground.group, ground.key)
    found = workload_images.find(scope, image, ground.cluster.partition)
    readable = workload_secrets.readable(secrets, ground.cluster.region)
    execution = _role(scope, ground, "execution", [_writes(ground.log), *readable, *found.statements])
    granted = [statement for grant in told.grants for statement in grants.of(grant).statements]
    role = _role(scope, ground, "role", [*granted, *files.statements, *traced.statements])
    guards = workload_volumes.guard(scope, files, role.arn)
    own = adds(ground)
    places = {it: secrets[it].value_from for it in secrets}
    environment = Told(
        plain={**told.plain, **own.variables}, secret={it: places[it] for it in places if it in told.secret}
    )
    log = log_options(ground)
    containers = [
        *workload_containers.definitions(
            scope, spec, found.reference, told=environment, log=log, ports=own.ports, after=traced.after
        ),
        *own.containers,
        *traces.containers(spec, traced, places, region=ground.cluster.region, log=log),
    ]
    folders = [{"name": name} for name in own.folders]
    volumes = [*workload_containers.volumes(spec, files.definitions), *folders]
    size = workload_sizes.task(scope, spec, own.memory_mib + traced.memory_mib)
    task = _task(scope, spec, size, containers, volumes, execution=execution, role=role)
    needs = [*files.needs, *guards, *_ways(scope, spec.links, told, ground), *_needs_of(told)]
    return Workload(ground=ground, task=task, roles=[role.arn, execution.arn], needs=needs)


def _ground(scope: Scope, spec: WorkloadSpec, network: AwsNetwork) -> Ground:
    network.workloads.add(scope.name)
    key = keys.key_arn(scope, services=(keys.LOGS,))
    days = workload_checks.log_days(scope, spec)
    log = scope.resource("log", cloudwatch.LogGroup, retention_in_days=days, kms_key_id=key, tags=scope.tags)
    return Ground(cluster=cluster.of(scope), network=network, group=_group(scope, network), log=log, key=key)


def _group(scope: Scope, network: AwsNetwork) -> pulumi.Output[str]:
    group = security.group(scope, network, "security-group", "Runs")
    out = scope.resource(
        "egress",
        vpc.SecurityGroupEgressRule,
        security_group_id=group.id,
        description=f"From {security.about(scope)}",
        cidr_ipv4=ANYWHERE,
        ip_protocol="tcp",
        from_port=0,
        to_port=65_535,
        tags=scope.tags,
    )
    return after(group.id, out)


def log_options(ground: Ground) -> Mapping[str, pulumi.Input[str]]:
    """How a container writes the workload's log."""
    return {"awslogs-group": ground.log.name, "awslogs-region": ground.cluster.region}


def deployed(scope: Scope, made: Workload, instances: int) -> Mapping[str, Any]:
    """What each service of ECS has: it waits until a version is steady, and takes back one that does not become so."""
    return {
        "cluster": made.ground.cluster.arn,
        "task_definition": made.task.arn,
        "desired_count": instances,
        "launch_type": "FARGATE",
        "platform_version": "LATEST",
        "network_configuration": {**made.ground.placement(scope), "assign_public_ip": False},
        # Said, though it is the default: only then the provider reports a version that was taken back as a failure
        # (https://github.com/pulumi/pulumi-aws/issues/4487).
        "deployment_controller": {"type": "ECS"},
        "deployment_circuit_breaker": {"enable": True, "rollback": True},
        "deployment_minimum_healthy_percent": 100,
        "wait_for_steady_state": True,
        "enable_ecs_managed_tags": True,
        "propagate_tags": "SERVICE",
        "tags": scope.tags,
    }


def patience(spec: WorkloadSpec, *, rounds: int, well_seconds: int = 0, watched_seconds: int = 0) -> str:
    """How long the provider waits for a version, as `Scope.resource` takes it.

    Args:
        spec: what runs.
        rounds: so often are instances started, then others stopped.
        well_seconds: after that an instance that has started is well.
        watched_seconds: so long is the version watched in the end.
    """
    # An old one ends when its visitors have: the time to stop is given to both.
    each = STARTED_SECONDS + well_seconds + 2 * seconds(spec.stop_timeout)
    return f"{DEPLOYED_SECONDS + rounds * each + watched_seconds}s"


def _writes(log: cloudwatch.LogGroup) -> Statement:
    return policies.allow(["logs:CreateLogStream", "logs:PutLogEvents"], Text(log.arn, ":*"))


@dataclass(frozen=True)
class Role:
    """A role that tasks take on, and its ARN, once it may do what it is to."""

    name: pulumi.Output[str]
    arn: pulumi.Output[str]


def _role(scope: Scope, ground: Ground, role: str, statements: Sequence[Statement]) -> Role:
    made = scope.resource(role, iam.Role, assume_role_policy=ground.cluster.trust, tags=scope.tags)
    if not statements:
        return Role(made.name, made.arn)
    rights = scope.resource(f"{role}-rights", iam.RolePolicy, role=made.id, policy=policies.document(statements))
    return Role(made.name, after(made.arn, rights))


def _task(
    scope: Scope,
    spec: WorkloadSpec,
    size: Size,
    containers: Sequence[Definition],
    volumes: Sequence[Definition],
    *,
    execution: Role,
    role: Role,
) -> ecs.TaskDefinition:
    machine = {"amd64": "X86_64", "arm64": "ARM64"}[workload_sizes.architecture(spec)]
    return scope.resource(
        "task",
        ecs.TaskDefinition,
        # A family has no automatic name, and two stacks may share an account: a role's is unique in it.
        family=role.name,
        requires_compatibilities=["FARGATE"],
        network_mode="awsvpc",
        cpu=str(workload_sizes.units(size.cpu)),
        memory=str(workload_sizes.mebibytes(size.memory_gb)),
        runtime_platform={"operating_system_family": "LINUX", "cpu_architecture": machine},
        execution_role_arn=execution.arn,
        task_role_arn=role.arn,
        container_definitions=dumps(containers),
        volumes=list(volumes),
        tags=scope.tags,
    )


def _ways(scope: Scope, linked: Sequence[Link], told: Variables, ground: Ground) -> list[pulumi.Resource]:
    """What lets the workload in where its links lead."""
    return [
        security.let_in(
            scope, f"reaches-{link.key}", opening.group, opening.port, referenced_security_group_id=ground.group
        )
        for link, grant in zip(linked, told.grants, strict=True)
        if (opening := grants.of(grant).opening)
    ]


def _needs_of(told: Variables) -> list[pulumi.Resource]:
    return [need for grant in told.grants for need in grant.depends_on]
