"""What Cloud CDN and its load balancer cannot do is refused before anything is made."""

from __future__ import annotations

import ipaddress
import re
from urllib.parse import urlsplit

import pulumi

from infra_kit.component import Scope
from infra_kit.components.cdn import NO_CACHE, CdnSpec, Route
from infra_kit.components.object_store import ObjectStore
from infra_kit.durations import seconds
from infra_kit.errors import SpecError

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

# https://cloud.google.com/load-balancing/docs/https/custom-headers#limitations
NEVER_ANSWERED = frozenset(
    {
        "authority", "cdn-loop", "connection", "content-length", "host", "keep-alive", "te", "trailer",
        "transfer-encoding", "upgrade", "x-user-ip",
    }
)  # fmt: skip
NEVER_ANSWERED_PREFIXES = ("x-amz-", "x-gfe-", "x-goog-", "x-google")


def check(scope: Scope, spec: CdnSpec) -> None:
    _check_domains(scope, spec)
    _check_response_headers(scope.name, spec)
    for pattern, route in spec.routes.items():
        where = f"Cdn {scope.name!r}: routes: {pattern}"
        _check_pattern(where, pattern)
        _check_origin(where, route)
        _check_ttl(where, route)
        _check_keys(where, route)


def say_what_google_does(scope: Scope, spec: CdnSpec) -> None:
    """Says what holds only in part (see `cdn_backends`), and harms nobody: nothing is kept that should not be."""
    queries = [pattern for pattern, route in spec.routes.items() if not route.query]
    if queries:
        pulumi.log.warn(
            f"Cdn {scope.name!r}: routes: {', '.join(queries)}: query=False: Google sends a query string to the origin "
            "all the same, and keeps an answer for each. Say query=True where that is meant.",
            scope.parent,
        )
    hosts = [it for it, route in spec.routes.items() if route.ttl != NO_CACHE and isinstance(route.origin, str)]
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


def _check_domains(scope: Scope, spec: CdnSpec) -> None:
    if not spec.domains and scope.defaults.protect:
        raise SpecError(
            f"Cdn {scope.name!r}: domains: none given; in {scope.environment}, a Cdn on gcp needs one: a load balancer "
            "has an address alone, no certificate can be had for that, and it would answer without encryption. Say "
            "domains=['www.example.com']."
        )
    wild = [domain for domain in spec.domains if domain.startswith("*")]
    if wild:
        raise SpecError(
            f"Cdn {scope.name!r}: domains: given {', '.join(wild)}; Google proves a domain by what its load balancer "
            "answers on it, which a wildcard has not. Name each host, e.g. 'www.example.com'."
        )


def _check_response_headers(name: str, spec: CdnSpec) -> None:
    for header, value in spec.response_headers.items():
        if header.lower() in NEVER_ANSWERED or header.lower().startswith(NEVER_ANSWERED_PREFIXES):
            raise SpecError(
                f"Cdn {name!r}: response_headers: given {header}, which Google's load balancer keeps for itself. Leave "
                "it out."
            )
        if "{" in value or "}" in value:
            raise SpecError(
                f"Cdn {name!r}: response_headers: {header}: given {value!r}; braces enclose the variables of Google's "
                "load balancer. Write the value without them, or let the origin say it."
            )


def _check_pattern(where: str, pattern: str) -> None:
    if "*" in pattern[:-1] or "?" in pattern:
        raise SpecError(
            f"{where}: Google's load balancer knows a path, or what paths begin with: '*' stands at the end alone and "
            f"'?' nowhere. Route what goes there by a folder, e.g. {re.split(r'[*?]', pattern)[0]}*."
        )


def _check_origin(where: str, route: Route) -> None:
    if isinstance(route.origin, ObjectStore):
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
        if isinstance(route.origin, ObjectStore):
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
