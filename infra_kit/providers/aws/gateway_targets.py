"""What a Gateway leads to: a target group a service, whose instances ECS puts there by their addresses."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pulumi
from pulumi_aws import ecs, lb, vpc

from infra_kit.component import Scope
from infra_kit.components.gateway import GatewaySpec
from infra_kit.components.service import Service
from infra_kit.durations import seconds
from infra_kit.errors import SpecError
from infra_kit.providers.aws import gateway_headers, security, service_front
from infra_kit.providers.aws.network import AwsNetwork
from infra_kit.providers.aws.service import AwsService
from infra_kit.providers.aws.service_release import Led
from infra_kit.providers.common.waiting import after

PORT = 443
"""ECS says itself at which port each instance answers; this one is never used, and so it never changes."""
STICKY_SECONDS = 86_400


def _services(spec: GatewaySpec) -> dict[str, Service]:
    return {route.to.name: route.to for route in spec.routes.values()}


def services(scope: Scope, spec: GatewaySpec) -> list[ecs.Service]:
    return [scope.native(service, AwsService).service for service in _services(spec).values()]


def network(scope: Scope, spec: GatewaySpec) -> AwsNetwork:
    """The one that the services stand in. Raises `SpecError` where they stand in several."""
    found = {name: scope.native(service, AwsService).network for name, service in _services(spec).items()}
    first, *others = found.items()
    for name, other in others:
        if other is not first[1]:
            raise SpecError(
                f"{scope.what}: routes: {first[0]!r} and {name!r} stand in two networks, and a load balancer in one. "
                "Give both services the same network."
            )
    return scope.native(first[1], AwsNetwork)


def create(
    scope: Scope, spec: GatewaySpec, network: AwsNetwork, group: pulumi.Output[str]
) -> dict[str, lb.TargetGroup]:
    """By service, its target group, once the load balancer may reach it."""
    return {name: _targets(scope, name, it, network, group, public=spec.public) for name, it in _services(spec).items()}


def _targets(
    scope: Scope, name: str, service: Service, network: AwsNetwork, group: pulumi.Output[str], *, public: bool
) -> lb.TargetGroup:
    asked, health = service.spec, service.spec.health
    return scope.resource(
        f"targets-{name}",
        lb.TargetGroup,
        depends_on=_ways(scope, name, service, group),
        # A name is at most 32 characters: Pulumi's own may be longer. And no group is of two load balancers, so the one
        # that takes another's place, internal or public, gets groups of its own.
        name_prefix="edge-" if public else "inner-",
        target_type="ip",
        protocol="HTTPS",
        port=PORT,
        vpc_id=network.vpc_id,
        health_check={
            "protocol": "HTTPS",
            "path": health.path,
            "matcher": "200-399",
            "interval": seconds(health.interval),
            "timeout": seconds(health.timeout),
            "healthy_threshold": health.healthy_after,
            "unhealthy_threshold": health.unhealthy_after,
        },
        stickiness={"type": "lb_cookie", "enabled": asked.sticky_sessions, "cookie_duration": STICKY_SECONDS},
        # An instance that goes is asked nothing new, and finishes what it has.
        deregistration_delay=seconds(asked.stop_timeout),
        tags=scope.tags,
    )


def _ways(scope: Scope, name: str, service: Service, group: pulumi.Output[str]) -> list[pulumi.Resource]:
    there, port = scope.native(service, AwsService), service_front.port(service.spec)
    out = scope.resource(
        f"out-{name}",
        vpc.SecurityGroupEgressRule,
        security_group_id=group,
        description=f"To Service {name}",
        referenced_security_group_id=there.group,
        ip_protocol="tcp",
        from_port=port,
        to_port=port,
        tags=scope.tags,
    )
    return [out, security.let_in(scope, f"in-{name}", there.group, port, referenced_security_group_id=group)]


def lead(
    scope: Scope,
    spec: GatewaySpec,
    balancer: lb.LoadBalancer,
    targets: Mapping[str, lb.TargetGroup],
    rules: Mapping[str, Sequence[lb.ListenerRule]],
) -> None:
    """Tells each service of the group that its instances are put in: ECS takes none that no listener leads to."""
    for name, service in _services(spec).items():
        leading = [rule for pattern, it in rules.items() if spec.routes[pattern].to is service for rule in it]
        scope.native(service, AwsService).gateways.add(
            Led(
                targets=after(targets[name].arn, *leading),
                targets_name=targets[name].arn_suffix,
                balancer_name=balancer.arn_suffix,
                max_body_mb=spec.max_body_mb,
                headers=gateway_headers.of_services(spec),
                claim_headers=scope.parent.asked.claim_headers,
                public=spec.public,
            )
        )
