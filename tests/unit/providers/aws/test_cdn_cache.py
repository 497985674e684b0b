"""The cache of a Cdn on AWS: what is kept, how long, and what of a request reaches the origin."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from infra_kit import Cdn, ObjectStore, Route
from infra_kit.errors import SpecError
from infra_kit.providers.aws.cdn_cache import CACHING_DISABLED, CACHING_OPTIMIZED
from tests.unit.providers.aws.edges import API, made, refused
from tests.unit.refusals import refusal


def test_a_day_needs_no_policy_of_its_own() -> None:
    recording = made(compression=False)

    assert recording.named("edge-distribution").inputs["defaultCacheBehavior"]["cachePolicyId"] == CACHING_OPTIMIZED
    assert not recording.of_type("aws:cloudfront/cachePolicy:CachePolicy")


def test_routes_that_keep_alike_share_a_policy() -> None:
    alike = Route(API, ttl="1h", headers=["Accept-Language"], cookies=["sid"], query=True)
    recording = made(routes={"/a/*": alike, "/b/*": alike})
    (policy,) = recording.of_type("aws:cloudfront/cachePolicy:CachePolicy")

    assert policy.name.startswith("edge-cache-1h-")
    assert [policy.inputs[key] for key in ("minTtl", "defaultTtl", "maxTtl")] == [0, 3600, 31_536_000]
    key = policy.inputs["parametersInCacheKeyAndForwardedToOrigin"]
    assert key["headersConfig"] == {"headerBehavior": "whitelist", "headers": {"items": ["Accept-Language"]}}
    assert key["cookiesConfig"] == {"cookieBehavior": "whitelist", "cookies": {"items": ["sid"]}}
    assert key["queryStringsConfig"] == {"queryStringBehavior": "all"}
    assert (key["enableAcceptEncodingGzip"], key["enableAcceptEncodingBrotli"]) == (True, True)


def test_what_is_never_kept_still_reaches_the_origin_as_declared() -> None:
    recording = made(routes={"/*": Route(API, ttl="none", headers=["Accept"], query=True)}, compression=False)
    behaviour = recording.named("edge-distribution").inputs["defaultCacheBehavior"]
    (policy,) = recording.of_type("aws:cloudfront/originRequestPolicy:OriginRequestPolicy")

    assert (behaviour["cachePolicyId"], behaviour["originRequestPolicyId"]) == (CACHING_DISABLED, f"{policy.name}-id")
    assert policy.inputs["headersConfig"]["headers"] == {"items": ["Accept"]}
    assert policy.inputs["cookiesConfig"] == {"cookieBehavior": "none"}


def test_who_asks_reaches_the_origin_though_nothing_is_kept() -> None:
    """CloudFront takes Authorization in a cache's key only."""
    recording = made(routes={"/*": Route(API, ttl="none", headers=["Authorization"])})
    (policy,) = recording.of_type("aws:cloudfront/cachePolicy:CachePolicy")

    assert [policy.inputs[key] for key in ("minTtl", "defaultTtl", "maxTtl")] == [0, 0, 1]
    headers = policy.inputs["parametersInCacheKeyAndForwardedToOrigin"]["headersConfig"]["headers"]
    assert headers == {"items": ["Authorization"]}
    assert not recording.of_type("aws:cloudfront/originRequestPolicy:OriginRequestPolicy")


@pytest.mark.parametrize(
    ("route", "compression", "forwarded"),
    [
        (Route(API, ttl="none"), True, ["Accept-Encoding"]),
        (Route(API, ttl="none"), False, []),
        (Route(API, ttl="none", headers=["accept-encoding"]), False, ["Accept-Encoding"]),
        (Route(API, ttl="1h", headers=["Accept-Encoding"]), True, []),
        (Route(API, ttl="1h", headers=["Accept-Encoding"]), False, ["Accept-Encoding"]),
    ],
)
def test_the_origin_is_asked_to_compress_what_cloudfront_does_not(
    route: Route, compression: bool, forwarded: list[str]
) -> None:
    recording = made(routes={"/*": route}, compression=compression)
    policies = [resource.inputs for resource in recording.resources if resource.type.endswith("Policy")]
    parts = [policy.get("parametersInCacheKeyAndForwardedToOrigin", policy) for policy in policies]

    items = [part["headersConfig"]["headers"]["items"] for part in parts if "headers" in part.get("headersConfig", {})]
    assert items == ([forwarded] if forwarded else [])
    assert recording.named("edge-distribution").inputs["defaultCacheBehavior"]["compress"] is compression


@pytest.mark.parametrize(
    "header", ["Connection", "X-Edge-Location", "Cookie", "X-Infra-Kit-Release", "X-Infra-Kit-Cdn"]
)
def test_headers_that_cloudfront_forwards_to_nobody_are_refused(header: str) -> None:
    message = refused(routes={"/*": Route(API, headers=[header])})
    assert f"Cdn 'edge': routes: /*: headers may not have {header}" in message


def test_a_host_may_be_told_the_visitors_host_name_and_a_store_may_not() -> None:
    made(routes={"/*": Route(API, headers=["Host"])})

    def program() -> None:
        Cdn("edge", routes={"/*": Route(ObjectStore("files"), headers=["Host"])})

    assert "headers may not have Host" in refusal(program, SpecError, target="aws", environment="staging")


def test_what_is_longer_than_cloudfront_takes_is_refused() -> None:
    assert "ttl: given '101y', CloudFront takes 100y" in refused(routes={"/*": Route(API, ttl="101y")})
    assert "the pattern has 256 characters" in refused(routes={"/" + "a" * 255: API})


LISTED = [f"X-{number}" for number in range(10)]


@pytest.mark.parametrize(
    ("route", "arguments", "says"),
    [
        (Route(API, headers=[*LISTED, "X-More"]), {}, "headers: 11 are asked for (X-0, X-1, "),
        (Route(API, headers=LISTED), {"release": "v1"}, "X-9, X-Infra-Kit-Release); CloudFront takes 10"),
        (Route(API, headers=LISTED), {"release": "v1"}, 'its quota "Headers per cache policy"'),
        (Route(API, ttl="none", headers=LISTED), {}, 'its quota "Headers per origin request policy"'),
        (Route(API, cookies=[*LISTED, "sid"]), {}, 'its quota "Cookies per cache policy"'),
    ],
)
def test_more_headers_or_cookies_than_a_policy_holds_are_refused(
    route: Route, arguments: Mapping[str, Any], says: str
) -> None:
    """What this driver adds to them counts too."""
    assert says in refused(routes={"/*": route}, **arguments)
    assert made(routes={"/*": Route(API, headers=LISTED, cookies=LISTED)})


def test_a_release_is_in_the_key_of_all_that_is_kept() -> None:
    recording = made(routes={"/*": API, "/api/*": Route(API, ttl="none")}, release="v1.2")
    function = recording.named("edge-release")
    made_of = recording.named("edge-distribution").inputs
    (policy,) = recording.of_type("aws:cloudfront/cachePolicy:CachePolicy")

    assert "request.headers['x-infra-kit-release'] = { value: 'v1.2' }" in function.inputs["code"]
    assert function.inputs["publish"] is True
    headers = policy.inputs["parametersInCacheKeyAndForwardedToOrigin"]["headersConfig"]["headers"]
    assert headers == {"items": ["X-Infra-Kit-Release"]}
    assert made_of["defaultCacheBehavior"]["functionAssociations"][0]["functionArn"] == function.outputs["arn"]
    assert not made_of["orderedCacheBehaviors"][0].get("functionAssociations")


def test_a_new_release_changes_one_program_and_nothing_else() -> None:
    def by_name(release: str) -> dict[str, Mapping[str, Any]]:
        return {resource.name: resource.inputs for resource in made(release=release).resources}

    old, new = by_name("v1"), by_name("v2")
    assert [name for name in old if old[name] != new[name]] == ["edge-release"]
