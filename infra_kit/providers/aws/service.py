"""Service on AWS: ECS on Fargate, which starts instances, checks them and replaces them.

- Private: what is linked to it reaches it by its name (`api.shop-1a2b3c.internal`), and a Gateway's load balancer; each
  gets in by a rule of its own, on one port. Names are answered with up to eight instances, any of which a caller takes.
- `health` is asked of every instance beside it (`service_front`), and by the load balancer where a Gateway leads here.
- Smoke tests are asked of each new instance before anybody else asks it anything.
- A new version is started an instance at a time, each well before an old one goes. ECS takes it back when its tasks
  fail (circuit breaker), or when more answers than `max_error_percent` are errors within `watch`; `up` then fails.
  Scaling to more instances never undoes what `up` says: it counts from `min_instances` up.
- What runs stands in `workloads`.

Blue-green is a gap. ECS can do it (https://docs.aws.amazon.com/AmazonECS/latest/developerguide/deployment-type-blue-green.html),
but no `up` could answer for it:

- From the first release on, ECS moves the weights of the gateway's rule between two target groups; which one has the
  instances is said nowhere else. Pulumi would have to ignore the rule's `actions`, and with them a route that is led to
  another service, or a `jwt` that is added: ignoring the weights alone goes by their position, which a refresh changes.
  And a rule that is made anew, as when `domains` are added or the strategy goes back, may begin at the empty group.
- AWS's reference keeps the circuit breaker for rolling releases
  (https://docs.aws.amazon.com/AmazonECS/latest/developerguide/deployment-circuit-breaker.html): a green set that never
  becomes well is started again for up to 24 hours, and may take over long after `up` has failed
  (https://docs.aws.amazon.com/AmazonECS/latest/developerguide/blue-green-deployment-how-it-works.html).
- A pair of target groups has one rule, a service as many as routes lead to it; and names are not switched: a caller
  gets addresses of both sets.
- With the provider that Pulumi's is made of, the groups are reported not to take turns
  (https://github.com/hashicorp/terraform-provider-aws/issues/45678, open).
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import pulumi
from pulumi_aws import ecs, servicediscovery

from infra_kit import features
from infra_kit.component import Scope
from infra_kit.components.network import Network
from infra_kit.components.service import ServiceEndpoint, ServiceSpec
from infra_kit.durations import seconds
from infra_kit.links import Grant, Link
from infra_kit.providers.aws import service_checks, service_front, service_release, service_scaling, tunnel, workloads
from infra_kit.providers.aws.grants import AwsGrant, Opening
from infra_kit.providers.aws.service_release import Led
from infra_kit.providers.aws.workloads import Ground, Own, Running, Workload
from infra_kit.providers.common.gathered import Gathered
from infra_kit.providers.common.networks import check_same
from infra_kit.providers.common.waiting import after

SUPPORTS = workloads.SUPPORTS | {
    features.AUTOSCALING,
    features.SCALING_BY_MEMORY,
    features.SCALING_BY_REQUESTS,
    features.STICKY_SESSIONS,
    features.ERROR_ROLLBACK,
    features.SMOKE_TESTS,
}

HINTS = {
    features.BLUE_GREEN: "ECS would move the weights of the Gateway's rule behind the plan's back, and not take back a "
    "green set that never becomes well; leave strategy out: each new instance answers smoke_tests before it gets a "
    "request, and a version that fails, or goes beyond max_error_percent behind a Gateway, is taken back",
}

NAME_SECONDS = 10
"""How long a caller keeps the addresses of a name."""


@dataclass(frozen=True, kw_only=True)
class AwsService:
    """A service's handles, for gateways and callers."""

    network: Network
    group: pulumi.Output[str]
    gateways: Gathered[Led]
    """Those that lead to it."""
    service: ecs.Service
    running: Running
    log: pulumi.Output[str]
    """The name of its log group."""


def create(scope: Scope, spec: ServiceSpec) -> ServiceEndpoint:
    service_checks.check(scope, spec)
    gateways: Gathered[Led] = Gathered("gateways")
    made = workloads.workload(scope, spec, lambda ground: _own(spec, ground, gateways))
    tunnel.let_in(scope, made.ground.group, spec.port)
    name = _name(scope, made)
    service = _service(scope, spec, made, name, gateways)
    if service_scaling.grows(spec):
        service_scaling.follow(
            scope, spec, made.ground.cluster, service, lambda: service_release.label(scope, spec, gateways)
        )
    host = after(pulumi.Output.concat(name.name, ".", made.ground.cluster.namespace.name), service)
    return ServiceEndpoint(
        url=pulumi.Output.concat("http://", host, f":{spec.port}"),
        host=host,
        port=pulumi.Output.from_input(spec.port),
        native=AwsService(
            network=scope.network,
            group=made.ground.group,
            gateways=gateways,
            service=service,
            running=Running(cluster=made.ground.cluster.name, service=service.name),
            log=made.ground.log.name,
        ),
    )


def _own(spec: ServiceSpec, ground: Ground, gateways: Gathered[Led]) -> Own:
    front = service_front.container(spec, workloads.log_options(ground), gateways)
    return Own(
        variables={"PORT": str(spec.port)},
        ports=[spec.port],
        containers=[front],
        folders=[service_front.NAME],
        memory_mib=service_front.MEMORY,
    )


def _name(scope: Scope, made: Workload) -> servicediscovery.Service:
    return scope.resource(
        "name",
        servicediscovery.Service,
        name=scope.name,
        ignore_changes=["name"],  # a component that is renamed keeps the name by which others call it
        namespace_id=made.ground.cluster.namespace.id,
        dns_config={
            "namespace_id": made.ground.cluster.namespace.id,
            "routing_policy": "MULTIVALUE",
            "dns_records": [{"type": "A", "ttl": NAME_SECONDS}],
        },
        # Without a figure it is not asked for at all; AWS counts one, whatever is said.
        health_check_custom_config={"failure_threshold": 1},
        force_destroy=True,
        tags=scope.tags,
    )


def _service(
    scope: Scope, spec: ServiceSpec, made: Workload, name: servicediscovery.Service, gateways: Gathered[Led]
) -> ecs.Service:
    alarm = service_release.alarm(scope, spec, gateways)
    watched = seconds(spec.release.watch) if alarm else 0
    return scope.resource(
        "service",
        ecs.Service,
        depends_on=made.needs,
        ignore_changes=["desiredCount"] if service_scaling.grows(spec) else [],
        patience=_patience(spec, watched),
        **workloads.deployed(scope, made, spec.min_instances),
        deployment_maximum_percent=100 + math.ceil(100 / spec.min_instances),
        health_check_grace_period_seconds=gateways.then(lambda led: _grace(spec, led)),
        load_balancers=gateways.then(lambda led: _targets(scope, spec, led)),
        alarms={"alarm_names": [alarm.name], "enable": True, "rollback": True} if alarm else None,
        service_registries={"registry_arn": name.arn},
    )


def _patience(spec: ServiceSpec, watched_seconds: int) -> str:
    """An instance at a time, or, of more than `min_instances`, as large a part of them."""
    health = spec.health
    well = seconds(health.start_timeout) + health.healthy_after * seconds(health.interval)
    return workloads.patience(spec, rounds=spec.min_instances, well_seconds=well, watched_seconds=watched_seconds)


def _grace(spec: ServiceSpec, led: Sequence[Led]) -> int | None:
    """Seconds; ECS takes none where no load balancer leads to it."""
    return seconds(spec.health.start_timeout) if led else None


def _targets(scope: Scope, spec: ServiceSpec, led: Sequence[Led]) -> list[dict[str, Any]]:
    service_checks.check_led_to(scope, spec, led)
    port = service_front.port(spec)
    return [
        {"target_group_arn": it.targets, "container_name": service_front.NAME, "container_port": port} for it in led
    ]


def link(scope: Scope, link: Link) -> Grant:
    endpoint: ServiceEndpoint = link.to.endpoint
    there = scope.native(link.to, AwsService)
    check_same(scope, link, there.network)
    return endpoint.grant(native=AwsGrant(opening=Opening(group=there.group, port=link.to.spec.port)))
