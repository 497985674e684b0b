"""Cdn on a VPS: an nginx that caches, behind the host's edge proxy (`edge.py`), which has the domains and certificates.

A store's object has the request's path as its key, as with CloudFront: under the pattern `/static/*`, the path
`/static/a.js` reads the object `static/a.js`. The cache is on the disk, and goes with its container.

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
from infra_kit.components.object_store import ObjectStore
from infra_kit.environments import Environment
from infra_kit.errors import SpecError
from infra_kit.features import Feature
from infra_kit.naming import child
from infra_kit.providers.common import nginx, nginx_routes
from infra_kit.providers.common.passwords import password
from infra_kit.providers.vps import edge, images, ssh
from infra_kit.providers.vps.containers import FILES, container
from infra_kit.providers.vps.object_store import VpsBucket
from infra_kit.providers.vps.run import Run
from infra_kit.providers.vps.settings import VpsSettings

SUPPORTS = frozenset({features.DOMAINS, features.RESPONSE_HEADERS, features.COMPRESSION, features.INVALIDATION})

HINTS: Mapping[Feature, str] = {}

PORT, STATUS_PORT = 8080, 8081
USER = "101:101"
"""`nginx` of the image (https://github.com/nginx/docker-nginx)."""
MEMORY_GB, CPU = 0.25, 1.0
DATA = "/tmp"  # noqa: S108  a volume: the folder of the image that this user may write to
DOCKERS_NAMES = "127.0.0.11"
"""The name server of every Docker network (https://docs.docker.com/engine/network/#dns-services)."""
MAIN = (
    "daemon off;\nworker_processes 1;\npid /tmp/nginx.pid;\nerror_log stderr warn;",
    "load_module modules/ngx_http_js_module.so;",
)
PRIVATE = ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16")
"""Whose word is taken for the visitor's address: nothing but containers reaches this one, of them the edge."""
HSTS = {"Strict-Transport-Security": "max-age=63072000"}
"""Two years (https://infosec.mozilla.org/guidelines/web_security#http-strict-transport-security), unless the spec says
otherwise; without subdomains, which are not the Cdn's to speak for."""


def gaps(spec: CdnSpec) -> Mapping[Feature, str]:
    return features.gaps(spec.features(), SUPPORTS, HINTS)


def create(scope: Scope, spec: CdnSpec) -> CdnEndpoint:
    nginx_routes.check(scope.name, spec)
    names = _names(scope, spec)
    trust = password(scope, "trust").result
    readers = {pattern: _reader(scope, store) for pattern, store in nginx_routes.stores(spec).items()}
    _cache(scope, _configuration(spec, readers, names, trust), readers.values())
    upstream = f"{child(scope.name, 'cache')}:{PORT}"
    # A cache that is being replaced is waited for.
    served = edge.serve(scope, names, f" reverse_proxy {upstream} {{\n  lb_try_duration 30s\n }}")
    first = names[0]
    return CdnEndpoint(
        url=ssh.after(served, first if first.startswith("http://") else f"https://{first}"),
        domain=pulumi.Output.from_input(ssh.settings(scope).host),
        trust=pulumi.Output.secret(trust),
    )


def _names(scope: Scope, spec: CdnSpec) -> list[str]:
    """What the edge serves this Cdn by: a name has a certificate, `http://…` has none."""
    wildcards = [domain for domain in spec.domains if domain.startswith("*")]
    if wildcards:
        raise SpecError(
            f"Cdn {scope.name!r}: domains: given {', '.join(wildcards)}: a certificate for every name below a domain "
            "takes a record in its DNS zone, which a host cannot set. Name each domain."
        )
    return list(spec.domains) or [_own_name(scope)]


def _own_name(scope: Scope) -> str:
    host = ssh.settings(scope).host
    if any(letter.isalpha() for letter in host.rpartition(".")[2]) and "." in host and ":" not in host:
        return host
    if scope.environment in {Environment.DEVELOPMENT, Environment.PREVIEW}:
        return f"http://[{host}]" if ":" in host else f"http://{host}"
    raise SpecError(
        f"Cdn {scope.name!r}: domains: there is none, and the host is known as {host}, which gets no certificate. "
        f"{scope.environment} has no plain HTTP: say domains=['www.example.com'], or name the host by its DNS name in "
        "infra-kit:vps: {host: …}."
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


def _configuration(
    spec: CdnSpec, readers: Mapping[str, _Reader], names: Sequence[str], trust: pulumi.Output[str]
) -> pulumi.Output[str]:
    routes = nginx_routes.plain(spec, {pattern: reader.access_key for pattern, reader in readers.items()})
    own = {pattern: {**routes[pattern], "origin": reader.origin} for pattern, reader in readers.items()}
    keys = {pattern: reader.secret_key for pattern, reader in readers.items()}
    known = pulumi.Output.all(routes={**routes, **own}, store_keys=keys, trust=trust)
    headers = _headers(spec, secure=not names[0].startswith("http://"))
    return pulumi.Output.secret(known.apply(lambda values: _render(spec, headers, values)))


def _headers(spec: CdnSpec, *, secure: bool) -> dict[str, str]:
    said = {name.lower() for name in spec.response_headers}
    own = {name: value for name, value in HSTS.items() if secure and name.lower() not in said}
    return {**own, **spec.response_headers}


def _render(spec: CdnSpec, headers: Mapping[str, str], known: Mapping[str, Any]) -> str:
    told = nginx.quote(json.dumps(headers))
    site = nginx.Site(
        main=MAIN,
        http=[
            " access_log off;",
            " real_ip_header X-Forwarded-For;",
            *(f" set_real_ip_from {network};" for network in PRIVATE),
            f" map $host $response_headers {{ default {told}; }}",
            " add_header X-Cache $x_cache always;",
            f" server {{ listen 127.0.0.1:{STATUS_PORT}; location / {{ return 204; }} }}",
        ],
        every=["js_header_filter cdn.headers;"],
        conf=FILES,
        data=DATA,
        authorities="/etc/ssl/certs/ca-certificates.crt",
        listen=str(PORT),
        names=["_"],
        scheme="$http_x_forwarded_proto",
        trust=known["trust"],
        # A container has no way out by IPv6.
        resolvers=[DOCKERS_NAMES, "ipv6=off"],
        props={**known, "compression": spec.compression, "release": spec.release},
    )
    return nginx.render(site)


def _cache(scope: Scope, configuration: pulumi.Output[str], readers: Iterable[_Reader]) -> None:
    """It stands in the edge's network, by which it reaches the internet too, and in those of its stores."""
    run = Run(
        image=images.pull(scope, images.NGINX),
        command=["nginx", "-c", f"{FILES}/nginx.conf"],
        user=USER,
        memory_gb=MEMORY_GB,
        cpu=CPU,
        health=["wget", "-q", "-O", "/dev/null", f"http://127.0.0.1:{STATUS_PORT}/"],
        networks=[edge.of(scope).network, *dict.fromkeys(reader.network for reader in readers if reader.network)],
        files={"nginx.conf": configuration, "cdn.js": nginx.script()},
        volumes={DATA: None},
        stop_signal="SIGQUIT",
    )
    container(scope, "cache", run)
