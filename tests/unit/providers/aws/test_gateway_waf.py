"""The firewall and the limits of a Gateway on AWS."""

from __future__ import annotations

from typing import Any

import pytest

from infra_kit import GatewayRoute, RateLimit, Service
from infra_kit.errors import UnsupportedFeatureError
from tests.unit.providers.aws.gateways import JWT, accepting, made, refused
from tests.unit.providers.aws.workloads import PRODUCTION


def test_a_limit_counts_a_path_as_a_service_reads_it() -> None:
    limited = [RateLimit(requests=10, per="5m")]
    (one,) = (
        made(routes=lambda api, web: {"/*": web, "/login": GatewayRoute(api, limits=limited)})
        .named("edge-acl")
        .inputs["rules"]
    )
    where = one["statement"]["rateBasedStatement"]["scopeDownStatement"]["byteMatchStatement"]
    assert [it["type"] for it in where["textTransformations"]] == ["URL_DECODE", "NORMALIZE_PATH"]


def test_limits_are_counted_by_address_and_answered_429() -> None:
    (one,) = made(limits=[RateLimit(requests=100, per="5m")]).named("edge-acl").inputs["rules"]
    counted = one["statement"]["rateBasedStatement"]
    assert counted == {"limit": 100, "evaluationWindowSec": 300, "aggregateKeyType": "IP"}
    answer = one["action"]["block"]["customResponse"]
    assert answer == {"responseCode": 429, "responseHeaders": [{"name": "Retry-After", "value": "300"}]}


def test_a_routes_limit_counts_what_that_route_answers() -> None:
    def routes(api: Service, web: Service) -> dict[str, object]:
        limited = GatewayRoute(api, limits=[RateLimit(requests=10, per="5m")])
        return {"/*": web, "/api/*": limited, "/api/health": web, "/a*/login": web}

    (one,) = made(routes=routes).named("edge-acl").inputs["rules"]
    mine, *others = one["statement"]["rateBasedStatement"]["scopeDownStatement"]["andStatement"]["statements"]
    assert mine["byteMatchStatement"]["searchString"] == "/api/"
    assert mine["byteMatchStatement"]["positionalConstraint"] == "STARTS_WITH"
    without = [it["notStatement"]["statement"] for it in others]
    (exact,) = (it["byteMatchStatement"] for it in without if "byteMatchStatement" in it)
    (between,) = (it["regexMatchStatement"] for it in without if "regexMatchStatement" in it)
    assert (exact["searchString"], exact["positionalConstraint"]) == ("/api/health", "EXACTLY")
    assert between["regexString"] == "^/a.*/login$"


@pytest.mark.parametrize(
    ("limit", "words"),
    [
        (RateLimit(requests=100, per="15m"), "limits: per: given 15m; AWS WAF counts over 60, 120, 300, 600 seconds"),
        (RateLimit(requests=5, per="5m"), "limits: requests: given 5; AWS WAF counts from 10"),
        (RateLimit(requests=60, burst=20), "limits: burst: given 20; AWS WAF has none"),
    ],
)
def test_a_limit_that_waf_cannot_hold_is_refused(limit: RateLimit, words: str) -> None:
    assert f"Gateway 'edge': {words}" in refused(limits=[limit])


def test_a_limit_by_user_is_a_gap_and_that_by_address_holds_where_it_is_accepted() -> None:
    asked: dict[str, Any] = {"jwt": JWT, "limits": [RateLimit(requests=100), RateLimit(requests=60, by="user")]}
    assert "rate-limits-by-token: AWS WAF counts by address" in refused(UnsupportedFeatureError, **asked)
    (one,) = made(accepting("rate-limits-by-token"), **asked).named("edge-acl").inputs["rules"]
    assert one["statement"]["rateBasedStatement"]["limit"] == 100


def test_production_has_a_firewall_that_bounds_no_body_and_keeps_nobody_out_by_where_he_is_from() -> None:
    recording = made(PRODUCTION)
    rules = {
        it["name"]: it["statement"]["managedRuleGroupStatement"] for it in recording.named("edge-acl").inputs["rules"]
    }
    assert {"AWSManagedRulesCommonRuleSet", "AWSManagedRulesKnownBadInputsRuleSet"} <= rules.keys()
    counted = {it["name"] for group in rules.values() for it in group.get("ruleActionOverrides") or ()}
    assert counted == {"SizeRestrictions_BODY", "AnonymousIPList", "HostingProviderIPList"}
    assert recording.named("edge-guard").inputs["resourceArn"] == recording.named("edge-balancer").outputs["arn"]
    redacted = recording.named("edge-acl-logging").inputs["redactedFields"]
    assert [it["singleHeader"]["name"] for it in redacted] == ["authorization", "cookie"]
    assert recording.named("edge-acl-log").inputs["namePrefix"] == "aws-waf-logs-"
    assert made().of_type("aws:wafv2/webAcl:WebAcl") == ()
