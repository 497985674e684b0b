"""Cdn on this machine: an nginx that caches, by HTTP on the loopback.

A store's object has the request's path as its key, as with CloudFront: under the pattern `/static/*`, the path
`/static/a.js` reads the object `static/a.js`. `url` is `http://127.0.0.1:<port>`; the same port answers for the
`domains` too (by the `Host` header), and refuses any other name.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pulumi

from infra_kit import features
from infra_kit.component import Scope
from infra_kit.components.cdn import NO_CACHE, CdnEndpoint, CdnSpec, Route
from infra_kit.components.object_store import ObjectStore, ObjectStoreEndpoint
from infra_kit.durations import seconds
from infra_kit.errors import SpecError
from infra_kit.features import Feature
from infra_kit.providers.local.object_store import LocalBucket
from infra_kit.providers.local.resource import CdnServer, server

SUPPORTS = frozenset({features.DOMAINS, features.RESPONSE_HEADERS, features.COMPRESSION, features.INVALIDATION})

HINTS: Mapping[Feature, str] = {}

_CONNECTION = frozenset(
    {"connection", "content-length", "keep-alive", "te", "transfer-encoding", "upgrade", "x-infra-kit-cdn"}
)
_SIGNED = frozenset({"host", "authorization", "x-amz-date", "x-amz-content-sha256"})


def gaps(spec: CdnSpec) -> Mapping[Feature, str]:
    return features.gaps(spec.features(), SUPPORTS, HINTS)


def create(scope: Scope, spec: CdnSpec) -> CdnEndpoint:
    for pattern, route in spec.routes.items():
        check_headers(scope.name, pattern, route)
    stores = {key: route.origin for key, route in spec.routes.items() if isinstance(route.origin, ObjectStore)}
    cdn = server(
        scope,
        "server",
        CdnServer,
        stateful=False,
        routes={pattern: _route(route) for pattern, route in spec.routes.items()},
        store_keys=pulumi.Output.secret({pattern: _reader(store).secret_key for pattern, store in stores.items()}),
        domains=list(spec.domains),
        response_headers=spec.response_headers,
        compression=spec.compression,
        release=spec.release,
    )
    return CdnEndpoint(url=cdn.public["url"], domain=cdn.public["domain"], trust=cdn.private["trust"])


def check_headers(name: str, pattern: str, route: Route) -> None:
    """Refuses to forward what nginx itself must say to the origin."""
    reserved = _CONNECTION | (_SIGNED if isinstance(route.origin, ObjectStore) else frozenset())
    taken = [header for header in route.headers if header.lower() in reserved]
    if taken:
        raise SpecError(
            f"Cdn {name!r}: routes: {pattern}: headers may not have {', '.join(taken)}: the Cdn says that itself to "
            "this origin. Leave it out."
        )


def _route(route: Route) -> dict[str, Any]:
    told = {
        "ttl": None if route.ttl == NO_CACHE else seconds(route.ttl),
        "headers": list(route.headers),
        "cookies": list(route.cookies),
        "query": route.query,
    }
    if not isinstance(route.origin, ObjectStore):
        return {**told, "origin": route.origin, "bucket": None}
    endpoint = route.origin.endpoint
    return {
        **told,
        "origin": endpoint.s3_endpoint,
        "bucket": endpoint.bucket,
        "region": endpoint.region,
        "access_key": _reader(route.origin).access_key,
    }


def _reader(store: ObjectStore) -> LocalBucket | ObjectStoreEndpoint:
    """Who has the keys that only read; a store of another target has just the one pair."""
    return store.endpoint.native if isinstance(store.endpoint.native, LocalBucket) else store.endpoint
