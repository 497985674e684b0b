"""Gateway on Google Cloud: the load balancer, its routes, its firewall and its limits."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

import pytest

from infra_kit import Gateway, GatewayRoute, Jwt, RateLimit, Service
from infra_kit.errors import SpecError, UnsupportedFeatureError
from infra_kit.providers.gcp.gateway_armor import path
from infra_kit.testing import Recording
from tests.unit.providers.gcp.workloads import GCP, IMAGE, PRODUCTION, of
from tests.unit.refusals import refusal

POLICY = "gcp:compute/securityPolicy:SecurityPolicy"
LOGIN = RateLimit(requests=5, per="15m")


def gateway(
    routes: Mapping[str, str] | None = None,
    limits_of: Mapping[str, list[RateLimit]] | None = None,
    config: Mapping[str, Any] = GCP,
    **asked: Any,
) -> Recording:
    """With routes to services by their names, and limits by pattern."""

    def program() -> None:
        paths = routes or {"/*": "api"}
        services = {name: Service(name, image=IMAGE) for name in sorted(set(paths.values()))}
        made = {
            pattern: GatewayRoute(services[name], limits=(limits_of or {}).get(pattern, ()))
            for pattern, name in paths.items()
        }
        Gateway("edge", **{"routes": made, "domains": ["api.example.com"], **asked})

    return of(program, config)


def rules(made: Recording) -> list[Mapping[str, Any]]:
    (matcher,) = made.named("edge-routes").inputs["pathMatchers"]
    return sorted(matcher["routeRules"], key=lambda rule: rule["priority"])


def policy(made: Recording) -> list[Mapping[str, Any]]:
    (found,) = made.of_type(POLICY)
    return sorted(found.inputs["rules"], key=lambda rule: rule["priority"])


def accepting(*gaps: str) -> dict[str, Any]:
    return GCP | {"infra-kit:accepted-gaps": {"edge": list(gaps)}}


def counted(rules: list[Mapping[str, Any]]) -> list[tuple[str, int]]:
    """What is counted, and up to how many."""
    return [
        (rule["match"]["expr"]["expression"], rule["rateLimitOptions"]["rateLimitThreshold"]["count"])
        for rule in rules
        if rule["action"] == "throttle"
    ]


def test_each_service_has_a_backend_of_its_own() -> None:
    made = gateway({"/*": "web", "/api/*": "api", "/v2/*": "api"})
    backends = made.of_type("gcp:compute/backendService:BackendService")
    assert {it.name for it in backends} == {"edge-backend-api", "edge-backend-web"}
    group = made.named("edge-group-api").inputs
    assert group["networkEndpointType"] == "SERVERLESS"
    assert group["cloudRun"] == {"service": "recorded-service"}
    assert group["region"] == "europe-west1"


def test_the_longest_pattern_that_fits_wins() -> None:
    made = gateway(
        {"/*": "web", "/api/*": "api", "/users/*/orders": "api", "/users/*/files/*": "api", "/health": "api"}
    )
    found = [rule["matchRules"][0] for rule in rules(made)[1:]]
    assert found == [
        {"pathTemplateMatch": "/users/*/files/**"},
        {"pathTemplateMatch": "/users/*/orders"},
        {"fullPathMatch": "/health"},
        {"prefixMatch": "/api/"},
        {"prefixMatch": "/"},
    ]
    assert [rule["service"] for rule in rules(made)][-1] == "edge-backend-web-id"


def test_it_speaks_https_and_puts_the_security_headers_on_all_answers() -> None:
    made = gateway()
    assert made.named("edge").outputs["url"] == "https://api.example.com"
    assert made.named("edge").outputs["domain"] == "203.0.113.10"
    assert made.named("edge-http").inputs["urlMap"] == "edge-redirect-id"
    added = made.named("edge-routes").inputs["headerAction"]["responseHeadersToAdds"]
    assert "Strict-Transport-Security" in {header["headerName"] for header in added}


def test_what_is_too_large_is_answered_413_before_any_route() -> None:
    first = rules(gateway(max_body_mb=2))[0]
    (match,) = first["matchRules"]
    assert match["headerMatches"][0]["headerName"] == "content-length"
    assert match["headerMatches"][0]["rangeMatch"]["rangeStart"] == 2 * 1024 * 1024 + 1
    assert first["routeAction"]["faultInjectionPolicy"]["abort"] == {"httpStatus": 413, "percentage": 100}


def test_accesses_are_logged_in_production_or_where_asked() -> None:
    def logged(made: Recording) -> Any:
        return made.named("edge-backend-api").inputs["logConfig"]

    assert logged(gateway()) == {"enable": False}
    assert logged(gateway(access_logs=True)) == logged(gateway(config=PRODUCTION)) == {"enable": True, "sampleRate": 1}


def test_the_firewall_stands_in_production_and_lets_the_rest_in() -> None:
    made = gateway(config=PRODUCTION)
    *attacks, last = policy(made)
    assert {rule["action"] for rule in attacks} == {"deny(403)"}
    said = [rule["match"]["expr"]["expression"].split(" || ") for rule in attacks]
    assert said[0][1].startswith("evaluatePreconfiguredWaf('sqli-v33-stable'")
    assert said[-1][-1] == "evaluatePreconfiguredWaf('cve-canary')"
    assert [len(parts) for parts in said] == [5, 5, 2]
    assert last["action"] == "allow"
    assert made.named("edge-backend-api").inputs["securityPolicy"] == "edge-policy-id"
    assert not gateway().of_type(POLICY)


def test_a_limit_of_a_route_counts_its_requests_alone() -> None:
    made = gateway({"/*": "api", "/login": "api", "/login/help": "api"}, {"/login": [LOGIN]})
    _, help_, login, last = policy(made)
    assert (help_["action"], help_["match"]["expr"]["expression"]) == (
        "allow",
        "request.path.matches('^/login/help$')",
    )
    assert login["action"] == "throttle"
    assert login["match"]["expr"]["expression"] == "request.path.matches('^/login$')"
    assert login["rateLimitOptions"] == {
        "conformAction": "allow",
        "exceedAction": "deny(429)",
        "enforceOnKey": "IP",
        "rateLimitThreshold": {"count": 5, "intervalSec": 900},
    }
    assert last["action"] == "allow"


def test_services_share_one_policy_in_which_their_routes_stand_in_order() -> None:
    made = gateway({"/*": "web", "/api/*": "api", "/api/login": "api"}, {"/*": [LOGIN], "/api/login": [LOGIN]})
    _, login, api, web, _ = policy(made)
    assert [it["action"] for it in (login, api, web)] == ["throttle", "allow", "throttle"]
    assert api["match"]["expr"]["expression"] == "request.path.matches('^/api/.*$')"
    policies = {it.inputs["securityPolicy"] for it in made.of_type("gcp:compute/backendService:BackendService")}
    assert policies == {"edge-policy-id"}


@pytest.mark.parametrize(
    ("path_", "refused"),
    [
        *(
            (it, True)
            for it in ("/%6cogin", "/%6Cogin", "/a/..;/b", "/a;b/", "/a\\b", "/a%5Cb", "/a/../b", "//a", "/a%2fb")
        ),
        *((it, False) for it in ("/login", "/caf%C3%A9", "/a%20b", "/a..b", "/.well-known/a.b", "/~me/a-b_c")),
    ],
)
def test_a_path_that_a_service_may_read_as_another_goes_around_no_limit(path_: str, refused: bool) -> None:
    first = policy(gateway({"/*": "api", "/login": "api"}, {"/login": [LOGIN]}))[0]
    assert first["action"] == "deny(403)"
    (quoted,) = re.findall(r"^request\.path\.matches\('(.*)'\)$", first["match"]["expr"]["expression"])
    expression = re.sub(r"\\(.)", r"\1", quoted)  # as the rules language reads a text
    assert bool(re.search(expression, path_)) == refused


def test_a_limit_of_the_gateway_counts_all_requests_of_its_service() -> None:
    _, throttle, _ = policy(gateway({"/*": "api", "/v2/*": "api"}, limits=[RateLimit(requests=100)]))
    assert throttle["match"]["versionedExpr"] == "SRC_IPS_V1"
    assert throttle["rateLimitOptions"]["rateLimitThreshold"] == {"count": 100, "intervalSec": 60}


@pytest.mark.parametrize(
    ("pattern", "fitting", "others"),
    [
        ("/login", ["/login"], ["/login/", "/logins", "/a/login"]),
        ("/api/*", ["/api/", "/api/a/b"], ["/api", "/apis/"]),
        ("/users/*/orders", ["/users/7/orders"], ["/users/7/8/orders", "/users//orders"]),
        ("/it's/a.b", ["/it's/a.b"], ["/it's/aXb"]),
    ],
)
def test_a_pattern_is_the_same_to_cloud_armor(pattern: str, fitting: list[str], others: list[str]) -> None:
    (quoted,) = re.findall(r"request\.path\.matches\('(.*)'\)", path(pattern))
    expression = re.sub(r"\\(.)", r"\1", quoted)  # as the rules language reads a text
    assert all(re.search(expression, each) for each in fitting)
    assert not any(re.search(expression, each) for each in others)


@pytest.mark.parametrize(
    ("asked", "why"),
    [
        ({"limits": [RateLimit(requests=5, per="45s")]}, "limits: per: given 45s; Cloud Armor counts over 10, 30, 60"),
        (
            {"limits": [RateLimit(requests=5, burst=3)]},
            "limits: burst: given 3; Cloud Armor has none: .*say requests=8",
        ),
        ({"max_body_mb": 33}, "max_body_mb: given 33, Cloud Run takes requests of 32 MiB at most"),
        ({"routes": {"/a*b": "api"}}, "routes: /a\\*b: Google's load balancer knows '\\*' for a whole step"),
        ({"routes": {"/users/*/ord*": "api"}}, "routes: .*for a whole step"),
        ({"response_headers": {"Host": "x"}}, "response_headers: given Host"),
    ],
)
def test_what_google_cannot_do_is_refused_with_a_way_out(asked: dict[str, Any], why: str) -> None:
    with pytest.raises(SpecError, match=f"Gateway 'edge': {why}"):
        gateway(asked.pop("routes", None), **asked)


def test_without_domains_there_is_no_tls_so_not_in_production() -> None:
    with pytest.raises(SpecError, match="Gateway 'edge': domains: none given; in production"):
        gateway(config=PRODUCTION, domains=[])
    assert gateway(domains=[]).named("edge").outputs["url"] == "http://203.0.113.10"


def test_a_wildcard_domain_is_a_gap() -> None:
    with pytest.raises(UnsupportedFeatureError, match=r"wildcard-domains: Google proves a domain .*name each host"):
        gateway(domains=["*.example.com"])


def lacks(**asked: Any) -> str:
    def program() -> None:
        api, web = Service("api", image=IMAGE), Service("web", image=IMAGE)
        Gateway("edge", **{"routes": {"/*": api, "/web/*": web}, "domains": ["api.example.com"], **asked})

    return refusal(program, UnsupportedFeatureError, target="gcp", environment="staging", region="europe-west1")


def test_tokens_are_a_gap_with_a_way_out() -> None:
    said = lacks(jwt=Jwt(issuer="https://auth.example.com", audience=["shop"]))
    assert "jwt: Google's load balancer checks no tokens; let the services check them" in said


def test_a_count_over_several_services_is_a_gap_and_each_route_counts_where_it_is_accepted() -> None:
    asked: dict[str, Any] = {"limits": [RateLimit(requests=100)]}
    said = lacks(**asked)
    assert "rate-limits-over-services: Cloud Armor counts for each service by itself" in said
    assert said.endswith("infra-kit:accepted-gaps: {edge: [rate-limits-over-services]}")
    made = gateway({"/*": "api", "/web/*": "web"}, config=accepting("rate-limits-over-services"), **asked)
    assert counted(policy(made)) == [
        ("request.path.matches('^/web/.*$')", 100),
        ("request.path.matches('^/.*$')", 100),
    ]


def test_several_limits_on_a_request_are_a_gap_and_the_routes_own_holds_where_it_is_accepted() -> None:
    asked: dict[str, Any] = {
        "routes": {"/*": "api", "/login": "api"},
        "limits_of": {"/login": [LOGIN]},
        "limits": [RateLimit(requests=100)],
    }
    with pytest.raises(UnsupportedFeatureError, match="  rate-limits-together: Cloud Armor looks no further"):
        gateway(**asked)
    assert counted(policy(gateway(config=accepting("rate-limits-together"), **asked))) == [
        ("request.path.matches('^/login$')", 5),
        ("request.path.matches('^/.*$')", 100),
    ]


def test_what_a_token_says_goes_with_tokens_and_is_no_gap_of_its_own() -> None:
    jwt = Jwt(issuer="https://auth.example.com", audience=["shop"], claims={"X-Tenant": "tenant_id"})
    limits = [RateLimit(requests=100), RateLimit(requests=60, by="user")]
    made = gateway(config=accepting("jwt"), jwt=jwt, limits=limits)
    assert [it.partition(": ")[2] for it in made.warnings if "Gateway 'edge'" in it] == [
        "jwt is left out: the target 'gcp' lacks it, and the stack accepted the gap.",
        "jwt-claims is left out: it needs another feature that is left out.",
        "rate-limits-by-token is left out: it needs another feature that is left out.",
    ]
    _, throttle, _ = policy(made)
    assert throttle["rateLimitOptions"]["rateLimitThreshold"]["count"] == 100
    # Who reads claims there on another target must not believe a visitor here.
    assert made.named("edge-routes").inputs["headerAction"]["requestHeadersToRemoves"] == ["X-Tenant"]


def test_a_gateway_that_comes_too_late_is_refused() -> None:
    """Its services have been made as ones that the internet cannot reach."""

    def program() -> None:
        api = Service("api", image=IMAGE)
        api.url.apply(lambda _: Gateway("edge", routes={"/*": api}))

    with pytest.raises(SpecError, match="Service 'api' has been made as one that no gateway leads to"):
        of(program)
