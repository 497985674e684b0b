"""A Gateway behind a Cdn on Google Cloud: one load balancer, with the routes of both."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import pytest

from infra_kit import Cdn, Gateway, GatewayRoute, Jwt, ObjectStore, RateLimit, Route, Service
from infra_kit.errors import SpecError
from infra_kit.testing import Recording
from tests.unit.providers.gcp.cdns import rules
from tests.unit.providers.gcp.workloads import GCP, IMAGE, PRODUCTION, of
from tests.unit.refusals import refusal

BACKEND = "gcp:compute/backendService:BackendService"
LIMIT = RateLimit(requests=5, per="1m")
Led = Callable[[Gateway], Mapping[str, Any]]


def program(led: Led = lambda inner: {"/*": inner}, paths: Mapping[str, str] | None = None, **asked: Any) -> None:
    limits = asked.pop("limits_of", {})
    names = paths or {"/*": "web", "/api/*": "api"}
    services = {name: Service(name, image=IMAGE) for name in sorted(set(names.values()))}
    routes = {it: GatewayRoute(services[name], limits=limits.get(it, ())) for it, name in names.items()}
    inner = Gateway("inner", **{"routes": routes, "public": False, **asked})
    Cdn("edge", routes=led(inner), domains=["www.example.com"])


def made(config: Mapping[str, Any] = GCP, **asked: Any) -> Recording:
    return of(lambda: program(**asked), config)


def refused(**asked: Any) -> str:
    return refusal(lambda: program(**asked), SpecError, target="gcp", environment="staging", region="europe-west1")


def paths_of(recording: Recording) -> list[tuple[str, str]]:
    """Of each rule, the path and what answers."""
    found = []
    for rule in rules(recording):
        condition = rule["matchRules"][0]
        abort = rule.get("routeAction", {}).get("faultInjectionPolicy", {}).get("abort", {}).get("httpStatus")
        path = next(
            str(condition[key]) for key in ("prefixMatch", "fullPathMatch", "pathTemplateMatch") if key in condition
        )
        found.append((path, str(abort or rule.get("service", "sent elsewhere"))))
    return found


def test_there_is_one_load_balancer_and_one_address() -> None:
    recording = made(PRODUCTION)

    listeners = recording.of_type("gcp:compute/globalForwardingRule:GlobalForwardingRule")
    assert {it.name for it in listeners} == {"edge-http-rule", "edge-https-rule"}
    assert {it.inputs["ipAddress"] for it in listeners} == {recording.named("edge-address").outputs["address"]}
    assert "inner-routes" not in {it.name for it in recording.resources}
    assert (recording.named("inner").outputs["url"], recording.named("edge").outputs["url"]) == (
        "",
        "https://www.example.com",
    )


def test_the_gateways_routes_stand_under_the_cdns_pattern_and_answer_by_its_backends() -> None:
    recording = made(led=lambda inner: {"/*": inner, "/static/*": ObjectStore("files")})

    assert paths_of(recording)[-3:] == [
        ("/", "413"),
        ("/api/", "inner-backend-api-id"),
        ("/", "inner-backend-web-id"),
    ]
    assert paths_of(recording)[-4][0] == "/static/"
    assert not recording.named("inner-backend-api").inputs.get("enableCdn")


def test_only_what_lies_under_the_pattern_is_reached_and_the_rest_of_it_is_not_there() -> None:
    deep = {"/api/*/lines": "api", "/api/v1": "api", "/admin/*": "web"}
    recording = made(led=lambda inner: {"/api/*": inner, "/v2": inner}, paths={**deep, "/v*": "web"})

    assert paths_of(recording) == [
        ("/api/", "413"),
        ("/api/*/lines", "inner-backend-api-id"),
        ("/api/v1", "inner-backend-api-id"),
        ("/api/", "404"),
        ("/v2", "413"),
        ("/v2", "inner-backend-web-id"),
    ]


def test_cookies_and_authorization_reach_a_gateway_whose_answers_are_not_kept() -> None:
    recording = made(led=lambda inner: {"/*": inner, "/news/*": Route(inner, ttl="1m", query=True)})
    removed = {
        path: (rule.get("headerAction") or {}).get("requestHeadersToRemoves", [])
        for rule, (path, _) in zip(rules(recording), paths_of(recording), strict=True)
    }

    assert removed["/"] == []
    assert removed["/news/"] == ["Authorization", "Cookie"]


def test_a_visitors_own_headers_of_claims_reach_no_service() -> None:
    jwt = Jwt(issuer="https://auth.example.com", audience=["shop"], claims={"X-Tenant": "tenant_id"})
    recording = made(GCP | {"infra-kit:accepted-gaps": {"inner": ["jwt"]}}, jwt=jwt)
    assert {str(rule["headerAction"]["requestHeadersToRemoves"]) for rule in rules(recording)} == {"['X-Tenant']"}


def test_what_is_kept_has_backends_of_the_cdns_with_the_gateways_firewall() -> None:
    recording = made(led=lambda inner: {"/*": inner, "/news/*": Route(inner, ttl="1m")}, waf=True)
    (keeping,) = (it.inputs for it in recording.of_type(BACKEND) if it.inputs.get("enableCdn"))

    assert keeping["securityPolicy"] == recording.named("inner-backend-web").inputs["securityPolicy"]
    assert keeping["backends"] == recording.named("inner-backend-web").inputs["backends"]
    assert keeping["cdnPolicy"]["cacheMode"] == "CACHE_ALL_STATIC"
    assert keeping["cdnPolicy"]["defaultTtl"] == 60
    assert keeping["cdnPolicy"]["cacheKeyPolicy"]["includeHost"]


def test_limits_and_the_firewall_are_the_gateways_backends() -> None:
    recording = made(limits_of={"/api/*": [LIMIT]}, waf=True)
    policy = recording.named("inner-policy")

    assert recording.named("inner-backend-api").inputs["securityPolicy"] == f"{policy.name}-id"
    assert any(rule["action"] == "throttle" for rule in policy.inputs["rules"])


def test_what_is_kept_may_stand_beside_what_is_limited() -> None:
    recording = made(
        led=lambda inner: {"/api/*": inner, "/api/public/*": Route(inner, ttl="1m")},
        limits_of={"/api/*": [LIMIT]},
        paths={"/api/public/*": "api"},
    )
    assert [
        it.inputs["cdnPolicy"]["defaultTtl"] for it in recording.of_type(BACKEND) if it.inputs.get("enableCdn")
    ] == [60]


def test_security_headers_are_the_url_maps() -> None:
    action = made().named("edge-routes").inputs["headerAction"]["responseHeadersToAdds"]
    assert {it["headerName"] for it in action} >= {"X-Frame-Options", "Strict-Transport-Security"}


@pytest.mark.parametrize(
    ("asked", "words"),
    [
        (
            {"led": lambda inner: {"/api/*": inner}, "paths": {"/*/lines": "api"}},
            "routes: /api/*: Gateway 'inner': its route /*/lines fits some of these paths only",
        ),
        (
            {"led": lambda inner: {"/api/*": Route(inner, ttl="1m")}, "limits_of": {"/api/*": [LIMIT]}},
            "routes: /api/*: Gateway 'inner': it has limits, which Cloud Armor would count apart",
        ),
    ],
)
def test_what_a_url_map_or_cloud_armor_cannot_hold_is_refused(asked: Mapping[str, Any], words: str) -> None:
    assert words in refused(**asked)
