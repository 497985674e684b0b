"""Which route a request takes: the URL map of a Cdn on Google Cloud.

Its rules are tried in order, so the longest pattern is the first (https://cloud.google.com/load-balancing/docs/url-map-concepts).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pulumi_gcp import compute

from infra_kit.component import Scope
from infra_kit.components.cdn import CdnSpec, Route
from infra_kit.components.object_store import ObjectStore

NAME = "routes"

STORE_QUERY = (
    "generation", "response-cache-control", "response-content-disposition", "response-content-encoding",
    "response-content-language", "response-content-type", "response-expires",
)  # fmt: skip
"""With these, whoever writes a link decides which version of an object a signed answer is, and how it is shown, e.g. a
text as a page
(https://cloud.google.com/storage/docs/xml-api/reference-headers)."""

IDENTITY = ("Authorization", "Cookie")
"""Of a request, what says who asks: it reaches an origin only where the route names it."""


def url_map(scope: Scope, spec: CdnSpec, services: Mapping[str, compute.BackendService]) -> compute.URLMap:
    nowhere = _not_found(services)
    return scope.resource(
        "routes",
        compute.URLMap,
        **nowhere,
        host_rules=[{"hosts": list(spec.domains) or ["*"], "path_matcher": NAME}],
        path_matchers=[{"name": NAME, **nowhere, "route_rules": _rules(spec, services)}],
        header_action={"response_headers_to_adds": _response_headers(spec)} if spec.response_headers else None,
    )


def _not_found(services: Mapping[str, compute.BackendService]) -> dict[str, Any]:
    """Where nothing leads. A URL map has to name a service for it, which is never asked."""
    abort = {"http_status": 404, "percentage": 100}
    service = services[min(services)]
    return {"default_service": service.id, "default_route_action": {"fault_injection_policy": {"abort": abort}}}


def _response_headers(spec: CdnSpec) -> list[dict[str, Any]]:
    return [
        {"header_name": name, "header_value": value, "replace": True} for name, value in spec.response_headers.items()
    ]


def _rules(spec: CdnSpec, services: Mapping[str, compute.BackendService]) -> list[dict[str, Any]]:
    longest_first = sorted(spec.routes.items(), key=lambda item: (-len(item[0]), item[0]))
    rules = [
        rule
        for pattern, route in longest_first
        for rule in (
            *([_without_store_query(pattern)] if isinstance(route.origin, ObjectStore) and not route.query else []),
            _rule(pattern, route, services[pattern]),
        )
    ]
    return [{"priority": number, **rule} for number, rule in enumerate(rules, start=1)]


def _rule(pattern: str, route: Route, service: compute.BackendService) -> dict[str, Any]:
    named = {header.lower() for header in route.headers} | ({"cookie"} if route.cookies else set())
    held_back = [header for header in IDENTITY if header.lower() not in named]
    return {
        "match_rules": [_match(pattern)],
        "service": service.id,
        "header_action": {"request_headers_to_removes": held_back} if held_back else None,
    }


def _without_store_query(pattern: str) -> dict[str, Any]:
    """Sends a request with one of these parameters to the same path without any."""
    return {
        "match_rules": [
            {**_match(pattern), "query_parameter_matches": [{"name": name, "present_match": True}]}
            for name in STORE_QUERY
        ],
        "url_redirect": {"strip_query": True, "redirect_response_code": "FOUND"},
    }


def _match(pattern: str) -> dict[str, str]:
    return {"prefix_match": pattern[:-1]} if pattern.endswith("*") else {"full_path_match": pattern}
