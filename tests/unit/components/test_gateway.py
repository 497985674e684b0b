import re
from collections.abc import Sequence
from typing import Literal

import pytest

from infra_kit import Cdn, Failover, Gateway, GatewayRoute, Jwt, RateLimit, Service, Target, features
from infra_kit.components.gateway import SECURITY_HEADERS, GatewaySpec
from infra_kit.errors import SpecError
from infra_kit.features import Feature
from infra_kit.testing import record
from tests.unit.refusals import refusal

JWT = Jwt(issuer="https://auth.example.com/", audience=["shop"])


def service(name: str = "api", target: Target | None = None) -> Service:
    return Service(name, command=["python", "app.py"], target=target)


def refused(**arguments: object) -> str:
    def program() -> None:
        Gateway("edge", **{"routes": {"/*": service()}, **arguments})  # type: ignore[arg-type]

    return refusal(lambda: record(program), SpecError)


def test_a_service_alone_is_short_for_a_route_to_it() -> None:
    def program() -> None:
        api = service()
        edge = Gateway(
            "edge", routes={"/*": api, "/v2/*": GatewayRoute(api, limits=[RateLimit(requests=5, per="15m")])}
        )
        assert edge.spec.routes["/*"].to is api
        assert edge.spec.response_headers == SECURITY_HEADERS

    record(program)


def test_where_the_gateway_has_tokens_each_route_needs_one_unless_it_says_otherwise() -> None:
    def program() -> None:
        api = service()
        edge = Gateway("edge", jwt=JWT, routes={"/*": api, "/open/*": GatewayRoute(api, jwt=False)})
        assert [edge.spec.needs_token(pattern) for pattern in ("/*", "/open/*")] == [True, False]

    record(program)


def test_a_route_cannot_ask_for_a_token_of_nobody() -> None:
    def program() -> None:
        Gateway("edge", routes={"/*": GatewayRoute(service(), jwt=True)})

    message = refusal(lambda: record(program), SpecError)
    assert message == "Gateway 'edge': routes./*: jwt: the gateway has none; say jwt=Jwt(issuer=…, audience=[…])"


@pytest.mark.parametrize("by", ["user", "claim:tenant_id"])
def test_whoever_is_known_by_his_token_is_only_counted_where_one_is_needed(by: str) -> None:
    limits = [RateLimit(requests=1, by=by)]
    assert refused(limits=limits) == (f"Gateway 'edge': limits: by {by!r} counts by the token, and no route needs one")

    def program() -> None:
        open_ = GatewayRoute(service(), jwt=False, limits=limits)
        Gateway("edge", jwt=JWT, routes={"/*": service("web"), "/open/*": open_})

    assert refusal(lambda: record(program), SpecError) == (
        f"Gateway 'edge': routes./open/*: limits: by {by!r} counts by the token, and this route needs none"
    )


def test_a_limit_by_user_over_all_routes_counts_on_those_that_need_a_token() -> None:
    def program() -> None:
        api = service()
        limits = [RateLimit(requests=1, by="user")]
        Gateway("edge", jwt=JWT, routes={"/*": api, "/open/*": GatewayRoute(api, jwt=False)}, limits=limits)

    record(program)


@pytest.mark.parametrize("by", ["ip", "claim:", "claim:a b"])
def test_a_limit_counts_by_address_user_or_claim(by: str) -> None:
    with pytest.raises(SpecError, match="RateLimit: by: 'address', 'user' or 'claim:<name>' is needed"):
        RateLimit(requests=1, by=by)


@pytest.mark.parametrize("header", ["Authorization", "host", "X-Forwarded-For", "x-real-ip", "X-Infra-Kit-Cdn"])
def test_a_claim_takes_no_header_that_has_a_meaning(header: str) -> None:
    with pytest.raises(SpecError, match=f"Jwt: claims: {header.lower()} is a header with a meaning of its own"):
        Jwt(issuer="https://a.example", audience=["a"], claims={header: "sub"})


def test_a_header_carries_one_claim() -> None:
    with pytest.raises(SpecError, match="each header stands once, in capitals or not"):
        Jwt(issuer="https://a.example", audience=["a"], claims={"X-User": "sub", "x-user": "email"})


@pytest.mark.parametrize("issuer", ["auth.example.com", "https://a b", "https://a.example/?q", ""])
def test_an_issuer_is_an_address(issuer: str) -> None:
    with pytest.raises(SpecError, match="Jwt: issuer"):
        Jwt(issuer=issuer, audience=["a"])


def test_the_issuers_keys_are_at_their_usual_place_unless_said() -> None:
    assert JWT.keys_url == "https://auth.example.com/.well-known/jwks.json"
    assert (
        Jwt(issuer="https://a.example", audience=["a"], jwks_url="https://b.example/k").keys_url
        == "https://b.example/k"
    )


@pytest.mark.parametrize(("environment", "guarded"), [("development", False), ("production", True)])
def test_production_has_a_firewall_and_logs_unless_the_user_says_otherwise(environment: str, guarded: bool) -> None:
    def program() -> None:
        api = service()
        spec = Gateway("one", routes={"/*": api}).spec
        assert (spec.waf, spec.access_logs) == (guarded, guarded)
        own = Gateway("two", routes={"/*": api}, waf=False, access_logs=True).spec
        assert (own.waf, own.access_logs) == (False, True)

    record(program, config={"infra-kit:environment": environment})


def test_a_service_of_another_place_is_refused_and_both_are_named() -> None:
    def program() -> None:
        api = service(target=Target(name="local", alias="attic", region="far"))
        Gateway("edge", routes={"/*": api})

    message = refusal(lambda: record(program), SpecError)
    assert message == (
        "Gateway 'edge': routes: /*: Service 'api' is on local (far), and this one is on local: no network leads from "
        "here to there. Place both on one target."
    )


@pytest.mark.parametrize(
    ("one", "other"), [("/a/*", "/*/b"), ("/a/*/c", "/a/b/*"), ("/a/*", "/a/**"), ("/*", "/**"), ("/a*b", "/aa*")]
)
def test_two_routes_of_which_none_wins_are_refused(one: str, other: str) -> None:
    def program() -> None:
        api = service()
        Gateway("edge", routes={one: api, other: api})

    message = refusal(program, SpecError)
    assert message.startswith(
        f"Gateway 'edge': routes.{other}: a path can fit {one} too, and nothing says which one wins; narrow or drop one"
    )


@pytest.mark.parametrize(("one", "other"), [("/a/*", "/*"), ("/a/*/c", "/a/*/d"), ("/a", "/b"), ("/*.js", "/*.ts")])
def test_two_routes_of_which_the_longer_wins_or_none_meets_the_other_stand_together(one: str, other: str) -> None:
    def program() -> None:
        api = service()
        assert set(Gateway("edge", routes={one: api, other: api}).spec.routes) == {one, other}

    record(program)


@pytest.mark.parametrize("pattern", ["", "api/*", "https://x/*", "/a b"])
def test_a_route_is_a_path_that_begins_with_a_slash(pattern: str) -> None:
    def program() -> None:
        Gateway("edge", routes={pattern: service()})

    assert "a path pattern begins with '/'" in refusal(program, SpecError)


DOCUMENT = {
    "openapi": "3.1.0",
    "security": [{"bearer": []}],
    "paths": {
        "/leads": {"get": {"tags": ["crm"]}, "post": {"tags": ["crm"]}},
        "/leads/{id}/notes/{note}": {"get": {"tags": ["crm"]}},
        "/health": {"get": {"tags": ["crm"], "security": []}},
        "/files/{name}": {"x-infra-kit-service": "files", "put": {"tags": ["crm"]}},
    },
}


def test_routes_are_read_from_an_openapi_document() -> None:
    def program() -> None:
        services = {"crm": service("crm"), "files": service("files")}
        routes = Gateway.routes_of(DOCUMENT, services)
        edge = Gateway("edge", jwt=JWT, routes=routes)
        assert {pattern: route.to.name for pattern, route in edge.spec.routes.items()} == {
            "/leads": "crm", "/leads/*/notes/*": "crm", "/health": "crm", "/files/*": "files",
        }  # fmt: skip
        assert [pattern for pattern in routes if not edge.spec.needs_token(pattern)] == ["/health"]

    record(program)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"openapi": "2.0"}, "a document of version 3 with `paths` is needed"),
        ({"paths": {"/x": {"get": {}}}}, "OpenAPI: /x: it needs one service"),
        ({"paths": {"/x": {"get": {"tags": ["nobody"]}}}}, "given nobody. Services: crm."),
        ({"paths": {"/x": {"get": {"tags": ["crm"]}, "put": {"tags": ["b"]}}}}, "given b, crm. Services: crm."),
        (
            {"paths": {"/x/{a}": {"get": {"tags": ["crm"]}}, "/x/{b}": {"get": {"tags": ["crm"], "security": []}}}},
            r"/x/\{b\}: another path has the form /x/\* too",
        ),
    ],
)
def test_a_document_that_does_not_say_who_answers_is_refused(change: dict[str, object], message: str) -> None:
    def program() -> None:
        with pytest.raises(SpecError, match=message):
            Gateway.routes_of({**DOCUMENT, **change}, {"crm": service("crm")})

    record(program)


def test_one_that_is_not_public_says_no_headers_of_its_own() -> None:
    def program() -> None:
        api = Service("api", command=["a"])
        inner = Gateway("inner", routes={"/*": api}, public=False)
        Cdn("www", routes={"/*": inner})
        assert inner.spec.response_headers == {}
        assert Gateway("edge", routes={"/*": api}).spec.response_headers == SECURITY_HEADERS

    record(program)


def left(feature: Feature, *, of_gateway: Sequence[RateLimit], of_login: Sequence[RateLimit]) -> list[list[int]]:
    """The counts of the limits that stay: the gateway's, those of its route for all, of its login's."""
    api = Service.__new__(Service)
    routes = {"/*": GatewayRoute(api), "/login": GatewayRoute(api, limits=of_login)}
    rest = GatewaySpec(jwt=JWT, routes=routes, limits=of_gateway).without(feature)
    return [
        [limit.requests for limit in limits] for limits in (rest.limits, *(it.limits for it in rest.routes.values()))
    ]


ALL, MORE, USER, LOGIN = (
    RateLimit(requests=100), RateLimit(requests=200), RateLimit(requests=60, by="user"), RateLimit(requests=5),
)  # fmt: skip


@pytest.mark.parametrize(
    ("feature", "of_gateway", "of_login", "expected"),
    [
        (features.RATE_LIMITS, [ALL, USER], [LOGIN, USER], [[60], [], [60]]),
        (features.RATE_LIMITS_BY_TOKEN, [ALL, USER], [LOGIN, USER], [[100], [], [5]]),
        (features.JWT, [ALL, USER], [LOGIN, USER], [[100], [], [5]]),
        (features.RATE_LIMITS_OVER_SERVICES, [ALL, USER], [LOGIN], [[60], [100], [5, 100]]),
        (features.RATE_LIMITS_TOGETHER, [ALL, MORE, USER], [], [[100, 60], [], []]),
        (features.RATE_LIMITS_TOGETHER, [ALL, USER], [LOGIN, MORE], [[60], [100], [5]]),
        (features.RATE_LIMITS_TOGETHER, [ALL], [USER, LOGIN], [[], [100], [5, 60]]),
    ],
)
def test_of_limits_no_more_is_left_out_than_must_be(
    feature: Feature, of_gateway: list[RateLimit], of_login: list[RateLimit], expected: list[list[int]]
) -> None:
    assert left(feature, of_gateway=of_gateway, of_login=of_login) == expected


def test_one_that_nobody_reaches_is_told_once_the_program_has_been_read() -> None:
    def program(*, fronted: bool) -> None:
        inner = Gateway("inner", routes={"/*": service()}, public=False)
        if fronted:
            Cdn("www", routes={"/*": inner})

    assert record(lambda: program(fronted=False)).warnings == (
        "Gateway 'inner': public: given False, and no Cdn of this program leads here, so nobody reaches it. Say "
        "Cdn(…, routes={'/*': inner}), or leave public out.",
    )
    assert not record(lambda: program(fronted=True)).warnings


@pytest.mark.parametrize(
    ("routes", "why"),
    [
        ({"/*": {"jwt": None}}, "and routes./* answers, which needs a token"),
        ({"/api/*": {"jwt": False}}, "and none of routes answers"),
        ({"/*": {"jwt": False}, "/h*": {"jwt": True}}, "and routes./h* answers, which needs a token"),
    ],
)
def test_a_primary_that_would_never_be_well_is_refused(routes: dict[str, dict[str, bool | None]], why: str) -> None:
    """All visitors would be at the secondary from the first minute."""

    def program(role: Literal["primary", "secondary"]) -> None:
        api = service()
        asked = {pattern: GatewayRoute(api, **more) for pattern, more in routes.items()}
        GatewaySpec(routes=asked, jwt=JWT, domains=["www.shop.example"], failover=Failover(role))

    with pytest.raises(ValueError, match=re.escape(f"asked for /health, {why}, so it would never be well")):
        record(lambda: program("primary"))
    record(lambda: program("secondary"))


def test_a_primary_is_well_by_a_route_that_needs_no_token() -> None:
    def program() -> None:
        api = service()
        asked = {"/*": GatewayRoute(api), "/health": GatewayRoute(api, jwt=False)}
        GatewaySpec(routes=asked, jwt=JWT, domains=["www.shop.example"], failover=Failover("primary"))

    record(program)
