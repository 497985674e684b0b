"""The origins of a Cdn on Google Cloud: a backend service a route, and what it keeps of the answers. Gateways have
theirs (`cdn_gateways`).

What tells answers apart is what the spec names, and always the query string: Google sends it to the origin whatever is
asked, so an answer that was made for one query must not be given to another. So `query=False`
is a gap, and without `query=True` what would decide how a bucket answers is taken out before
(`cdn_routes.STORE_QUERY`).
Of the rest of a request, `Cookie` and `Authorization` reach the origin where a route names them; Google cannot send
some cookies and hold back others, nor hold back headers that it is not told of.

A host's own `Cache-Control` holds; without one, Google keeps what is static by its type, for `ttl`, and never HTML or
JSON (https://cloud.google.com/cdn/docs/caching#static). A bucket says `private, max-age=0` to whoever signs, of every
object that has no `Cache-Control` of its own: so all of its answers are kept for `ttl`, and clients come back after
`CLIENT_SECONDS` to ask whether it still holds.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, cast
from urllib.parse import urlsplit

import pulumi
from pulumi_gcp import compute, storage

from infra_kit.component import Scope
from infra_kit.components.cdn import NO_CACHE, CdnSpec, Route
from infra_kit.components.gateway import Gateway
from infra_kit.components.object_store import ObjectStore
from infra_kit.durations import seconds
from infra_kit.edge_headers import TRUST_HEADER
from infra_kit.providers.gcp.apis import api
from infra_kit.providers.gcp.cdn_checks import MAX_TTL, address
from infra_kit.providers.gcp.identity import service_account
from infra_kit.providers.gcp.load_balancer import mark
from infra_kit.providers.gcp.object_store import READ_OBJECT, GcpBucket

CLIENT_SECONDS = 60
STALE_SECONDS = 60
"""An answer that has just run out is given once more while Cloud CDN asks for the new one, or if the origin is down."""
PORTS = {"http": 80, "https": 443}


def services(scope: Scope, spec: CdnSpec, trust: pulumi.Output[str]) -> dict[str, compute.BackendService]:
    """By pattern, the backend service of its route, where that leads to a store or a host."""
    reader = _reader(scope, spec)
    return {
        pattern: _to_store(scope, spec, pattern, reader)
        if reader and isinstance(route.origin, ObjectStore)
        else _to_host(scope, spec, pattern, trust)
        for pattern, route in spec.routes.items()
        if not isinstance(route.origin, Gateway)
    }


def _reader(scope: Scope, spec: CdnSpec) -> storage.HmacKey | None:
    """The key by which the stores' objects are read."""
    stores = {
        route.origin.name: route.origin for route in spec.routes.values() if isinstance(route.origin, ObjectStore)
    }
    if not stores:
        return None
    account = service_account(scope, "reader", f"Reads the stores behind {scope.name}")
    for name, store in stores.items():
        bucket = scope.native(store, GcpBucket).name
        scope.resource(
            f"object-reader-{name}", storage.BucketIAMMember, bucket=bucket, role=READ_OBJECT, member=account.member
        )
    return scope.resource("reader-key", storage.HmacKey, service_account_email=account.email)


def _to_store(scope: Scope, spec: CdnSpec, pattern: str, reader: storage.HmacKey) -> compute.BackendService:
    route = spec.routes[pattern]
    bucket = scope.native(cast(ObjectStore, route.origin), GcpBucket)
    signature = {
        "access_key_id": reader.access_id,
        "access_key": reader.secret,  # secret already, and its provider says so
        "origin_region": bucket.region,
    }
    return service(
        scope,
        spec,
        pattern,
        group=_endpoint(scope, pattern, bucket.host, 443),
        protocol="HTTPS",
        custom_request_headers=[pulumi.Output.concat("Host: ", bucket.host)],
        security_settings={"aws_v4_authentication": signature},
        cdn_policy=caching("FORCE_CACHE_ALL", route, client_ttl=min(seconds(route.ttl), CLIENT_SECONDS)),
    )


def _to_host(scope: Scope, spec: CdnSpec, pattern: str, trust: pulumi.Output[str]) -> compute.BackendService:
    route = spec.routes[pattern]
    origin = urlsplit(str(route.origin))
    kept = route.ttl != NO_CACHE
    return service(
        scope,
        spec,
        pattern,
        group=_endpoint(scope, pattern, origin.hostname or "", origin.port or PORTS[origin.scheme]),
        protocol=origin.scheme.upper(),
        custom_request_headers=[f"Host: {origin.netloc}", pulumi.Output.concat(f"{TRUST_HEADER}: ", trust)],
        cdn_policy=caching("CACHE_ALL_STATIC", route, client_ttl=MAX_TTL, max_ttl=MAX_TTL) if kept else None,
    )


def _endpoint(scope: Scope, pattern: str, host: pulumi.Input[str], port: int) -> compute.GlobalNetworkEndpointGroup:
    """A group holds one endpoint (https://cloud.google.com/load-balancing/docs/negs/internet-neg-concepts), and a new
    one is made before the old one goes: another origin needs another group, which its description makes."""
    by_address = isinstance(host, str) and address(host) is not None
    group = scope.resource(
        f"group-{mark(pattern)}",
        compute.GlobalNetworkEndpointGroup,
        depends_on=[api(scope, "compute")],
        network_endpoint_type="INTERNET_IP_PORT" if by_address else "INTERNET_FQDN_PORT",
        default_port=port,
        description=pulumi.Output.concat(host, f":{port}"),
    )
    scope.resource(
        f"endpoint-{mark(pattern)}",
        compute.GlobalNetworkEndpoint,
        global_network_endpoint_group=group.name,
        port=port,
        fqdn=None if by_address else host,
        ip_address=host if by_address else None,
    )
    return group


def service(
    scope: Scope, spec: CdnSpec, pattern: str, *, group: pulumi.CustomResource, part: str = "", **more: Any
) -> compute.BackendService:
    """The backend service of a route, or of a part of it."""
    logged, kept = scope.defaults.monitoring, more["cdn_policy"] is not None
    return scope.resource(
        f"backend-{mark(pattern)}{part}",
        compute.BackendService,
        description=pattern,
        load_balancing_scheme="EXTERNAL_MANAGED",
        backends=[{"group": group.id}],
        enable_cdn=kept,
        # Cloud CDN compresses, not the load balancer (https://cloud.google.com/cdn/docs/dynamic-compression): what it
        # never keeps comes as its origin sends it.
        compression_mode="AUTOMATIC" if spec.compression and kept else "DISABLED",
        log_config={"enable": True, "sample_rate": 1.0} if logged else {"enable": False},
        **more,
    )


def caching(mode: str, route: Route, **more: int) -> Mapping[str, Any]:
    """What is kept of a route's answers."""
    return {
        "cache_mode": mode,
        "default_ttl": seconds(route.ttl),
        "serve_while_stale": STALE_SECONDS,
        **more,
        "cache_key_policy": {
            # All hosts are one to a store or a host, which are always told their own.
            "include_host": isinstance(route.origin, Gateway),
            "include_protocol": False,
            "include_query_string": True,
            "include_http_headers": list(route.headers),
            "include_named_cookies": list(route.cookies),
        },
    }
