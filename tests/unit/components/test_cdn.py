from collections.abc import Callable, Mapping
from typing import Any

import pytest

from infra_kit import Cdn, Gateway, GatewayRoute, Jwt, ObjectStore, Route, Service, features
from infra_kit.components.gateway import SECURITY_HEADERS
from infra_kit.errors import SpecError
from infra_kit.testing import record
from tests.unit.refusals import refusal

HOST = "https://api.example.com"


def test_an_origin_alone_is_short_for_a_route_to_it() -> None:
    def program() -> None:
        files = ObjectStore("files")
        edge = Cdn("edge", routes={"/*": files, "/api/*": HOST}, compression=False)
        assert edge.spec.routes == {"/*": Route(files), "/api/*": Route(HOST)}

    record(program)


@pytest.mark.parametrize("origin", ["api.example.com", "ftp://a", "https://a/path", "", 3, None])
def test_an_origin_is_an_object_store_or_an_address(origin: object) -> None:
    with pytest.raises(SpecError, match="Route: origin: an origin is an ObjectStore, a Gateway or a host's address"):
        Route(origin)  # type: ignore[arg-type]


@pytest.mark.parametrize("ttl", ["none", "1s", "30s", "24h", "1y"])
def test_an_answer_is_kept_for_a_time_or_never(ttl: str) -> None:
    assert Route(HOST, ttl=ttl).ttl == ttl


@pytest.mark.parametrize("ttl", ["", "never", "5"])
def test_any_other_time_is_refused(ttl: str) -> None:
    with pytest.raises(SpecError, match="Route: ttl: a duration is a whole number"):
        Route(HOST, ttl=ttl)


def test_no_time_is_not_the_same_as_never_kept_and_says_so() -> None:
    with pytest.raises(SpecError, match="Route: ttl: a duration is at least one second, '1s'; 'none' keeps nothing"):
        Route(HOST, ttl="0s")


@pytest.mark.parametrize("port", [0, 65_536, 99_999])
def test_an_origins_port_is_one_that_exists(port: int) -> None:
    with pytest.raises(SpecError, match="Route: origin: the port of an origin is between 1 and 65535"):
        Route(f"http://h:{port}")
    assert Route("http://h:65535").origin == "http://h:65535"


@pytest.mark.parametrize("pattern", ["", "static/*", "/a b", "/a\n", '/a"'])
def test_a_path_pattern_begins_with_a_slash(pattern: str) -> None:
    message = refusal(lambda: Cdn("edge", routes={pattern: HOST}), SpecError)
    assert "a path pattern begins with '/' and may hold '*', e.g. '/static/*'" in message


@pytest.mark.parametrize("domain", ["Example.com", "example", "-a.com", "https://a.com", "a..com"])
def test_a_domain_is_a_name_in_lower_case(domain: str) -> None:
    message = refusal(lambda: Cdn("edge", routes={"/*": HOST}, domains=[domain]), SpecError)
    assert message.startswith("Cdn 'edge': domains.0: a domain name in lower case is needed")


def test_a_domain_stands_once() -> None:
    message = refusal(lambda: Cdn("edge", routes={"/*": HOST}, domains=["a.example.com", "a.example.com"]), SpecError)
    assert message.startswith("Cdn 'edge': domains: each stands once")


def test_a_cdn_without_routes_is_refused() -> None:
    assert refusal(lambda: Cdn("edge"), SpecError) == "Cdn 'edge': routes is required"
    assert refusal(lambda: Cdn("edge", routes={}), SpecError) == "Cdn 'edge': routes: at least 1 is needed, given {}"


@pytest.mark.parametrize(("one", "other"), [("/a/*", "/a/**"), ("/a/*", "/*/b")])
def test_two_routes_of_which_none_wins_are_refused(one: str, other: str) -> None:
    message = refusal(lambda: Cdn("edge", routes={one: HOST, other: HOST}), SpecError)
    assert message.startswith(f"Cdn 'edge': routes.{other}: a path can fit {one} too, and nothing says which one wins")


def test_a_header_that_could_break_out_of_its_line_is_refused() -> None:
    message = refusal(lambda: Cdn("edge", routes={"/*": HOST}, response_headers={"X\nY": "a"}), SpecError)
    assert "a header's name is letters, digits and hyphens" in message


@pytest.mark.parametrize("value", ["a\nSet-Cookie: b", "a\r", "a\x00"])
def test_a_headers_value_that_could_break_out_of_its_line_is_refused(value: str) -> None:
    message = refusal(lambda: Cdn("edge", routes={"/*": HOST}, response_headers={"X-Frame-Options": value}), SpecError)
    assert "a header's value is one line" in message


def led(routes: Callable[[Gateway], Mapping[str, Any]], **asked: Any) -> Cdn:
    """A Cdn before a gateway that is not public, made on the local target."""
    found: list[Cdn] = []

    def program() -> None:
        api = Service("api", command=["a"])
        paths = {"/*": api, "/open/*": GatewayRoute(api, jwt=False)} if "jwt" in asked else {"/*": api}
        inner = Gateway("inner", **{"routes": paths, "public": False, **asked})
        found.append(Cdn("edge", routes=routes(inner)))

    record(program)
    return found[0]


def refused(routes: Callable[[Gateway], Mapping[str, Any]], **asked: Any) -> str:
    with pytest.raises(SpecError) as error:
        led(routes, **asked)
    return str(error.value)


def test_a_route_to_a_gateway_keeps_nothing_unless_it_says_so() -> None:
    spec = led(lambda inner: {"/*": inner, "/news/*": Route(inner, ttl="1m")}).spec

    assert (spec.routes["/*"].ttl, spec.routes["/*"].passes_all) == ("none", True)
    assert (spec.routes["/news/*"].passes_all, spec.routes["/news/*"].told_headers) == (False, ("Host",))


@pytest.mark.parametrize("named", [{"headers": ["Accept-Language"]}, {"cookies": ["sid"]}, {"query": True}])
def test_what_reaches_a_gateway_whole_names_no_parts(named: Mapping[str, Any]) -> None:
    message = refused(lambda inner: {"/*": Route(inner, **named)})
    assert "ttl 'none': all of a request reaches a Gateway where nothing is kept; leave headers, cookies" in message


def test_before_a_gateway_the_cdn_says_the_security_headers_unless_it_is_told_others() -> None:
    assert led(lambda inner: {"/*": inner}).spec.response_headers == SECURITY_HEADERS
    assert led(lambda inner: {"/*": inner}).spec.without(features.RESPONSE_HEADERS).response_headers == {}


def test_answers_that_need_a_token_are_never_kept() -> None:
    jwt = Jwt(issuer="https://auth.example.com", audience=["shop"])
    message = refused(lambda inner: {"/*": Route(inner, ttl="1m")}, jwt=jwt)

    assert "routes./*: ttl: Gateway 'inner' asks for a token on /*, and what is kept is given without asking" in message
    assert led(lambda inner: {"/*": inner, "/open/*": Route(inner, ttl="1m")}, jwt=jwt)


def test_a_public_gateway_is_no_origin_and_the_message_says_the_ways_out() -> None:
    message = refused(lambda inner: {"/*": inner}, public=True)
    assert "Gateway 'inner' is public" in message
    assert "say public=False there, and its domains here, or give the address of one of its domains" in message
