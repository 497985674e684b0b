"""Gateway on a VPS: an nginx behind the host's edge proxy (`edge.py`), which has the names and certificates.

The edge leads HTTP to HTTPS and gets the certificates; all else is this nginx's, with the scripts that the local
target has too (`providers/common/gateway_nginx.py`): routes, tokens, limits, the firewall's rules, headers, sizes. It
stands in the edge's network, and in one with each service that it leads to, where it sees the service's proxy only.

One that is not public has no name at the edge: its Cdn's cache (`cdn.py`) reaches it in the edge's network, and proves
by `trust` that it is the Cdn; all others are answered 403.

Limits are counted in its memory: they begin anew when it is made anew, which a change of its own settings does. The
edge holds requests meanwhile. Without domains it answers to the host's own name; a host that is known by its address
only has no certificate, so that is for trying things out (see `edge.names`).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pulumi

from infra_kit import features
from infra_kit.component import Scope
from infra_kit.components.gateway import GatewayEndpoint, GatewaySpec
from infra_kit.features import Feature
from infra_kit.naming import child
from infra_kit.providers.common import dns, gateway_nginx, gateway_routes
from infra_kit.providers.common.passwords import password
from infra_kit.providers.vps import edge, images, nginx_container, ssh
from infra_kit.providers.vps.containers import FILES, Container, container
from infra_kit.providers.vps.link_networks import join
from infra_kit.providers.vps.run import Run
from infra_kit.providers.vps.service import VpsService
from infra_kit.settings import Settings

SUPPORTS = gateway_routes.SUPPORTS | {features.DOMAINS}

HINTS = {features.WILDCARD_DOMAINS: edge.NO_WILDCARDS, features.FAILOVER: dns.ONE_WAY}

NO_STANDBY = (
    "a host gets the certificate of a name once that leads there, which to a standby is when it is needed; have the "
    "secondary on aws or gcp and the host as the primary, or leave failover out, and have the standby under a name of "
    "its own"
)

PORT, INSIDE = 8080, "127.0.0.1:8082"
MEMORY_GB, CPU = 0.25, 1.0


@dataclass(frozen=True, kw_only=True)
class VpsGateway:
    """What a Cdn before it must know."""

    trust: pulumi.Output[str]
    """What its requests carry in `X-Infra-Kit-Cdn`: of one that is not public, the only ones that are answered."""


def gaps(spec: GatewaySpec, _: Settings) -> Mapping[Feature, str]:
    """A name fails over where its zone does so, which is on another target; and away from a host, not to it."""
    if spec.failover and spec.failover.role == "secondary":
        return features.gaps(spec.features(), SUPPORTS, {**HINTS, features.FAILOVER: NO_STANDBY})
    by_zone = {features.FAILOVER} - dns.one_way(spec.zones) if spec.zones else frozenset()
    return features.gaps(spec.features(), SUPPORTS | by_zone, HINTS)


def create(scope: Scope, spec: GatewaySpec) -> GatewayEndpoint:
    gateway_routes.check(scope.name, spec)
    trust = password(scope, "trust").result
    known = pulumi.Output.all(props=gateway_routes.plain(spec), trust=trust)
    files: pulumi.Output[dict[str, str]] = pulumi.Output.secret(known.apply(_files))
    server = _server(scope, spec, files)
    url, host = _outermost(scope, spec) if spec.public else _behind_cdn(scope, server)
    return GatewayEndpoint(
        url=url,
        domain=pulumi.Output.from_input(host),
        ca_certificate=pulumi.Output.from_input(None),
        native=VpsGateway(trust=pulumi.Output.secret(trust)),
    )


def _outermost(scope: Scope, spec: GatewaySpec) -> tuple[pulumi.Output[str], str]:
    names = edge.names(scope, spec.domains)
    to = edge.to(child(scope.name, "server"), PORT)
    served = edge.serve(scope, names, dns.zones(spec.zones), to, spec.failover)
    return ssh.after(served, edge.url(names)), ssh.settings(scope).host


def _behind_cdn(scope: Scope, server: Container) -> tuple[pulumi.Output[str], str]:
    host = child(scope.name, "server")
    return ssh.after(server.ready, f"http://{host}:{PORT}"), host


def _server(scope: Scope, spec: GatewaySpec, files: pulumi.Output[dict[str, str]]) -> Container:
    services = {route.to.name: scope.native(route.to, VpsService) for route in spec.routes.values()}
    routed = [join(scope, f"to-{name}", services[name].reached) for name in sorted(services)]
    named = {name: files[name] for name in ("nginx.conf", *gateway_nginx.SCRIPTS)}
    run = Run(
        image=images.pull(scope, images.NGINX),
        command=nginx_container.COMMAND,
        user=nginx_container.USER,
        memory_gb=MEMORY_GB,
        cpu=CPU,
        health=nginx_container.HEALTH,
        networks=[edge.of(scope).network, *routed],
        files=named,
        volumes={nginx_container.DATA: None},
        stop_signal="SIGQUIT",
    )
    return container(scope, "server", run)


def _files(known: Mapping[str, Any]) -> dict[str, str]:
    props = known["props"]
    logs = "/dev/stdout gateway" if props["access_logs"] else "off"
    site = gateway_nginx.Site(
        main=[nginx_container.MAIN, nginx_container.NJS],
        http=[f" access_log {logs};", nginx_container.STATUS],
        server=[f"listen {PORT};"],
        inside=INSIDE,
        names=["_"],
        conf=FILES,
        data=nginx_container.DATA,
        authorities="/etc/ssl/certs/ca-certificates.crt",
        trusted=() if props["fronted"] else nginx_container.PRIVATE,
        trust=known["trust"],
        resolvers=[nginx_container.DOCKERS_NAMES, "ipv6=off"],
        props=props,
    )
    return gateway_nginx.files(site)
