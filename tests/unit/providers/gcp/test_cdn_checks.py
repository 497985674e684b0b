"""What Cloud CDN and its load balancer cannot do is refused, or said."""

from __future__ import annotations

from typing import Any

import pulumi
import pytest

from infra_kit import Cdn, Environment, ObjectStore, Route
from infra_kit.errors import SpecError, UnsupportedFeatureError
from infra_kit.testing import record
from tests.unit.providers.gcp.cdns import HOST, cdn, place


def test_production_without_a_domain_is_refused() -> None:
    with pytest.raises(SpecError, match=r"Cdn 'edge': domains: none given.*no certificate"):
        cdn(Environment.PRODUCTION, domains=[])


@pytest.mark.parametrize(
    ("pattern", "way_out"), [("/*.js", r"/\*\."), ("/a/*/b", r"/a/\*\."), ("/a?c", r"/a\*\."), ("/a?*", r"/a\*\.")]
)
def test_a_pattern_that_google_does_not_know_is_refused(pattern: str, way_out: str) -> None:
    with pytest.raises(SpecError, match=rf"stands at the end alone.*e\.g\. {way_out}"):
        cdn(routes={pattern: HOST})


@pytest.mark.parametrize(
    ("options", "why"),
    [
        ({"ttl": "367d"}, "ttl: given 367d, .*at most '366d'"),
        ({"headers": ["Authorization"]}, "headers: given Authorization, .*ttl='none'"),
        ({"headers": ["X-Goog-User"]}, "headers: given X-Goog-User"),
        ({"headers": ["Host"], "ttl": "none"}, "headers: given Host, which the Cdn says itself"),
        ({"headers": [f"X-{number}" for number in range(6)]}, "headers: given 6, .*at most 5"),
        ({"cookies": [f"c{number}" for number in range(6)]}, "cookies: given 6, .*at most 5"),
    ],
)
def test_what_cloud_cdn_cannot_keep_apart_is_refused(options: Any, why: str) -> None:
    with pytest.raises(SpecError, match=f"routes: /x/.: {why}"):
        cdn(routes={"/x/*": Route(HOST, **options)})


def test_a_store_that_is_never_kept_is_refused() -> None:
    def program() -> None:
        target = place()
        Cdn("edge", target=target, routes={"/*": Route(ObjectStore("files", target=target), ttl="none")})

    with pytest.raises(SpecError, match=r"ttl: given 'none'.*ttl='1s'"):
        record(program)


@pytest.mark.parametrize(
    ("origin", "why"), [("http://10.0.0.1", "by the internet"), ("https://8.8.8.8", "checked against a name")]
)
def test_an_address_that_google_cannot_reach_or_trust_is_refused(origin: str, why: str) -> None:
    with pytest.raises(SpecError, match=rf"origin: given {origin}.*{why}"):
        cdn(routes={"/*": origin})


@pytest.mark.parametrize(
    ("header", "value"), [("X-Goog-Hash", "x"), ("Connection", "close"), ("Report-To", '{"group":"a"}')]
)
def test_a_response_header_that_google_keeps_for_itself_is_refused(header: str, value: str) -> None:
    with pytest.raises(SpecError, match=f"response_headers:.*{header}"):
        cdn(response_headers={header: value})


def test_a_wildcard_domain_is_a_gap_without_which_the_other_names_are_served() -> None:
    domains = ["www.example.com", "*.example.com"]
    with pytest.raises(UnsupportedFeatureError, match=r"wildcard-domains: Google proves a domain .*name each host"):
        cdn(domains=domains)
    made = cdn(accepted=["wildcard-domains"], domains=domains)
    assert made.named("edge-routes").inputs["hostRules"][0]["hosts"] == ["www.example.com"]


# What holds in part


def test_a_query_that_must_not_reach_the_origin_is_a_gap() -> None:
    routes = {"/*": Route(HOST, query=False), "/api/*": Route(HOST, query=True)}
    with pytest.raises(UnsupportedFeatureError, match=r"query-filter: Google sends a query string .*say query=True"):
        cdn(routes=routes)
    told = cdn(accepted=["query-filter"], routes=routes).warnings
    assert any("query-filter is left out" in text for text in told)
    assert any(
        "routes: /*: query: Google sends a query string to the origin whatever is asked" in text for text in told
    )


def test_a_query_that_google_sends_on_all_the_same_is_told_until_the_route_asks_for_it() -> None:
    warning = "routes: /api/*: query: Google sends a query string to the origin whatever is asked"
    told = cdn(routes={"/*": Route(HOST, query=True), "/api/*": HOST}).warnings
    assert any(warning in text for text in told)
    assert not cdn(routes={"/*": Route(HOST, query=True)}).warnings


@pytest.mark.parametrize(
    ("route", "told"),
    [
        (Route(HOST, query=True), "routes: /*: ttl: of what has no Cache-Control, Google keeps what is static"),
        (Route(HOST, query=True, ttl="none"), "routes: /*: compression: Google compresses what it may keep"),
    ],
)
def test_what_google_keeps_and_compresses_is_told(route: Route, told: str, monkeypatch: pytest.MonkeyPatch) -> None:
    said: list[str] = []
    monkeypatch.setattr(pulumi.log, "info", lambda text, *_: said.append(text))
    cdn(routes={"/*": route})
    assert [told in text for text in said] == [True]
