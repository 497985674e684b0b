import pytest

from infra_kit import Cdn, ObjectStore, Route
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
    with pytest.raises(SpecError, match="Route: origin: an origin is an ObjectStore or a host's address"):
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


def test_a_header_that_could_break_out_of_its_line_is_refused() -> None:
    message = refusal(lambda: Cdn("edge", routes={"/*": HOST}, response_headers={"X\nY": "a"}), SpecError)
    assert "a header's name is letters, digits and hyphens" in message


@pytest.mark.parametrize("value", ["a\nSet-Cookie: b", "a\r", "a\x00"])
def test_a_headers_value_that_could_break_out_of_its_line_is_refused(value: str) -> None:
    message = refusal(lambda: Cdn("edge", routes={"/*": HOST}, response_headers={"X-Frame-Options": value}), SpecError)
    assert "a header's value is one line" in message
