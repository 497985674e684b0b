"""A Gateway behind a Cdn on AWS: who reaches it, by what, and who is counted."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from infra_kit import Cdn, Gateway, GatewayRoute, Jwt, ObjectStore, RateLimit, Route, Service
from infra_kit.errors import SpecError
from infra_kit.testing import Recording
from tests.unit.providers.aws.workloads import AWS, IMAGE, INGRESS, PRODUCTION, of
from tests.unit.refusals import refusal

DOMAINS = ["www.example.com", "example.com"]
JWT = Jwt(issuer="https://auth.example.com", audience=["shop"])
LIMITS = [RateLimit(requests=100, per="5m")]
ELSEWHERE = {**AWS, "infra-kit:region": "eu-west-1"}


def program(
    routes: Callable[[Gateway], Mapping[str, Any]] = lambda inner: {"/*": inner},
    edge: Mapping[str, Any] | None = None,
    **asked: Any,
) -> None:
    api = Service("api", image=IMAGE)
    inner = Gateway("inner", **{"routes": {"/*": api}, "public": False, **asked})
    Cdn("edge", routes=routes(inner), **(edge if edge is not None else {"domains": DOMAINS}))


def made(config: Mapping[str, Any] = AWS, **asked: Any) -> Recording:
    return of(lambda: program(**asked), config)


def refused(**asked: Any) -> str:
    return refusal(lambda: program(**asked), SpecError, target="aws", environment="staging")


def with_files(inner: Gateway) -> Mapping[str, Any]:
    return {"/*": inner, "/static/*": ObjectStore("files")}


def acl(recording: Recording) -> dict[str, Mapping[str, Any]]:
    return {rule["name"]: rule["statement"] for rule in recording.named("edge-acl").inputs["rules"]}


def test_nobody_but_cloudfront_reaches_the_load_balancer() -> None:
    recording = made(PRODUCTION)
    balancer, listener = recording.named("inner-balancer").inputs, recording.named("inner-listener").inputs

    assert balancer["internal"]
    assert balancer["subnets"] == ["aws-network-private-a-id", "aws-network-private-b-id"]
    (way,) = [
        it.inputs for it in recording.of_type(INGRESS) if it.inputs["securityGroupId"] == "inner-security-group-id"
    ]
    # One rule for both: of the 60 rules of a group, CloudFront's list counts as 55.
    assert (way["prefixListId"], way["fromPort"], way["toPort"]) == (
        "pl-com.amazonaws.global.cloudfront.origin-facing", 80, 443,
    )  # fmt: skip
    assert (listener["port"], listener["protocol"]) == (443, "HTTPS")
    assert listener["certificateArn"] == recording.named("edge-certificate").outputs["arn"]
    assert "inner-guard" not in {it.name for it in recording.resources}


def test_the_distribution_comes_by_a_vpc_origin_and_hands_on_all_that_a_visitor_sends() -> None:
    recording = made()
    way = recording.named("edge-way-inner").inputs["vpcOriginEndpointConfig"]
    distribution = recording.named("edge-distribution").inputs
    (origin,) = distribution["origins"]
    behaviour = distribution["defaultCacheBehavior"]

    assert way["arn"] == recording.named("inner-balancer").outputs["arn"]
    assert (way["originProtocolPolicy"], way["httpsPort"]) == ("https-only", 443)
    assert origin["vpcOriginConfig"] == {"vpcOriginId": "edge-way-inner-id", "originReadTimeout": 60}
    assert origin["domainName"] == recording.named("inner-balancer").outputs["dnsName"]
    assert "customOriginConfig" not in origin
    assert behaviour["targetOriginId"] == origin["originId"] == "gateway:inner"
    assert behaviour["cachePolicyId"] == "4135ea2d-6df8-44a3-9df3-4b5a84be39ad"
    assert behaviour["originRequestPolicyId"] == "216adef6-5c7f-47e4-b989-5492eafa07d3"
    assert set(behaviour["allowedMethods"]) >= {"POST", "PUT", "PATCH", "DELETE", "OPTIONS"}


def test_in_another_region_the_load_balancer_has_a_certificate_of_its_own_for_the_same_names() -> None:
    recording = made(ELSEWHERE)
    there = recording.named("edge-certificate-inner").inputs

    assert (there["region"], recording.named("edge-certificate").inputs["region"]) == ("eu-west-1", "us-east-1")
    assert {there["domainName"], *there["subjectAlternativeNames"]} == set(DOMAINS)
    listener = recording.named("inner-listener")
    assert recording.named("edge-certificate-inner-valid").urn in listener.options.depends_on


def test_the_gateway_answers_when_its_rules_stand_and_before_the_distribution_does() -> None:
    recording = made()
    needed = recording.named("edge-distribution").options.depends_on

    assert recording.named("api-service").urn in needed
    assert any("listenerRule" in urn for urn in needed)


def test_without_domains_cloudfront_comes_by_http_and_tokens_are_refused() -> None:
    recording = made(edge={})
    assert recording.named("inner-listener").inputs["protocol"] == "HTTP"
    assert recording.named("inner-listener").inputs["port"] == 80
    way = recording.named("edge-way-inner").inputs["vpcOriginEndpointConfig"]
    assert way["originProtocolPolicy"] == "http-only"
    assert "Gateway 'inner' has jwt; a load balancer checks tokens by HTTPS alone" in refused(edge={}, jwt=JWT)
    assert made(jwt=JWT).named("inner-listener").inputs["protocol"] == "HTTPS"


def test_limits_count_visitors_at_the_distribution_and_only_what_leads_to_the_gateway() -> None:
    def program_() -> None:
        api = Service("api", image=IMAGE)
        login = GatewayRoute(api, limits=[RateLimit(requests=20, per="1m")])
        general = [RateLimit(requests=100, per="5m")]
        inner = Gateway("inner", routes={"/*": api, "/login": login}, limits=general, public=False)
        Cdn("edge", routes=with_files(inner), domains=DOMAINS)

    recording = of(program_, AWS)
    rules = acl(recording)
    made_acl = recording.named("edge-acl").inputs

    assert (made_acl["scope"], made_acl["region"]) == ("CLOUDFRONT", "us-east-1")
    assert recording.named("edge-distribution").inputs["webAclId"] == recording.named("edge-acl").outputs["arn"]
    general = rules["inner-limit-1"]["rateBasedStatement"]
    assert (general["limit"], general["aggregateKeyType"], general["evaluationWindowSec"]) == (100, "IP", 300)
    path, without = general["scopeDownStatement"]["andStatement"]["statements"]
    assert path["byteMatchStatement"]["searchString"] == "/"
    assert without["notStatement"]["statement"]["byteMatchStatement"]["searchString"] == "/static/"
    own = next(rule for name, rule in rules.items() if name.startswith("inner-limit-login"))
    conditions = own["rateBasedStatement"]["scopeDownStatement"]["andStatement"]["statements"]
    assert [it["byteMatchStatement"]["searchString"] for it in conditions if "byteMatchStatement" in it] == [
        "/",
        "/login",
    ]


def test_where_several_routes_lead_to_a_gateway_its_limits_count_them_together() -> None:
    def routes(inner: Gateway) -> Mapping[str, Any]:
        files = ObjectStore("files")
        return {"/*": files, "/api/*": inner, "/auth/*": inner, "/auth/logo.svg": files}

    (limit,) = acl(made(routes=routes, limits=LIMITS)).values()
    ways, logo = limit["rateBasedStatement"]["scopeDownStatement"]["andStatement"]["statements"]
    paths = [it["byteMatchStatement"]["searchString"] for it in ways["orStatement"]["statements"]]
    assert paths == ["/api/", "/auth/"]
    assert logo["notStatement"]["statement"]["byteMatchStatement"]["searchString"] == "/auth/logo.svg"


def test_a_limit_over_a_route_within_a_route_within_a_route_is_refused() -> None:
    def routes(inner: Gateway) -> Mapping[str, Any]:
        return {**with_files(inner), "/static/live/*": inner}

    assert "routes: /static/live/*: it lies within a route that leads elsewhere" in refused(
        routes=routes, limits=LIMITS
    )
    assert made(routes=routes)


def test_a_gateway_that_gets_everything_counts_everything() -> None:
    rules = acl(made(limits=[RateLimit(requests=100, per="5m")]))
    assert "scopeDownStatement" not in rules["inner-limit-1"]["rateBasedStatement"]


def test_production_has_the_firewall_before_all_of_it_and_logs_where_cloudfront_does() -> None:
    recording = made(PRODUCTION, routes=with_files)

    assert "AWSManagedRulesCommonRuleSet" in acl(recording)
    assert recording.named("edge-acl-log").inputs["region"] == "us-east-1"
    assert recording.named("edge-logs-key").inputs["region"] == "us-east-1"
    assert "logs.us-east-1.amazonaws.com" in recording.named("edge-logs-key").inputs["policy"]


def test_the_cdn_says_the_security_headers_and_the_load_balancer_says_none() -> None:
    recording = made()
    listener = recording.named("inner-listener").inputs
    headers = recording.named("edge-headers").inputs

    assert not [name for name in listener if name.endswith("HeaderValue")]
    assert headers["securityHeadersConfig"]["strictTransportSecurity"]["accessControlMaxAgeSec"] == 31_536_000
    assert [it["header"] for it in headers["customHeadersConfig"]["items"]] == ["Permissions-Policy"]


def test_what_is_kept_is_told_apart_by_host_and_by_what_the_route_names() -> None:
    recording = made(routes=lambda inner: {"/*": inner, "/news/*": Route(inner, ttl="1m", query=True)})
    (policy,) = recording.of_type("aws:cloudfront/cachePolicy:CachePolicy")
    key = policy.inputs["parametersInCacheKeyAndForwardedToOrigin"]

    assert key["headersConfig"]["headers"]["items"] == ["Host"]
    assert key["cookiesConfig"] == {"cookieBehavior": "none"}
    assert key["queryStringsConfig"] == {"queryStringBehavior": "all"}
    assert len(recording.named("edge-distribution").inputs["origins"]) == 1


def test_no_cookie_of_an_answer_that_is_kept_gets_through_to_the_next_visitor() -> None:
    recording = made(routes=lambda inner: {"/*": inner, "/news/*": Route(inner, ttl="1m", cookies=["lang"])})
    distribution = recording.named("edge-distribution").inputs
    (kept,) = distribution["orderedCacheBehaviors"]

    assert kept["responseHeadersPolicyId"] == "edge-headers-of-kept-id"
    removed = recording.named("edge-headers-of-kept").inputs["removeHeadersConfig"]
    assert removed == {"items": [{"header": "Set-Cookie"}]}
    assert distribution["defaultCacheBehavior"]["responseHeadersPolicyId"] == "edge-headers-id"
    assert "removeHeadersConfig" not in recording.named("edge-headers").inputs
