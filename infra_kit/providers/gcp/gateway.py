"""Gateway on Google Cloud: a global external Application Load Balancer before Cloud Run, with Cloud Armor.

- Each service that a route leads to has a backend, and answers whoever comes by the load balancer (`service`). What no
  route leads to is answered 404; with `domains`, so is every other host name. HTTP is sent to HTTPS, TLS 1.2 and later.
- A pattern's `*` at its end is all that paths begin with; a whole step of a path elsewhere, as in `/orders/*/lines`.
- `waf` and `limits` are a Cloud Armor policy (`gateway_armor`).
- A request that says a length beyond `max_body_mb` is answered 413. One that says none is bounded by Cloud Run, at 32
  MiB (https://cloud.google.com/run/quotas).
- A load balancer checks no tokens, so `jwt` is a gap; a visitor's own headers of its claims' names are taken off.
- One that is not public has backends and no load balancer: its routes stand in its Cdn's (`cdn_gateways`).
- `domain` is an address: an A record leads there, which is made where the name is in one of `zones`. Certificates are
  issued once it does (`load_balancer`).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

import pulumi
from pulumi_gcp import compute

from infra_kit import features
from infra_kit.component import Scope
from infra_kit.components.gateway import GatewayEndpoint, GatewaySpec
from infra_kit.components.service import Service
from infra_kit.features import Feature
from infra_kit.patterns import longest_first
from infra_kit.providers.common import dns
from infra_kit.providers.gcp import gateway_armor, gateway_checks, load_balancer, load_balancer_checks
from infra_kit.providers.gcp.apis import api
from infra_kit.providers.gcp.service import GcpService
from infra_kit.settings import Settings

SUPPORTS = frozenset(
    {features.DOMAINS, features.FAILOVER, features.WILDCARD_DOMAINS, features.WAF, features.RATE_LIMITS}
)

HINTS = {
    features.FAILOVER: dns.ONE_WAY,
    features.WILDCARD_DOMAINS: load_balancer_checks.NO_WILDCARDS,
    features.JWT: "Google's load balancer checks no tokens; let the services check them (accept the gap, and give them "
    "issuer and audience as environment), or put an API Gateway before them",
    features.RATE_LIMITS_OVER_SERVICES: "Cloud Armor counts for each service by itself; say limits a route (accept the "
    "gap, and each route counts the gateway's by itself)",
    features.RATE_LIMITS_TOGETHER: "Cloud Armor looks no further than the first limit that fits a request; say one "
    "limit a route (accept the gap, and a route's first one is held, or else the gateway's)",
}

NAME = "routes"


class Backend(NamedTuple):
    """What answers for a service."""

    service: compute.BackendService
    group: compute.RegionNetworkEndpointGroup
    policy: pulumi.Output[str] | None


@dataclass(frozen=True, kw_only=True)
class GcpGateway:
    """What the Cdn before it must know, and what watches it."""

    backends: Mapping[str, Backend]
    """By service."""


def gaps(spec: GatewaySpec, _: Settings) -> Mapping[Feature, str]:
    missing = load_balancer_checks.unproved(spec.domains, spec.zones) | dns.one_way(spec.zones)
    return features.gaps(spec.features(), SUPPORTS - missing, HINTS)


def create(scope: Scope, spec: GatewaySpec) -> GatewayEndpoint:
    gateway_checks.check(scope, spec)
    services = {route.to.name: route.to for route in spec.routes.values()}
    policy = gateway_armor.policy(scope, spec)
    backends = {name: _backend(scope, spec, service, policy) for name, service in services.items()}
    if not spec.public:
        return _behind_cdn(backends)
    routes = _url_map(scope, spec, backends)
    edge = load_balancer.serve(scope, spec.domains, dns.zones(spec.zones), routes, spec.failover)
    return GatewayEndpoint(
        url=load_balancer.url(spec.domains, edge),
        domain=edge.address,
        ca_certificate=pulumi.Output.from_input(None),
        native=GcpGateway(backends=backends),
    )


def _behind_cdn(backends: Mapping[str, Backend]) -> GatewayEndpoint:
    nowhere = pulumi.Output.from_input("")
    return GatewayEndpoint(
        url=nowhere,
        domain=nowhere,
        ca_certificate=pulumi.Output.from_input(None),
        native=GcpGateway(backends=backends),
    )


def _backend(scope: Scope, spec: GatewaySpec, service: Service, policy: pulumi.Output[str] | None) -> Backend:
    native = scope.native(service, GcpService)
    native.door.open(scope, service)
    group = scope.resource(
        f"group-{service.name}",
        compute.RegionNetworkEndpointGroup,
        depends_on=[api(scope, "compute")],
        network_endpoint_type="SERVERLESS",
        region=native.region,
        cloud_run={"service": native.name},
    )
    made = scope.resource(
        f"backend-{service.name}",
        compute.BackendService,
        description=service.name,
        load_balancing_scheme="EXTERNAL_MANAGED",
        protocol="HTTPS",
        backends=[{"group": group.id}],
        security_policy=policy,
        log_config={"enable": True, "sample_rate": 1.0} if spec.access_logs else {"enable": False},
    )
    return Backend(made, group, policy)


def _url_map(scope: Scope, spec: GatewaySpec, backends: Mapping[str, Backend]) -> compute.URLMap:
    nowhere = load_balancer.not_found(backends[min(backends)].service)
    return scope.resource(
        "routes",
        compute.URLMap,
        **nowhere,
        host_rules=[{"hosts": list(spec.domains) or ["*"], "path_matcher": NAME}],
        path_matchers=[{"name": NAME, **nowhere, "route_rules": _rules(spec, backends)}],
        header_action=load_balancer.headers(spec.response_headers, scope.parent.asked.claim_headers),
    )


def _rules(spec: GatewaySpec, backends: Mapping[str, Backend]) -> list[dict[str, Any]]:
    """Tried in order (https://cloud.google.com/load-balancing/docs/url-map-concepts)."""
    routes = [
        {
            "match_rules": [load_balancer.match(pattern)],
            "service": backends[spec.routes[pattern].to.name].service.id,
        }
        for pattern in longest_first(spec.routes)
    ]
    too_large = load_balancer.too_large(spec.max_body_mb, "/*", backends[min(backends)].service)
    return [{"priority": number, **rule} for number, rule in enumerate([too_large, *routes], start=1)]
