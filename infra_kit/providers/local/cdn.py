"""Cdn on this machine: an nginx that caches, by HTTP on the loopback.

A store's object has the request's path as its key, as with CloudFront: under the pattern `/static/*`, the path
`/static/a.js` reads the object `static/a.js`. `url` is `http://127.0.0.1:<port>`; the same port answers for the
`domains` too (by the `Host` header), and refuses any other name. A `Gateway` is reached on the loopback (`gateway.py`).
"""

from __future__ import annotations

import pulumi

from infra_kit import features
from infra_kit.component import Scope
from infra_kit.components.cdn import CdnEndpoint, CdnSpec
from infra_kit.components.gateway import Gateway
from infra_kit.components.object_store import ObjectStore, ObjectStoreEndpoint
from infra_kit.providers.common import nginx_routes
from infra_kit.providers.local import domain
from infra_kit.providers.local.gateway import LocalGateway
from infra_kit.providers.local.object_store import LocalBucket
from infra_kit.providers.local.resource import CdnServer, server

SUPPORTS = frozenset(
    {
        features.DOMAINS,
        features.WILDCARD_DOMAINS,
        features.RESPONSE_HEADERS,
        features.COMPRESSION,
        features.INVALIDATION,
        features.QUERY_FILTER,
        features.CACHE_CONTROL,
    }
)


def create(scope: Scope, spec: CdnSpec) -> CdnEndpoint:
    nginx_routes.check(scope.name, spec)
    domain.check(scope, spec.zones)
    readers = {pattern: _reader(store) for pattern, store in nginx_routes.stores(spec).items()}
    gateways = {pattern: _native(scope, gateway) for pattern, gateway in spec.gateways.items()}
    cdn = server(
        scope,
        "server",
        CdnServer,
        stateful=False,
        routes=nginx_routes.plain(spec, {pattern: reader.access_key for pattern, reader in readers.items()}),
        store_keys=pulumi.Output.secret({pattern: reader.secret_key for pattern, reader in readers.items()}),
        gateway_trusts=pulumi.Output.secret({pattern: native.trust for pattern, native in gateways.items()}),
        domains=list(spec.domains),
        response_headers=spec.response_headers,
        compression=spec.compression,
        release=spec.release,
    )
    return CdnEndpoint(url=cdn.public["url"], domain=cdn.public["domain"], trust=cdn.private["trust"])


def _native(scope: Scope, gateway: Gateway) -> LocalGateway:
    scope.check_near(gateway, "routes")
    return scope.native(gateway, LocalGateway)


def _reader(store: ObjectStore) -> LocalBucket | ObjectStoreEndpoint:
    """Who has the keys that only read; a store of another target has just the one pair."""
    return store.endpoint.native if isinstance(store.endpoint.native, LocalBucket) else store.endpoint
