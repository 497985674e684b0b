"""The gateways behind a Cdn on Google Cloud: their routes in its URL map, for one URL map leads to no other.

Of a gateway's routes, those count that fit the pattern of the Cdn's route, and what fits none of them is answered 404.
The gateway's own backends answer, with its firewall and its limits (Cloud Armor sees the visitor's address here, too).
Where the Cdn keeps answers, a service has one more backend, of the Cdn's: what is kept, and how long, is said there.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, TypeAlias

from pulumi_gcp import compute

from infra_kit.component import Scope
from infra_kit.components.cdn import NO_CACHE, CdnSpec
from infra_kit.components.gateway import GatewaySpec
from infra_kit.errors import SpecError
from infra_kit.patterns import deciding, longest_first, overlap, within
from infra_kit.providers.gcp import cdn_backends
from infra_kit.providers.gcp.cdn_checks import MAX_TTL
from infra_kit.providers.gcp.gateway import Backend, GcpGateway
from infra_kit.providers.gcp.load_balancer import match, refusal, too_large

Gateways: TypeAlias = "Mapping[str, Mapping[str, compute.BackendService]]"  # a text: else it loads all of compute
"""By the Cdn's pattern, the backends of its gateway's services."""


def check(scope: Scope, spec: CdnSpec) -> None:
    """Raises `SpecError`."""
    for pattern, gateway in spec.gateways.items():
        where = f"{scope.what}: routes: {pattern}: Gateway {gateway.name!r}"
        crossing = [it for it in gateway.spec.routes if overlap(it, pattern) and _meet(pattern, it) is None]
        if crossing:
            raise SpecError(
                f"{where}: its route {crossing[0]} fits some of these paths only, and Google's load balancer cannot "
                "say which. Lead here with '/*', or name the gateway's routes by their beginning."
            )
        limited = [it for it in deciding(gateway.spec.routes, pattern) if gateway.spec.routes[it].limits]
        if spec.routes[pattern].ttl != NO_CACHE and (gateway.spec.limits or limited):
            raise SpecError(
                f"{where}: it has limits, which Cloud Armor would count apart where answers are kept. Say "
                f"ttl={NO_CACHE!r}, or limit other routes."
            )


def backends(scope: Scope, spec: CdnSpec) -> Gateways:
    return {pattern: _backends(scope, spec, pattern) for pattern in spec.gateways}


def _backends(scope: Scope, spec: CdnSpec, pattern: str) -> Mapping[str, compute.BackendService]:
    gateway = spec.gateways[pattern]
    found = scope.native(gateway, GcpGateway).backends
    if spec.routes[pattern].ttl == NO_CACHE:
        return {name: backend.service for name, backend in found.items()}
    led_to = {route.to.name for it, route in gateway.spec.routes.items() if overlap(it, pattern)}
    return {name: _keeping(scope, spec, pattern, name, found[name]) for name in sorted(led_to)}


def _keeping(scope: Scope, spec: CdnSpec, pattern: str, name: str, backend: Backend) -> compute.BackendService:
    return cdn_backends.service(
        scope,
        spec,
        pattern,
        part=f"-{name}",
        group=backend.group,
        protocol="HTTPS",
        security_policy=backend.policy,
        cdn_policy=cdn_backends.caching("CACHE_ALL_STATIC", spec.routes[pattern], client_ttl=MAX_TTL, max_ttl=MAX_TTL),
    )


def rules(
    pattern: str, gateway: GatewaySpec, backends: Mapping[str, compute.BackendService]
) -> Iterator[dict[str, Any]]:
    """The URL map's rules of one route of the Cdn, in their order."""
    anyone = backends[min(backends)]
    yield too_large(gateway.max_body_mb, pattern, anyone)
    for inner in longest_first(gateway.routes):
        path = _meet(pattern, inner)
        if path:
            yield {"match_rules": [match(path)], "service": backends[gateway.routes[inner].to.name].id}
        if path == pattern:
            return
    yield {"match_rules": [match(pattern)], "service": anyone.id, "route_action": refusal(404)}


def _meet(pattern: str, inner: str) -> str | None:
    """The paths that fit both, where one pattern says them."""
    if within(inner, pattern):
        return inner
    return pattern if within(pattern, inner) else None
