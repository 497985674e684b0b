"""Cdn on AWS: where requests go, what is kept, what every answer carries, by which name."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

import pytest

from infra_kit import Cdn, ObjectStore, Route, Target
from infra_kit.components.cdn import CdnSpec
from infra_kit.errors import SpecError
from infra_kit.providers.aws.cdn import gaps
from infra_kit.providers.aws.cdn_cache import CACHING_DISABLED, CACHING_OPTIMIZED
from infra_kit.testing import record
from infra_kit.testing.recording import Recording
from tests.unit.refusals import refusal

AWS = {"infra-kit:target": "aws", "infra-kit:environment": "staging"}
PRODUCTION = AWS | {"infra-kit:environment": "production"}
API = "https://api.example.com"


def made(config: Mapping[str, Any] = AWS, **arguments: Any) -> Recording:
    return record(lambda: Cdn("edge", **{"routes": {"/*": API}, **arguments}), config=config)


def distribution(config: Mapping[str, Any] = AWS, **arguments: Any) -> Mapping[str, Any]:
    return made(config, **arguments).named("edge-distribution").inputs


def fronting_files(routes: Mapping[str, Any] = MappingProxyType({})) -> Recording:
    def program() -> None:
        files = ObjectStore("files")
        Cdn("edge", routes={"/*": Route(files), **routes})

    return record(program, config=AWS)


def refused(**arguments: Any) -> str:
    return refusal(
        lambda: Cdn("edge", **{"routes": {"/*": API}, **arguments}), SpecError, target="aws", environment="staging"
    )


# Where requests go


def test_a_bucket_is_read_with_signed_requests_of_this_distribution() -> None:
    recording = fronting_files()
    (origin,) = recording.named("edge-distribution").inputs["origins"]
    access = recording.named("edge-access")

    assert origin["originId"] == "files"
    assert origin["domainName"] == "files-bucket-1a2b3c4.s3.us-east-1.amazonaws.com"
    assert origin["originAccessControlId"] == "edge-access-id"
    assert (access.inputs["signingBehavior"], access.inputs["signingProtocol"]) == ("always", "sigv4")


def test_a_host_is_reached_by_tls_1_2_at_its_port() -> None:
    (origin,) = distribution(routes={"/*": f"{API}:8443"})["origins"]

    assert (origin["originId"], origin["domainName"]) == (f"{API}:8443", "api.example.com")
    assert origin["customOriginConfig"] == {
        "originProtocolPolicy": "https-only", "httpPort": 80, "httpsPort": 8443, "originSslProtocols": ["TLSv1.2"]
    }  # fmt: skip


def test_a_host_without_tls_is_reached_as_its_user_says() -> None:
    (origin,) = distribution(routes={"/*": "http://old.example.com:8080"})["origins"]

    config = origin["customOriginConfig"]
    assert (config["originProtocolPolicy"], config["httpPort"]) == ("http-only", 8080)


def test_an_origin_of_several_routes_stands_once() -> None:
    origins = distribution(routes={"/*": API, "/a/*": Route(API, ttl="1h")})["origins"]
    assert [origin["originId"] for origin in origins] == [API]


@pytest.mark.parametrize("origin", ["https://10.0.0.1", "http://localhost:3000", "https://api.example.com:81"])
def test_a_host_that_cloudfront_cannot_reach_is_refused(origin: str) -> None:
    assert f"Cdn 'edge': routes: /*: origin: given '{origin}'; CloudFront" in refused(routes={"/*": origin})


def test_a_store_of_another_target_is_refused() -> None:
    def program() -> None:
        here = ObjectStore("files", target=Target(name="local", environment=None))
        Cdn("edge", routes={"/*": here})

    message = refusal(program, SpecError, target="aws", environment="staging")
    assert "Cdn 'edge': it is on 'aws', and ObjectStore 'files' is on 'local'" in message


def test_the_longest_pattern_wins_and_everything_else_is_the_default() -> None:
    made_of = distribution(routes={"/*": API, "/b/*": API, "/a/*": API, "/a/b/*": API})

    assert [behaviour["pathPattern"] for behaviour in made_of["orderedCacheBehaviors"]] == ["/a/b/*", "/a/*", "/b/*"]
    assert made_of["defaultCacheBehavior"]["targetOriginId"] == API


def test_where_no_route_leads_the_edge_answers_404() -> None:
    recording = made(routes={"/api/*": API})
    default = recording.named("edge-distribution").inputs["defaultCacheBehavior"]
    function = recording.named("edge-not-found")

    assert "statusCode: 404" in function.inputs["code"]
    assert default["functionAssociations"] == [{"eventType": "viewer-request", "functionArn": function.outputs["arn"]}]
    assert (default["allowedMethods"], default["cachePolicyId"]) == (["GET", "HEAD"], CACHING_DISABLED)
    assert not made().of_type("aws:cloudfront/function:Function")


def test_viewers_come_by_https_and_only_hosts_take_more_than_reads() -> None:
    made_of = fronting_files({"/api/*": API}).named("edge-distribution").inputs
    (api,) = made_of["orderedCacheBehaviors"]

    assert made_of["defaultCacheBehavior"]["viewerProtocolPolicy"] == api["viewerProtocolPolicy"] == "redirect-to-https"
    assert made_of["defaultCacheBehavior"]["allowedMethods"] == ["GET", "HEAD"]
    assert "POST" in api["allowedMethods"]
    assert (made_of["httpVersion"], made_of["isIpv6Enabled"]) == ("http2and3", True)


def test_a_store_answers_the_root_with_its_index() -> None:
    assert fronting_files().named("edge-distribution").inputs["defaultRootObject"] == "index.html"
    assert "defaultRootObject" not in distribution(routes={"/*": API})


# What is kept


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


@pytest.mark.parametrize("header", ["Connection", "X-Edge-Location", "Cookie", "X-Infra-Kit-Release"])
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


# What every answer carries


def test_browsers_are_told_to_be_careful() -> None:
    security = made().named("edge-headers").inputs["securityHeadersConfig"]

    assert security["strictTransportSecurity"] == {
        "accessControlMaxAgeSec": 31_536_000, "includeSubdomains": True, "preload": True, "override": True
    }  # fmt: skip
    assert security["contentTypeOptions"] == {"override": True}
    assert security["frameOptions"] == {"frameOption": "SAMEORIGIN", "override": False}
    assert security["referrerPolicy"]["referrerPolicy"] == "strict-origin-when-cross-origin"


def test_of_a_users_domain_nothing_is_said_for_the_names_below_it() -> None:
    recording = made(domains=["example.com"])
    transport = recording.named("edge-headers").inputs["securityHeadersConfig"]["strictTransportSecurity"]
    assert (transport["includeSubdomains"], transport["preload"]) == (False, False)


@pytest.mark.parametrize(
    ("header", "value", "section", "told"),
    [
        (
            "Strict-Transport-Security",
            "max-age=60; includeSubDomains",
            "strictTransportSecurity",
            {"accessControlMaxAgeSec": 60, "includeSubdomains": True, "preload": False},
        ),
        ("x-frame-options", "deny", "frameOptions", {"frameOption": "DENY"}),
        ("X-Content-Type-Options", "nosniff", "contentTypeOptions", {}),
        ("Referrer-Policy", "no-referrer", "referrerPolicy", {"referrerPolicy": "no-referrer"}),
        ("X-XSS-Protection", "0", "xssProtection", {"protection": False, "modeBlock": False}),
        ("X-XSS-Protection", "1; mode=block", "xssProtection", {"protection": True, "modeBlock": True}),
        (
            "Content-Security-Policy",
            "default-src 'self'",
            "contentSecurityPolicy",
            {"contentSecurityPolicy": "default-src 'self'"},
        ),
    ],
)
def test_a_users_header_of_security_comes_before_the_origins_and_ours(
    header: str, value: str, section: str, told: Mapping[str, Any]
) -> None:
    policy = made(response_headers={header: value}).named("edge-headers").inputs

    assert policy["securityHeadersConfig"][section] == {**told, "override": True}
    assert "customHeadersConfig" not in policy


def test_other_headers_go_with_them() -> None:
    policy = made(response_headers={"Permissions-Policy": "camera=()"}).named("edge-headers").inputs
    assert policy["customHeadersConfig"] == {
        "items": [{"header": "Permissions-Policy", "value": "camera=()", "override": True}]
    }


@pytest.mark.parametrize(
    ("headers", "says"),
    [
        ({"Strict-Transport-Security": "max-age=1; secret"}, "given 'max-age=1; secret'; CloudFront takes max-age="),
        ({"Strict-Transport-Security": "preload"}, "CloudFront takes max-age="),
        ({"X-Frame-Options": "ALLOW-FROM a"}, "CloudFront takes DENY or SAMEORIGIN"),
        ({"X-Content-Type-Options": "sniff"}, "CloudFront takes nosniff"),
        ({"Referrer-Policy": "all"}, "CloudFront takes one of no-referrer"),
        ({"X-XSS-Protection": "2"}, "CloudFront takes 0, 1"),
        ({"Via": "me"}, "CloudFront sets that header itself"),
        ({"X-Amz-Cf-Id": "me"}, "CloudFront sets that header itself"),
        ({"Access-Control-Allow-Origin": "*"}, "Let the origin say it"),
        ({"X-A": "1", "x-a": "2"}, "given twice"),
        ({"X-A": "a" * 1784}, "given 1784 characters, CloudFront takes 1783"),
    ],
)
def test_headers_that_cloudfront_does_not_take_are_refused(headers: Mapping[str, str], says: str) -> None:
    assert says in refused(response_headers=headers)


# By which name


def test_without_a_domain_it_answers_by_cloudfronts_name() -> None:
    recording = made()

    assert recording.named("edge-distribution").inputs["viewerCertificate"] == {"cloudfrontDefaultCertificate": True}
    assert recording.named("edge").outputs["url"] == "https://d1edge.cloudfront.net"


def test_its_certificate_is_in_us_east_1_and_waited_for() -> None:
    recording = made(AWS | {"infra-kit:region": "eu-west-1"}, domains=["www.example.com", "*.example.org"])
    certificate, valid = recording.named("edge-certificate"), recording.named("edge-certificate-valid")
    made_of = recording.named("edge-distribution")

    assert certificate.inputs["region"] == valid.inputs["region"] == "us-east-1"
    assert [certificate.inputs["domainName"], *certificate.inputs["subjectAlternativeNames"]] == [
        "*.example.org", "www.example.com"
    ]  # fmt: skip
    assert made_of.inputs["viewerCertificate"] == {
        "acmCertificateArn": certificate.outputs["arn"],
        "minimumProtocolVersion": "TLSv1.2_2021",
        "sslSupportMethod": "sni-only",
    }
    assert valid.urn in made_of.options.depends_on
    assert made_of.inputs["aliases"] == ["www.example.com", "*.example.org"]
    assert not recording.of_type("aws:route53/record:Record")


def test_in_a_zone_of_ours_the_records_are_made() -> None:
    zones = {"example.com": "Z1", "shop.example.com": "Z2"}
    config = AWS | {"infra-kit:aws": {"hosted_zones": zones}}
    recording = made(config, domains=["example.com", "*.example.com", "www.shop.example.com", "example.org"])
    records = {record.name.removeprefix("edge-"): record for record in recording.of_type("aws:route53/record:Record")}

    assert set(records) == {
        "validation-example.com", "validation-www.shop.example.com", "a-example.com", "aaaa-example.com",
        "a-*.example.com", "aaaa-*.example.com", "a-www.shop.example.com", "aaaa-www.shop.example.com",
    }  # fmt: skip
    proof = records["validation-www.shop.example.com"]
    assert (proof.inputs["zoneId"], proof.inputs["name"]) == ("Z2", "_proof.www.shop.example.com.")
    assert proof.inputs["records"] == ["_proof.www.shop.example.com.acm-validations.aws."]
    assert proof.urn in recording.named("edge-certificate-valid").options.depends_on
    (alias,) = records["a-*.example.com"].inputs["aliases"]
    assert alias["name"] == "d1edge.cloudfront.net"


def test_its_url_is_the_first_domain_that_is_an_address() -> None:
    url = made(domains=["*.example.com", "www.example.com"]).named("edge").outputs["url"]
    assert url == "https://www.example.com"
    assert made(domains=["*.example.com"]).named("edge").outputs["url"] == "https://d1edge.cloudfront.net"


def test_a_certificate_has_one_name_that_is_short_enough() -> None:
    name = f"{'a' * 60}.example.com"
    assert f"domains: given '{name}'" in refused(domains=[name])
    assert made(domains=[name, "example.com"]).named("edge-certificate").inputs["domainName"] == "example.com"


# Production


def test_production_logs_accesses_into_a_bucket_that_cloudfront_may_write_to() -> None:
    recording = made(PRODUCTION)
    logging = recording.named("edge-distribution").inputs["loggingConfig"]

    assert logging == {"bucket": "edge-bucket-1a2b3c4.s3.amazonaws.com", "includeCookies": False}
    assert recording.named("edge-logs-ownership").inputs["rule"] == {"objectOwnership": "BucketOwnerPreferred"}
    assert recording.named("edge-logs-block").inputs["blockPublicAcls"] is True
    assert recording.named("edge-logs").options.protect
    assert not made().of_type("aws:s3/bucket:Bucket")


def test_where_cloudfront_writes_no_logs_production_is_refused_with_a_way_out() -> None:
    def program() -> None:
        Cdn("edge", routes={"/*": API})

    message = refusal(program, SpecError, target="aws", environment="production", region="eu-south-1")
    assert "given the region eu-south-1; CloudFront delivers no access logs there" in message
    record(program, config=AWS | {"infra-kit:region": "eu-south-1"})


def test_what_an_origin_trusts_is_the_distributions_arn() -> None:
    recording = made()
    assert recording.named("edge").outputs["trust"] == recording.named("edge-distribution").outputs["arn"]


def test_nothing_that_a_spec_can_ask_is_a_gap() -> None:
    spec = CdnSpec(routes={"/*": Route(API)}, domains=["www.example.com"], response_headers={"X-A": "b"}, release="v1")

    assert gaps(spec) == {}
