"""Which route a request takes: the URL map of a Cdn on Google Cloud."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from pulumi_gcp import compute

from infra_kit.component import Scope
from infra_kit.components.cdn import CdnSpec, Route
from infra_kit.components.gateway import Gateway
from infra_kit.components.object_store import ObjectStore
from infra_kit.patterns import longest_first
from infra_kit.providers.gcp import cdn_gateways
from infra_kit.providers.gcp.cdn_gateways import Gateways
from infra_kit.providers.gcp.load_balancer import headers, match, not_found

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


def url_map(
    scope: Scope, spec: CdnSpec, services: Mapping[str, compute.BackendService], gateways: Gateways
) -> compute.URLMap:
    """
    Args:
        scope: the Cdn's.
        spec: its spec.
        services: by pattern, of a route to a store or a host.
        gateways: of the others.
    """
    any_of = {**services, **{pattern: found[min(found)] for pattern, found in gateways.items()}}
    nowhere = not_found(any_of[min(any_of)])
    return scope.resource(
        "routes",
        compute.URLMap,
        **nowhere,
        host_rules=[{"hosts": list(spec.domains) or ["*"], "path_matcher": NAME}],
        path_matchers=[{"name": NAME, **nowhere, "route_rules": _rules(spec, services, gateways)}],
        header_action=headers(spec.response_headers),
    )


def _rules(spec: CdnSpec, services: Mapping[str, compute.BackendService], gateways: Gateways) -> list[dict[str, Any]]:
    """Tried in order (https://cloud.google.com/load-balancing/docs/url-map-concepts)."""
    rules = [rule for pattern in longest_first(spec.routes) for rule in _of_route(spec, pattern, services, gateways)]
    return [{"priority": number, **rule} for number, rule in enumerate(rules, start=1)]


def _of_route(
    spec: CdnSpec, pattern: str, services: Mapping[str, compute.BackendService], gateways: Gateways
) -> Iterator[dict[str, Any]]:
    route = spec.routes[pattern]
    held_back = headers(taken_off=_held_back(route))
    if isinstance(route.origin, Gateway):
        for rule in cdn_gateways.rules(pattern, route.origin.spec, gateways[pattern]):
            yield {**rule, "header_action": held_back}
        return
    if isinstance(route.origin, ObjectStore) and not route.sends_query:
        yield _without_store_query(pattern)
    yield {"match_rules": [match(pattern)], "service": services[pattern].id, "header_action": held_back}


def _held_back(route: Route) -> list[str]:
    """What does not reach the origin."""
    claims = route.origin.asked.claim_headers if isinstance(route.origin, Gateway) else []
    named = {header.lower() for header in route.headers} | ({"cookie"} if route.cookies else set())
    unnamed = [] if route.passes_all else [header for header in IDENTITY if header.lower() not in named]
    return [*unnamed, *claims]


def _without_store_query(pattern: str) -> dict[str, Any]:
    """Sends a request with one of these parameters to the same path without any."""
    return {
        "match_rules": [
            {**match(pattern), "query_parameter_matches": [{"name": name, "present_match": True}]}
            for name in STORE_QUERY
        ],
        "url_redirect": {"strip_query": True, "redirect_response_code": "FOUND"},
    }
