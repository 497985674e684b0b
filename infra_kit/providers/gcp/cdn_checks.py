"""What Cloud CDN and its load balancer cannot do is refused before anything is made."""

from __future__ import annotations

import ipaddress
from urllib.parse import urlsplit

import pulumi

from infra_kit.component import Scope
from infra_kit.components.cdn import NO_CACHE, CdnSpec, Route
from infra_kit.components.object_store import ObjectStore
from infra_kit.durations import seconds
from infra_kit.errors import SpecError
from infra_kit.providers.gcp import load_balancer_checks

MAX_TTL = 31_622_400
"""Seconds: 366 days (https://cloud.google.com/cdn/docs/using-ttl-overrides)."""
MAX_KEYS = 5
"""Headers, and as many cookies, in a cache key (https://cloud.google.com/cdn/docs/caching#cache-keys)."""

# https://cloud.google.com/cdn/docs/caching#cache-keys
NEVER_KEYS = frozenset(
    {
        "accept", "accept-encoding", "authority", "authorization", "cdn-loop", "connection", "content-md5",
        "content-type", "cookie", "date", "forwarded", "from", "host", "if-match", "if-modified-since",
        "if-none-match", "origin", "proxy-authorization", "range", "referer", "user-agent", "want-digest",
        "x-csrftoken", "x-csrf-token", "x-forwarded-for",
    }
)  # fmt: skip
NEVER_KEY_PREFIXES = ("access-control-", "sec-fetch-", "x-amz-", "x-gfe-", "x-goog-", "x-google-")

OURS = frozenset({"host", "x-infra-kit-cdn"})
"""What the Cdn itself says to an origin."""


def check(scope: Scope, spec: CdnSpec) -> None:
    load_balancer_checks.check(scope, spec.domains, spec.response_headers)
    for pattern, route in spec.routes.items():
        where = f"Cdn {scope.name!r}: routes: {pattern}"
        load_balancer_checks.check_pattern(where, pattern)
        _check_origin(where, route)
        _check_ttl(where, route)
        _check_keys(where, route)


def say_what_google_does(scope: Scope, spec: CdnSpec) -> None:
    """Says what holds only in part (see `cdn_backends`), and harms nobody: nothing is kept that should not be."""
    queries = [pattern for pattern, route in spec.routes.items() if not route.sends_query]
    if queries:
        pulumi.log.warn(
            f"Cdn {scope.name!r}: routes: {', '.join(queries)}: query: Google sends a query string to the origin "
            "whatever is asked, and keeps an answer for each. Say query=True where that is meant.",
            scope.parent,
        )
    hosts = [it for it, route in spec.routes.items() if route.ttl != NO_CACHE and not _is_store(route)]
    if hosts:
        pulumi.log.info(
            f"Cdn {scope.name!r}: routes: {', '.join(hosts)}: ttl: of what has no Cache-Control, Google keeps what is "
            "static by its type, never HTML or JSON. Let the origin say Cache-Control there.",
            scope.parent,
        )
    passed_on = [pattern for pattern, route in spec.routes.items() if route.ttl == NO_CACHE]
    if spec.compression and passed_on:
        pulumi.log.info(
            f"Cdn {scope.name!r}: routes: {', '.join(passed_on)}: compression: Google compresses what it may keep, and "
            "this comes as the origin sends it. Let the origin compress it.",
            scope.parent,
        )


def _is_store(route: Route) -> bool:
    return isinstance(route.origin, ObjectStore)


def _check_origin(where: str, route: Route) -> None:
    if not isinstance(route.origin, str):
        return
    origin = urlsplit(route.origin)
    fixed = address(origin.hostname or "")
    if fixed and not fixed.is_global:
        raise SpecError(
            f"{where}: origin: given {route.origin}; a Cdn on gcp reaches its origins by the internet, and this "
            "address is not there. Give one that is."
        )
    if fixed and origin.scheme == "https":
        raise SpecError(
            f"{where}: origin: given {route.origin}; a certificate is checked against a name. Give the host's name, "
            "e.g. 'https://api.example.com'."
        )


def _check_ttl(where: str, route: Route) -> None:
    if route.ttl == NO_CACHE:
        if _is_store(route):
            raise SpecError(
                f"{where}: ttl: given {NO_CACHE!r}; Cloud CDN signs its requests to a private bucket where it keeps "
                "the answers. Say ttl='1s', or let clients read the store themselves."
            )
    elif seconds(route.ttl) > MAX_TTL:
        raise SpecError(f"{where}: ttl: given {route.ttl}, Cloud CDN keeps an answer for at most '366d'.")


def _check_keys(where: str, route: Route) -> None:
    taken = [header for header in route.headers if header.lower() in OURS]
    if taken:
        raise SpecError(f"{where}: headers: given {', '.join(taken)}, which the Cdn says itself. Leave it out.")
    if route.ttl == NO_CACHE:
        return
    never = [header for header in route.headers if _never_a_key(header)]
    if never:
        raise SpecError(
            f"{where}: headers: given {', '.join(never)}, by which Cloud CDN cannot tell answers apart. Leave it out, "
            f"or say ttl={NO_CACHE!r}: then it reaches the origin and nothing is kept."
        )
    for what, names in (("headers", route.headers), ("cookies", route.cookies)):
        if len(names) > MAX_KEYS:
            raise SpecError(
                f"{where}: {what}: given {len(names)}, Cloud CDN tells answers apart by at most {MAX_KEYS}. Drop some, "
                f"or say ttl={NO_CACHE!r}."
            )


def _never_a_key(header: str) -> bool:
    return header.lower() in NEVER_KEYS or header.lower().startswith(NEVER_KEY_PREFIXES)


def address(host: str) -> ipaddress.IPv4Address | None:
    """The address that stands for a host, None where it is a name."""
    try:
        return ipaddress.IPv4Address(host)
    except ValueError:
        return None
