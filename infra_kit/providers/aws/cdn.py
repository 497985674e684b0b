"""Cdn on AWS: a distribution of CloudFront.

- A store's object has the request's path as its key. `/` is `index.html`, where a store answers it. What a store does
  not have is answered 403, as S3 does to who may not list a bucket.
- What no route leads to is answered 404, at the edge.
- Viewers come by HTTPS, or are sent there; HTTP/2, HTTP/3 and IPv6; from all places that CloudFront has (price class
  All: half of the seeds' users are in South America, which the others leave out).
- A bucket knows the distribution by its ARN, a host by the header that CloudFront adds (`trust`), in place of what a
  viewer says there. To change its value, replace the child `trust`.
- What is never kept (`ttl="none"`) is compressed by its origin, not by CloudFront: `Accept-Encoding` reaches it.
- A `Gateway` is reached by a VPC origin, and its limits and firewall are the distribution's (`cdn_gateways`).
- In production, accesses are logged to a bucket of its own.

Why not CKV_AWS_68 and CKV2_AWS_47 without a Gateway: a firewall has rules and costs of its own, and a Gateway is what
asks for one. Why not CKV_AWS_310: a second origin to fall back to is nobody's but the user's to name. Why not
CKV_AWS_374: who may read from which country is a product's decision.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pulumi
from pulumi_aws import cloudfront

from infra_kit import features
from infra_kit.component import Scope
from infra_kit.components.cdn import NO_CACHE, CdnEndpoint, CdnSpec, Route
from infra_kit.components.object_store import ObjectStore
from infra_kit.errors import SpecError
from infra_kit.patterns import longest_first
from infra_kit.providers.aws import (
    buckets,
    cdn_cache,
    cdn_domains,
    cdn_functions,
    cdn_gateways,
    cdn_headers,
    cdn_origins,
    identity,
)
from infra_kit.providers.aws.cdn_cache import Policies
from infra_kit.providers.common.passwords import password
from infra_kit.providers.common.waiting import after

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

EVERYTHING = "/*"
READ = ("GET", "HEAD")
ALL = ("DELETE", "GET", "HEAD", "OPTIONS", "PATCH", "POST", "PUT")
MAX_COMMENT = 128


@dataclass(frozen=True, kw_only=True)
class AwsCdn:
    """A distribution's handles, for what watches it."""

    distribution: pulumi.Output[str]
    """Its id."""
    certificate: pulumi.Output[str] | None
    """The ARN of that of its domains."""


NO_LOGS = frozenset(
    {
        "af-south-1", "ap-east-1", "ap-east-2", "ap-south-2", "ap-southeast-3", "ap-southeast-4", "ap-southeast-5",
        "ap-southeast-6", "ap-southeast-7", "ca-west-1", "eu-central-2", "eu-south-1", "eu-south-2", "il-central-1",
        "me-central-1", "me-south-1", "mx-central-1",
    }
)  # fmt: skip
"""The regions that an account must opt in to: CloudFront writes to no bucket there
(https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/standard-logging-legacy-s3.html)."""


def create(scope: Scope, spec: CdnSpec) -> CdnEndpoint:
    for pattern, route in spec.routes.items():
        cdn_origins.check(scope.name, pattern, route)
        cdn_cache.check(scope.name, spec, pattern)
    cdn_gateways.check(scope, spec)
    trust = password(scope, "trust").result
    certificate = cdn_domains.certificate(scope, spec)
    distribution = _distribution(scope, spec, trust, certificate)
    records = cdn_domains.lead(scope, spec, distribution)
    host = next((domain for domain in spec.domains if not domain.startswith("*")), distribution.domain_name)
    return CdnEndpoint(
        url=after(pulumi.Output.concat("https://", host), distribution, *records),
        domain=distribution.domain_name,
        trust=pulumi.Output.secret(trust),
        native=AwsCdn(distribution=distribution.id, certificate=certificate),
    )


def _distribution(
    scope: Scope, spec: CdnSpec, trust: pulumi.Output[str], certificate: pulumi.Output[str] | None
) -> cloudfront.Distribution:
    default, *ordered = _behaviours(scope, spec)
    acl = cdn_gateways.guard(scope, spec)
    return scope.resource(
        "distribution",
        cloudfront.Distribution,
        enabled=True,
        comment=f"Cdn {scope.name} of {scope.target.app} ({scope.environment})"[:MAX_COMMENT],
        aliases=list(spec.domains),
        origins=[*cdn_origins.origins(scope, spec, trust), *cdn_gateways.origins(scope, spec, certificate)],
        default_cache_behavior=default,
        ordered_cache_behaviors=ordered,
        default_root_object=_root_object(spec),
        viewer_certificate=cdn_domains.viewer_certificate(certificate),
        web_acl_id=acl.arn if acl else None,
        restrictions={"geo_restriction": {"restriction_type": "none"}},
        http_version="http2and3",
        is_ipv6_enabled=True,
        price_class="PriceClass_All",
        logging_config=_logging(scope),
        tags=scope.tags,
    )


def _root_object(spec: CdnSpec) -> str | None:
    # Why not CKV_AWS_305 where a host answers `/`: it has a page of its own there, by whatever name.
    answering = [route.origin for pattern, route in spec.routes.items() if pattern.rstrip("*") == "/"]
    return "index.html" if all(isinstance(origin, ObjectStore) for origin in answering) else None


def _behaviours(scope: Scope, spec: CdnSpec) -> list[dict[str, Any]]:
    """The default one, then the others, longest pattern first: CloudFront takes the first that fits."""
    headers = cdn_headers.policy(scope, spec)
    told = dict.fromkeys(spec.routes, headers) | cdn_gateways.headers_of_kept(scope, spec)
    policies = cdn_cache.policies(scope, spec)
    functions = _functions(scope, spec)

    def behaviour(pattern: str) -> dict[str, Any]:
        return _behaviour(spec, spec.routes[pattern], policies[pattern], told[pattern], functions[pattern])

    patterns = [pattern for pattern in longest_first(spec.routes) if pattern != EVERYTHING]
    ordered = [{"path_pattern": pattern, **behaviour(pattern)} for pattern in patterns]
    default = behaviour(EVERYTHING) if EVERYTHING in spec.routes else _nothing(scope, spec, headers)
    return [default, *ordered]


Functions = list[dict[str, Any]]


def _functions(scope: Scope, spec: CdnSpec) -> dict[str, Functions]:
    """By pattern, what runs at the edge: what tells the release, and what tells browsers how long they may keep it."""
    release = cdn_functions.release(scope, spec.release) if spec.release else None
    telling = cdn_functions.telling(scope, {it.cache_control for it in spec.routes.values() if it.cache_control})

    def of(route: Route) -> Functions:
        asked = ("viewer-request", release if route.ttl != NO_CACHE else None)
        answered = ("viewer-response", telling.get(route.cache_control or ""))
        return [{"event_type": when, "function_arn": arn} for when, arn in (asked, answered) if arn is not None]

    return {pattern: of(route) for pattern, route in spec.routes.items()}


def _behaviour(
    spec: CdnSpec,
    route: Route,
    policies: Policies,
    headers: pulumi.Input[str],
    functions: Functions,
) -> dict[str, Any]:
    return {
        "target_origin_id": cdn_origins.origin_id(route),
        "viewer_protocol_policy": "redirect-to-https",
        "allowed_methods": list(READ if isinstance(route.origin, ObjectStore) else ALL),
        "cached_methods": list(READ),
        "compress": spec.compression,
        "cache_policy_id": policies.cache,
        "origin_request_policy_id": policies.forward,
        "response_headers_policy_id": headers,
        "function_associations": functions,
    }


def _nothing(scope: Scope, spec: CdnSpec, headers: pulumi.Input[str]) -> dict[str, Any]:
    """CloudFront must have an origin for every path: where no route leads, the request never gets there."""
    route = spec.routes[min(spec.routes)].model_copy(update={"ttl": NO_CACHE})
    policies = Policies(cache=cdn_cache.CACHING_DISABLED)
    behaviour = _behaviour(spec, route, policies, headers, [])
    answer = {"event_type": "viewer-request", "function_arn": cdn_functions.not_found(scope)}
    return {**behaviour, "allowed_methods": list(READ), "function_associations": [answer]}


def _logging(scope: Scope) -> dict[str, Any] | None:
    """The legacy kind, which costs nothing but the storage, and is the one that audits look for."""
    if not scope.defaults.monitoring:
        return None
    if scope.region in NO_LOGS:
        raise SpecError(
            f"Cdn {scope.name!r}: target: given the region {scope.region}; CloudFront delivers no access logs there, "
            "and production has them. A Cdn is everywhere, whatever its region: place it in another with "
            "target=Target(name='aws', region='us-east-1', alias='edge')."
        )
    # Why access lists (and not CKV2_AWS_65): CloudFront delivers by one, which it puts on the bucket itself
    # (https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/standard-logging-legacy-s3.html).
    bucket = buckets.log_bucket(scope, "logs", ownership="BucketOwnerPreferred")
    return {"bucket": pulumi.Output.concat(bucket, ".s3.", identity.domain(scope)), "include_cookies": False}
