"""What a distribution keeps, for how long, and what of a request reaches the origin.

An account has 20 cache policies and 20 origin request policies, and no more are given
(https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/cloudfront-limits.html). So AWS's own are used where
they say the same, and routes that ask for the same share one; a policy's role is what it says.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import pulumi
from pulumi_aws import cloudfront

from infra_kit.component import Scope
from infra_kit.components.cdn import NO_CACHE, CdnSpec, Route
from infra_kit.components.object_store import ObjectStore
from infra_kit.durations import seconds
from infra_kit.edge_headers import TRUST_HEADER
from infra_kit.errors import SpecError
from infra_kit.providers.aws.cdn_functions import RELEASE_HEADER

# https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/using-managed-cache-policies.html
CACHING_DISABLED = "4135ea2d-6df8-44a3-9df3-4b5a84be39ad"
CACHING_OPTIMIZED = "658327ea-f89d-4fab-a63d-7e88639e58f6"
OPTIMIZED_SECONDS = 86_400
# https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/using-managed-origin-request-policies.html
ALL_VIEWER = "216adef6-5c7f-47e4-b989-5492eafa07d3"
"""All that a viewer sends: headers (`Authorization` and `Host` too), cookies, the query."""

YEAR = 31_536_000
MAX_TTL = 100 * YEAR
"""https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/Expiration.html"""

MAX_LISTED = 10
"""Headers, and cookies, of one policy: AWS's default quota
(https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/cloudfront-limits.html#limits-policies)."""

MAX_PATTERN = 255
NOT_FORWARDED = frozenset(
    {
        "cache-control", "connection", "content-length", "cookie", "max-forwards", "pragma", "proxy-authenticate",
        "proxy-authorization", "proxy-connection", "request-range", "te", "trailer", "transfer-encoding", "upgrade",
        "x-amz-cf-id", "x-forwarded-proto", "x-real-ip", RELEASE_HEADER.lower(), TRUST_HEADER.lower(),
    }
)  # fmt: skip
"""https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/RequestAndResponseBehaviorCustomOrigin.html"""
PACKED = "Accept-Encoding"
SIGNED = frozenset({"authorization", "host", "x-amz-content-sha256", "x-amz-date"})
"""What CloudFront says itself to a bucket."""


@dataclass(frozen=True, kw_only=True)
class Policies:
    """Of one route."""

    cache: pulumi.Input[str]
    forward: pulumi.Input[str] | None = None
    """None: what is forwarded is in the cache policy, or nothing is."""


def check(name: str, spec: CdnSpec, pattern: str) -> None:
    """Refuses what CloudFront would refuse in the middle of an update."""
    where, route = f"Cdn {name!r}: routes: {pattern}: ", spec.routes[pattern]
    if len(pattern) > MAX_PATTERN:
        raise SpecError(
            f"{where}the pattern has {len(pattern)} characters, CloudFront takes {MAX_PATTERN}. Shorten it."
        )
    if route.ttl != NO_CACHE and seconds(route.ttl) > MAX_TTL:
        raise SpecError(f"{where}ttl: given {route.ttl!r}, CloudFront takes 100y at most.")
    reserved = NOT_FORWARDED | (SIGNED if isinstance(route.origin, ObjectStore) else frozenset())
    taken = [header for header in route.headers if header.lower() in reserved or header.lower().startswith("x-edge-")]
    if taken:
        raise SpecError(
            f"{where}headers may not have {', '.join(taken)}: CloudFront says that itself to this origin, or to none. "
            "Leave it out (cookies have an argument of their own)."
        )
    _check_count(where, "headers", [*_headers(spec, route), *_released(spec, route)], route)
    _check_count(where, "cookies", route.cookies, route)


def _check_count(where: str, what: str, listed: Sequence[str], route: Route) -> None:
    if len(listed) > MAX_LISTED:
        policy = "cache policy" if _keyed(route) else "origin request policy"
        raise SpecError(
            f"{where}{what}: {len(listed)} are asked for ({', '.join(listed)}); CloudFront takes {MAX_LISTED}, its "
            f'quota "{what.capitalize()} per {policy}". Name fewer.'
        )


def policies(scope: Scope, spec: CdnSpec) -> Mapping[str, Policies]:
    """The policies of each route, by its pattern."""
    maker = _Maker(scope, spec)
    return {pattern: maker.policies(spec.routes[pattern]) for pattern in sorted(spec.routes)}


@dataclass
class _Maker:
    """Makes each policy once, by what it says."""

    scope: Scope
    spec: CdnSpec
    made: dict[str, pulumi.Output[str]] = field(default_factory=dict)

    def policies(self, route: Route) -> Policies:
        if route.passes_all:
            return Policies(cache=CACHING_DISABLED, forward=ALL_VIEWER)
        varies = _varies(self.spec, route)
        if route.ttl != NO_CACHE:
            ttl = seconds(route.ttl)
            if ttl == OPTIMIZED_SECONDS and not self.spec.release and not varies:
                return Policies(cache=CACHING_OPTIMIZED)
            return Policies(cache=self._cache(route, ttl=ttl, most=max(ttl, YEAR)))
        if _keyed(route):
            return Policies(cache=self._cache(route, ttl=0, most=1))
        return Policies(cache=CACHING_DISABLED, forward=self._forward(route) if varies else None)

    def _cache(self, route: Route, *, ttl: int, most: int) -> pulumi.Output[str]:
        """ttl: seconds when the origin does not say; most: when it does."""
        role = _role(f"cache-{route.ttl}", self.spec, route)
        if role not in self.made:
            compression = self.spec.compression
            policy = self.scope.resource(
                role,
                cloudfront.CachePolicy,
                min_ttl=0,
                default_ttl=ttl,
                max_ttl=most,
                parameters_in_cache_key_and_forwarded_to_origin={
                    **_parts(self.spec, route, _released(self.spec, route)),
                    "enable_accept_encoding_gzip": compression,
                    "enable_accept_encoding_brotli": compression,
                },
            )
            self.made[role] = policy.id
        return self.made[role]

    def _forward(self, route: Route) -> pulumi.Output[str]:
        role = _role("forward", self.spec, route)
        if role not in self.made:
            policy = self.scope.resource(role, cloudfront.OriginRequestPolicy, **_parts(self.spec, route, []))
            self.made[role] = policy.id
        return self.made[role]


def _keyed(route: Route) -> bool:
    """Whether what reaches the origin is the key of a cache.

    CloudFront forwards `Authorization` so only, and only where something may be kept: without a ttl, an answer is then
    out of date at once, unless the origin itself says that it may be kept; then it is for a second
    (https://repost.aws/knowledge-center/cloudfront-authorization-header).
    """
    return route.ttl != NO_CACHE or any(header.lower() == "authorization" for header in route.headers)


def _headers(spec: CdnSpec, route: Route) -> list[str]:
    """The headers to forward. `Accept-Encoding` is in each key where CloudFront compresses, and refused as one more;
    what it never keeps it does not compress either, so the origin is asked to
    (https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/ServingCompressedFiles.html)."""
    asked = {header for header in route.told_headers if header.lower() != PACKED.lower()}
    declared = len(asked) < len(route.told_headers)
    if _keyed(route):
        wanted = declared and not spec.compression
    else:
        wanted = declared or (spec.compression and not isinstance(route.origin, ObjectStore))
    return sorted(asked | ({PACKED} if wanted else set()))


def _released(spec: CdnSpec, route: Route) -> list[str]:
    """What makes the answers of a release its own, where any are kept."""
    return [RELEASE_HEADER] if spec.release and route.ttl != NO_CACHE else []


def _varies(spec: CdnSpec, route: Route) -> bool:
    return bool(_headers(spec, route) or route.cookies or route.sends_query)


def _role(prefix: str, spec: CdnSpec, route: Route) -> str:
    if not _varies(spec, route):
        return prefix
    told = json.dumps([_headers(spec, route), sorted(route.cookies), route.sends_query])
    return f"{prefix}-{hashlib.sha256(told.encode()).hexdigest()[:8]}"


def _parts(spec: CdnSpec, route: Route, more_headers: Sequence[str]) -> dict[str, Any]:
    headers, cookies = [*_headers(spec, route), *more_headers], sorted(route.cookies)
    return {
        "headers_config": _listed("header", headers),
        "cookies_config": _listed("cookie", cookies),
        "query_strings_config": {"query_string_behavior": "all" if route.sends_query else "none"},
    }


def _listed(what: str, names: Sequence[str]) -> dict[str, Any]:
    if not names:
        return {f"{what}_behavior": "none"}
    return {f"{what}_behavior": "whitelist", f"{what}s": {"items": list(names)}}
