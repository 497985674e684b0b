"""A Cdn's routes as `providers/common/nginx.py` takes them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pulumi

from infra_kit.components.cdn import NO_CACHE, CdnSpec, Route
from infra_kit.components.gateway import Gateway
from infra_kit.components.object_store import ObjectStore
from infra_kit.durations import seconds
from infra_kit.errors import SpecError

_CONNECTION = frozenset(
    {"connection", "content-length", "keep-alive", "te", "transfer-encoding", "upgrade", "x-infra-kit-cdn"}
)
_SIGNED = frozenset({"host", "authorization", "x-amz-date", "x-amz-content-sha256"})


def check(name: str, spec: CdnSpec) -> None:
    """Refuses to forward what nginx itself must say to the origin."""
    for pattern, route in spec.routes.items():
        check_headers(name, pattern, route)


def check_headers(name: str, pattern: str, route: Route) -> None:
    reserved = _CONNECTION | (_SIGNED if isinstance(route.origin, ObjectStore) else frozenset())
    taken = [header for header in route.headers if header.lower() in reserved]
    if taken:
        raise SpecError(
            f"Cdn {name!r}: routes: {pattern}: headers may not have {', '.join(taken)}: the Cdn says that itself to "
            "this origin. Leave it out."
        )


def stores(spec: CdnSpec) -> dict[str, ObjectStore]:
    """The object stores among the origins, by pattern."""
    return {key: route.origin for key, route in spec.routes.items() if isinstance(route.origin, ObjectStore)}


def plain(spec: CdnSpec, access_keys: Mapping[str, pulumi.Input[str]]) -> dict[str, dict[str, Any]]:
    """The routes by pattern.

    Args:
        spec: the Cdn's.
        access_keys: by pattern, the access key with which an object store is read.
    """
    return {pattern: _route(route, access_keys.get(pattern)) for pattern, route in spec.routes.items()}


def _route(route: Route, access_key: pulumi.Input[str] | None) -> dict[str, Any]:
    told = {
        "ttl": None if route.ttl == NO_CACHE else seconds(route.ttl),
        "headers": list(route.told_headers),
        "cookies": list(route.cookies),
        "query": route.sends_query,
        **({"cache_control": route.cache_control} if route.cache_control else {}),
    }
    if isinstance(route.origin, Gateway):
        return {**told, "origin": route.origin.url, "bucket": None, "passes_all": route.passes_all}
    if not isinstance(route.origin, ObjectStore):
        return {**told, "origin": route.origin, "bucket": None}
    endpoint = route.origin.endpoint
    return {
        **told,
        "origin": endpoint.s3_endpoint,
        "bucket": endpoint.bucket,
        "region": endpoint.region,
        "access_key": access_key,
    }
