"""Which route a request takes."""

from __future__ import annotations

from typing import Any

import pytest

from infra_kit import Route
from tests.unit.providers.gcp.cdns import BACKEND, HOST, cdn, rules, with_store


def test_the_longest_pattern_is_tried_first() -> None:
    made = cdn(routes={"/*": HOST, "/a*": HOST, "/api/*": HOST, "/about": HOST})

    assert [rule["matchRules"] for rule in rules(made)] == [
        [{"fullPathMatch": "/about"}],
        [{"prefixMatch": "/api/"}],
        [{"prefixMatch": "/a"}],
        [{"prefixMatch": "/"}],
    ]
    assert [rule["priority"] for rule in rules(made)] == [1, 2, 3, 4]


def test_each_route_leads_to_its_own_backend() -> None:
    made = cdn(routes={"/*": HOST, "/api/*": HOST})
    backends = {each.inputs["description"]: f"{each.name}-id" for each in made.of_type(BACKEND)}

    assert [rule["service"] for rule in rules(made)] == [backends["/api/*"], backends["/*"]]


def test_where_no_route_leads_is_not_found() -> None:
    inputs = cdn(routes={"/api/*": HOST}).named("edge-routes").inputs
    abort = {"faultInjectionPolicy": {"abort": {"httpStatus": 404, "percentage": 100}}}

    assert inputs["defaultRouteAction"] == abort
    assert inputs["pathMatchers"][0]["defaultRouteAction"] == abort


@pytest.mark.parametrize(
    ("options", "held_back"),
    [
        ({}, ["Authorization", "Cookie"]),
        ({"cookies": ["sid"]}, ["Authorization"]),
        ({"ttl": "none", "headers": ["authorization"]}, ["Cookie"]),
        ({"ttl": "none", "headers": ["Authorization", "Cookie"]}, None),
    ],
)
def test_who_asks_reaches_an_origin_only_where_the_route_names_it(options: Any, held_back: list[str] | None) -> None:
    (rule,) = rules(cdn(routes={"/*": Route(HOST, **options)}))
    assert rule.get("headerAction") == ({"requestHeadersToRemoves": held_back} if held_back else None)


def test_a_link_does_not_decide_how_a_stores_object_is_shown() -> None:
    first, second, _ = rules(with_store())
    parameters = [match["queryParameterMatches"][0]["name"] for match in first["matchRules"]]

    assert {"response-content-type", "generation"} <= set(parameters)
    assert {match["prefixMatch"] for match in first["matchRules"]} == {"/static/"}
    assert first["urlRedirect"]["stripQuery"] is True
    assert second["matchRules"] == [{"prefixMatch": "/static/"}]


def test_a_stores_query_goes_on_where_the_route_asks_for_it() -> None:
    first, second = rules(with_store(query=True))
    assert first["matchRules"] == [{"prefixMatch": "/static/"}]
    assert second["matchRules"] == [{"prefixMatch": "/"}]


def test_every_answer_carries_the_response_headers() -> None:
    made = cdn(response_headers={"X-Frame-Options": "DENY"})
    assert made.named("edge-routes").inputs["headerAction"] == {
        "responseHeadersToAdds": [{"headerName": "X-Frame-Options", "headerValue": "DENY", "replace": True}]
    }
