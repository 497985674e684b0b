"""Gateway on AWS: who is let in, by which rule, checked and counted how."""

from __future__ import annotations

import json
from typing import Any

import pulumi
import pytest

from infra_kit import Gateway, GatewayRoute, Health, Jwt, Network, Service
from infra_kit.errors import SpecError, UnsupportedFeatureError
from infra_kit.providers.aws.gateway_rules import HALF, priorities
from infra_kit.testing import Recording
from tests.unit.providers.aws.gateways import DOMAINS, JWT, RULE, accepting, made, refused, rule, rules
from tests.unit.providers.aws.workloads import AWS, IMAGE, PRODUCTION, containers, ways_into
from tests.unit.refusals import refusal


def front(recording: Recording, service: str) -> str:
    """The configuration of what stands beside its instances."""
    environment = containers(recording, service)["infra_kit_front"]["environment"]
    (text,) = (it["value"] for it in environment if it["name"] == "CADDYFILE")
    return str(text)


def test_everybody_comes_by_https_and_is_sent_there_otherwise() -> None:
    recording = made()
    https, http = recording.named("edge-https").inputs, recording.named("edge-http").inputs
    assert (https["port"], https["protocol"], https["sslPolicy"]) == (
        443,
        "HTTPS",
        "ELBSecurityPolicy-TLS13-1-2-2021-06",
    )
    assert https["certificateArn"] == recording.named("edge-certificate").outputs["arn"]
    assert http["defaultActions"][0]["redirect"] == {"port": "443", "protocol": "HTTPS", "statusCode": "HTTP_301"}
    assert https["defaultActions"][0]["fixedResponse"]["statusCode"] == "404"
    assert recording.named("edge").outputs["url"] == "https://api.example.com"
    assert recording.named("edge-certificate").inputs.get("region") is None


def test_without_a_domain_it_answers_by_http_and_production_refuses_that() -> None:
    recording = made(domains=[])
    assert recording.named("edge").outputs["url"] == "http://edge-1a2b3c4.us-east-1.elb.amazonaws.com"
    assert any("it has no domains, so no certificate" in text for text in recording.warnings)
    assert "domains: none given; in production, on aws it needs one" in refused(environment="production", domains=[])


def test_the_load_balancer_is_hardened_and_protected_in_production() -> None:
    balancer = made(PRODUCTION).named("edge-balancer").inputs
    assert balancer["enableDeletionProtection"]
    assert balancer["dropInvalidHeaderFields"]
    assert balancer["desyncMitigationMode"] == "strictest"
    assert balancer["accessLogs"] == {"bucket": "edge-bucket-1a2b3c4", "enabled": True}
    assert balancer["subnets"] == ["aws-network-public-a-id", "aws-network-public-b-id"]
    assert not made().named("edge-balancer").inputs["enableDeletionProtection"]


def test_only_load_balancers_of_this_account_write_its_log() -> None:
    found = json.loads(made(PRODUCTION).named("edge-logs-policy").inputs["policy"])["Statement"]
    (writes,) = (it for it in found if it["Effect"] == "Allow")
    assert writes["Principal"] == {"Service": "logdelivery.elasticloadbalancing.amazonaws.com"}
    assert writes["Resource"] == "arn:aws:s3:::edge-bucket-1a2b3c4/AWSLogs/123456789012/*"
    assert "123456789012" in writes["Condition"]["ArnLike"]["aws:SourceArn"]


def test_it_reaches_its_services_by_tls_on_one_port() -> None:
    recording = made()
    assert ways_into(recording, "api-security-group") == {"edge-in-api": ("edge-security-group-id", 8443)}
    assert ways_into(recording, "edge-security-group") == {
        "edge-ingress-80": ("0.0.0.0/0", 80),
        "edge-ingress-443": ("0.0.0.0/0", 443),
    }
    out = recording.named("edge-out-api").inputs
    assert (out["referencedSecurityGroupId"], out["fromPort"], out["toPort"]) == ("api-security-group-id", 8443, 8443)
    group = recording.named("edge-targets-api").inputs
    assert (group["targetType"], group["protocol"]) == ("ip", "HTTPS")


def test_its_targets_are_checked_and_drained_as_the_service_says() -> None:
    health = Health(path="/ready", interval="10s", timeout="3s", healthy_after=3, unhealthy_after=4)
    recording = made(health=health)
    group = recording.named("edge-targets-api").inputs
    assert group["healthCheck"] == {
        "protocol": "HTTPS",
        "path": "/ready",
        "matcher": "200-399",
        "interval": 10,
        "timeout": 3,
        "healthyThreshold": 3,
        "unhealthyThreshold": 4,
    }
    assert group["deregistrationDelay"] == 20
    assert not group["stickiness"]["enabled"]
    assert recording.named("edge-targets-web").inputs["stickiness"]["enabled"]


def test_a_service_is_put_behind_the_rules_that_lead_to_it() -> None:
    recording = made()
    (behind,) = recording.named("api-service").inputs["loadBalancers"]
    assert (behind["containerName"], behind["containerPort"]) == ("infra_kit_front", 8443)
    (leading,) = (
        it.urn for it in recording.of_type(RULE) if it.inputs["conditions"][0]["pathPattern"]["values"] == ["/api/*"]
    )
    assert leading in recording.named("api-service").options.depends_on


def test_the_longest_pattern_wins() -> None:
    found = priorities(["/*", "/api/*", "/api/v1/*", "/login", "/a", "/b"])
    assert all(found[one] < found[other] for one in found for other in found if len(one) > len(other))
    assert all(1 <= priority <= 50_000 for priority in priorities(["/" + "x" * 127, "/"]).values())


def test_another_route_moves_none_that_is_there() -> None:
    before = priorities(["/*", "/api/*", "/login"])
    after = priorities(["/*", "/api/*", "/aaa", "/login", "/zzz/*", "/api/v1/*"])
    assert before.items() <= after.items()


def test_a_hundred_routes_have_a_priority_each() -> None:
    assert len(set(priorities(f"/{number:03}/*" for number in range(100)).values())) == 100


def test_a_preflight_comes_after_every_longer_pattern_and_before_all_of_its_own_length() -> None:
    found = priorities([f"/{number:03}/*" for number in range(50)] + [f"/{number:03}/a/*" for number in range(50)])
    shorter = [priority for pattern, priority in found.items() if "a" not in pattern]
    longer = [priority for pattern, priority in found.items() if "a" in pattern]
    preflights = [priority - HALF for priority in shorter]
    assert max(longer) < min(preflights) <= max(preflights) < min(shorter)


def test_tokens_are_checked_where_a_route_needs_one() -> None:
    recording = made(jwt=JWT, routes=lambda api, web: {"/*": api, "/open/*": GatewayRoute(web, jwt=False)})
    check, forward = rule(recording, "/*")["actions"]
    assert check["jwtValidation"] == {
        "issuer": "https://auth.example.com",
        "jwksEndpoint": "https://auth.example.com/.well-known/jwks.json",
        "additionalClaims": [{"name": "aud", "format": "single-string", "values": ["shop"]}],
    }
    assert (check["order"], forward["order"], forward["type"]) == (1, 2, "forward")
    (only,) = rule(recording, "/open/*")["actions"]
    assert only["type"] == "forward"


def test_headers_of_claims_are_a_gap_and_tokens_are_checked_where_it_is_accepted() -> None:
    jwt = JWT.model_copy(update={"claims": {"X-Tenant": "tenant_id"}})
    assert "jwt-claims: a load balancer checks tokens and passes them on, but makes no headers of their claims" in (
        refused(UnsupportedFeatureError, jwt=jwt)
    )
    recording = made(accepting("jwt-claims"), jwt=jwt)
    actions = [action for it in recording.of_type(RULE) for action in it.inputs["actions"]]
    checks = [action["jwtValidation"]["issuer"] for action in actions if "jwtValidation" in action]
    assert checks == ["https://auth.example.com"] * 2
    assert [it.partition(": ")[2] for it in recording.warnings if "left out" in it] == [
        "jwt-claims is left out: the target 'aws' lacks it, and the stack accepted the gap."
    ]


def test_where_the_gap_is_accepted_no_visitors_own_headers_of_claims_get_through_either() -> None:
    jwt = JWT.model_copy(update={"claims": {"X-Tenant": "tenant_id", "X-Role": "role"}})
    recording = made(accepting("jwt-claims"), jwt=jwt)
    for name in ("api", "web"):
        assert "header_up -X-Role\n\t\theader_up -X-Tenant\n" in front(recording, name)
    assert "X-Tenant" not in front(made(jwt=JWT), "api")


def test_a_preflight_needs_no_token_and_goes_where_its_request_will() -> None:
    recording = made(
        jwt=JWT, routes=lambda api, web: {"/*": web, "/api/*": api, "/open/*": GatewayRoute(web, jwt=False)}
    )
    preflight, own = rules(recording, "/api/*")
    general, _ = rules(recording, "/*")

    assert preflight["conditions"][1:] == [
        {"httpRequestMethod": {"values": ["OPTIONS"]}},
        {"httpHeader": {"httpHeaderName": "Origin", "values": ["*"]}},
        {"httpHeader": {"httpHeaderName": "Access-Control-Request-Method", "values": ["*"]}},
    ]
    (forward,) = preflight["actions"]
    assert (forward["type"], forward["targetGroupArn"]) == ("forward", own["actions"][1]["targetGroupArn"])
    assert preflight["priority"] < own["priority"] < general["priority"]
    assert len(rules(recording, "/open/*")) == 1


def test_the_headers_that_a_load_balancer_knows_are_put_on_answers() -> None:
    https = made().named("edge-https").inputs
    assert https["routingHttpResponseStrictTransportSecurityHeaderValue"] == "max-age=31536000; includeSubDomains"
    assert https["routingHttpResponseXContentTypeOptionsHeaderValue"] == "nosniff"
    assert https["routingHttpResponseServerEnabled"] is False


def test_the_others_are_put_on_answers_beside_each_instance_and_the_plan_says_where_they_lack(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    said: list[str] = []
    monkeypatch.setattr(pulumi.log, "info", lambda text, *_: said.append(text))
    recording = made(response_headers={"X-Frame-Options": "DENY", "X-Mark": '{"a": "b c"}'})
    assert '\theader X-Mark `{"a": "b c"}`\n' in front(recording, "api")
    assert "X-Frame-Options" not in front(recording, "api")
    assert [text for text in said if "response_headers: X-Mark: a load balancer of AWS does not put this on" in text]


@pytest.mark.parametrize(
    ("headers", "words"),
    [
        ({"X-Mark": "a`b"}, "X-Mark: given 'a`b'; on aws a proxy beside each instance puts it on answers"),
        ({"X-Mark": "{http.request.host}"}, "X-Mark: given '{http.request.host}'; on aws a proxy"),
        ({"-X": "y"}, "-X: given 'y'; on aws a proxy"),
        ({"X-Frame-Options": "ALLOWALL"}, "X-Frame-Options: given 'ALLOWALL', AWS takes DENY or SAMEORIGIN"),
    ],
)
def test_values_that_cannot_be_put_on_answers_are_refused(headers: dict[str, str], words: str) -> None:
    assert f"response_headers: {words}" in refused(response_headers=headers)


@pytest.mark.parametrize(
    ("asked", "words"),
    [
        ({"routes": lambda api: {"/a?": api}}, "routes: /a?: '?' stands for any character at AWS"),
        ({"routes": lambda api: {"/*/*/*/*/*/*": api}}, "AWS takes 128 characters and 5 '*'"),
        ({"routes": lambda api: {f"/{number}": api for number in range(101)}}, "routes: given 101"),
        (
            {"jwt": JWT, "routes": lambda api: {f"/{number}": api for number in range(51)}},
            "routes: given 51, of which 51 need a token and take two rules; a load balancer has 100 rules at most",
        ),
        ({"jwt": JWT, "routes": lambda api: {"/*/*/*/*": api}}, "AWS takes 128 characters and 3 '*' (fewer where a"),
        ({"jwt": JWT, "domains": []}, "jwt: a load balancer checks tokens by HTTPS alone"),
        (
            {"jwt": Jwt(issuer="http://auth.example.com", audience=["shop"])},
            "jwt.jwks_url: given http://auth.example.com/.well-known/jwks.json; a load balancer fetches keys by HTTPS",
        ),
    ],
)
def test_what_a_load_balancer_does_not_take_is_refused(asked: dict[str, Any], words: str) -> None:
    assert words in refused(**asked)


def test_services_of_two_networks_or_of_one_zone_are_refused() -> None:
    def two() -> None:
        api, web = Service("api", image=IMAGE), Service("web", image=IMAGE, network=Network("apart"))
        Gateway("edge", routes={"/api/*": api, "/*": web}, domains=DOMAINS)

    def narrow() -> None:
        api = Service("api", image=IMAGE, network=Network("narrow", zones=1))
        Gateway("edge", routes={"/*": api}, domains=DOMAINS)

    assert "'api' and 'web' stand in two networks" in refusal(two, SpecError, target="aws", environment="staging")
    assert "has one zone" in refusal(narrow, SpecError, target="aws", environment="staging")


def test_names_in_our_zones_lead_to_it() -> None:
    config = AWS | {"infra-kit:aws": {"hosted_zones": {"example.com": "Z0"}}}
    recording = made(config)
    lead = recording.named("aws-zone-example-a379-a-api.example.com").inputs
    assert lead["aliases"][0]["name"] == "edge-1a2b3c4.us-east-1.elb.amazonaws.com"
    assert not [it for it in recording.resources if "-aaaa-" in it.name]
