"""Cdn on a VPS: an nginx that caches, behind the host's edge proxy (`edge.py`), which has the domains and certificates.

A store's object has the request's path as its key, as with CloudFront: under the pattern `/static/*`, the path
`/static/a.js` reads the object `static/a.js`. The cache is on the disk, and goes with its container.

A `Gateway` is reached in the edge's network, where it answers the Cdn alone. It gets the visitor's address from here.

Without domains the Cdn answers to the host's own name, with a certificate too. A host that is known only by its address
gets none: plain HTTP is for trying things out, so it is there in development and preview and refused elsewhere. A
wildcard is refused: its certificate takes a DNS record that only the zone's owner can set.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, cast

import pulumi

from infra_kit import features
from infra_kit.component import Scope
from infra_kit.components.cdn import CdnEndpoint, CdnSpec
from infra_kit.components.gateway import Gateway
from infra_kit.components.object_store import ObjectStore
from infra_kit.errors import SpecError
from infra_kit.naming import child
from infra_kit.providers.common import dns, nginx, nginx_routes
from infra_kit.providers.common.passwords import password
from infra_kit.providers.vps import edge, images, nginx_container, ssh
from infra_kit.providers.vps.containers import FILES, container
from infra_kit.providers.vps.gateway import VpsGateway
from infra_kit.providers.vps.object_store import VpsBucket
from infra_kit.providers.vps.run import Run
from infra_kit.providers.vps.settings import VpsSettings

SUPPORTS = frozenset(
    {
        features.DOMAINS,
        features.RESPONSE_HEADERS,
        features.COMPRESSION,
        features.INVALIDATION,
        features.QUERY_FILTER,
        features.CACHE_CONTROL,
    }
)

HINTS = {features.WILDCARD_DOMAINS: edge.NO_WILDCARDS}

PORT = 8080
MEMORY_GB, CPU = 0.25, 1.0
HSTS = {"Strict-Transport-Security": "max-age=63072000"}
"""Two years (https://infosec.mozilla.org/guidelines/web_security#http-strict-transport-security), unless the spec says
otherwise; without subdomains, which are not the Cdn's to speak for."""


def create(scope: Scope, spec: CdnSpec) -> CdnEndpoint:
    nginx_routes.check(scope.name, spec)
    names = edge.names(scope, spec.domains)
    trust = password(scope, "trust").result
    readers = {pattern: _reader(scope, store) for pattern, store in nginx_routes.stores(spec).items()}
    trusts = {pattern: _trust(scope, gateway) for pattern, gateway in spec.gateways.items()}
    _cache(scope, _configuration(spec, readers, names, {"trust": trust, "gateway_trusts": trusts}), readers.values())
    served = edge.serve(scope, names, dns.zones(spec.zones), edge.to(child(scope.name, "cache"), PORT))
    return CdnEndpoint(
        url=ssh.after(served, edge.url(names)),
        domain=pulumi.Output.from_input(ssh.settings(scope).host),
        trust=pulumi.Output.secret(trust),
    )


@dataclass(frozen=True, kw_only=True)
class _Reader:
    """How the cache reads an object store."""

    origin: pulumi.Output[str]
    access_key: pulumi.Input[str]
    secret_key: pulumi.Output[str]
    network: pulumi.Output[str] | None = None
    """The Docker network to join for it."""


def _reader(scope: Scope, store: ObjectStore) -> _Reader:
    """Of a store on this host, with the keys that only read; one of elsewhere has just the one pair."""
    endpoint, native = store.endpoint, store.endpoint.native
    if isinstance(native, VpsBucket) and store.target.key == scope.target.key:
        return _Reader(
            origin=native.origin,
            network=native.network,
            access_key=native.access_key,
            secret_key=native.secret_key,
        )
    if isinstance(native, VpsBucket) and store.name not in cast(VpsSettings, store.target.settings).private_ports:
        raise SpecError(
            f"Cdn {scope.name!r}: routes: its origin {store.name!r} is on another host, {store.target.key!r}, which "
            f"does not publish it. Have it do so: private_address: …, private_ports: {{{store.name}: 18333}}."
        )
    return _Reader(origin=endpoint.s3_endpoint, access_key=endpoint.access_key, secret_key=endpoint.secret_key)


def _trust(scope: Scope, gateway: Gateway) -> pulumi.Output[str]:
    native = scope.native(gateway, VpsGateway)
    if gateway.target.key != scope.target.key:
        raise SpecError(
            f"{scope.what}: routes: Gateway {gateway.name!r} is on another host, {gateway.target.key!r}, and only a "
            "Cdn beside it reaches it. Place both on one."
        )
    return native.trust


def _configuration(
    spec: CdnSpec, readers: Mapping[str, _Reader], names: Sequence[str], trusts: Mapping[str, Any]
) -> pulumi.Output[str]:
    routes = nginx_routes.plain(spec, {pattern: reader.access_key for pattern, reader in readers.items()})
    own = {pattern: {**routes[pattern], "origin": reader.origin} for pattern, reader in readers.items()}
    keys = {pattern: reader.secret_key for pattern, reader in readers.items()}
    known = pulumi.Output.all(routes={**routes, **own}, store_keys=keys, **trusts)
    headers = _headers(spec, secure=not names[0].startswith("http://"))
    return pulumi.Output.secret(known.apply(lambda values: _render(spec, headers, values)))


def _headers(spec: CdnSpec, *, secure: bool) -> dict[str, str]:
    said = {name.lower() for name in spec.response_headers}
    own = {name: value for name, value in HSTS.items() if secure and name.lower() not in said}
    return {**own, **spec.response_headers}


def _render(spec: CdnSpec, headers: Mapping[str, str], known: Mapping[str, Any]) -> str:
    told = nginx.quote(json.dumps(headers))
    site = nginx.Site(
        main=[nginx_container.MAIN, nginx_container.NJS],
        http=[
            " access_log off;",
            " real_ip_header X-Forwarded-For;",
            *(f" set_real_ip_from {network};" for network in nginx_container.PRIVATE),
            f" map $host $response_headers {{ default {told}; }}",
            " add_header X-Cache $x_cache always;",
            nginx_container.STATUS,
        ],
        every=["js_header_filter cdn.headers;"],
        conf=FILES,
        data=nginx_container.DATA,
        authorities="/etc/ssl/certs/ca-certificates.crt",
        listen=str(PORT),
        names=["_"],
        scheme="$http_x_forwarded_proto",
        trust=known["trust"],
        # A container has no way out by IPv6.
        resolvers=[nginx_container.DOCKERS_NAMES, "ipv6=off"],
        props={**known, "compression": spec.compression, "release": spec.release},
    )
    return nginx.render(site)


def _cache(scope: Scope, configuration: pulumi.Output[str], readers: Iterable[_Reader]) -> None:
    """It stands in the edge's network, by which it reaches the internet too, and in those of its stores."""
    run = Run(
        image=images.pull(scope, images.NGINX),
        command=nginx_container.COMMAND,
        user=nginx_container.USER,
        memory_gb=MEMORY_GB,
        cpu=CPU,
        health=nginx_container.HEALTH,
        networks=[edge.of(scope).network, *dict.fromkeys(reader.network for reader in readers if reader.network)],
        files={"nginx.conf": configuration, "cdn.js": nginx.script()},
        volumes={nginx_container.DATA: None},
        stop_signal="SIGQUIT",
    )
    container(scope, "cache", run)
