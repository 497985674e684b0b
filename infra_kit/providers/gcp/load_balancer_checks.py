"""What a global load balancer cannot do, for a Cdn or a Gateway, is refused before anything is made."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from infra_kit import features
from infra_kit.component import Scope
from infra_kit.components.domain import Domain, nearest
from infra_kit.errors import SpecError
from infra_kit.features import Feature

# https://cloud.google.com/load-balancing/docs/https/custom-headers#limitations
NEVER_ANSWERED = frozenset(
    {
        "authority", "cdn-loop", "connection", "content-length", "host", "keep-alive", "te", "trailer",
        "transfer-encoding", "upgrade", "x-user-ip",
    }
)  # fmt: skip
NEVER_ANSWERED_PREFIXES = ("x-amz-", "x-gfe-", "x-goog-", "x-google")


NO_WILDCARDS = (
    "Google proves a domain by what its load balancer answers on it, which a wildcard has not, or by a record in its "
    "zone; name each host, e.g. 'www.example.com', or say zones=[Domain(…)] with the zone that it is in"
)


def unproved(domains: Sequence[str], zones: Sequence[Domain]) -> frozenset[Feature]:
    """Wildcards, where one is in no zone that could prove it."""
    ours = [zone.spec.domain for zone in zones]
    wild = [domain for domain in domains if domain.startswith("*") and not nearest(domain, ours)]
    return frozenset({features.WILDCARD_DOMAINS}) if wild else frozenset()


def check(scope: Scope, domains: Sequence[str], response_headers: Mapping[str, str]) -> None:
    """Raises `SpecError`."""
    _check_domains(scope, domains)
    _check_response_headers(scope, response_headers)


def _check_domains(scope: Scope, domains: Sequence[str]) -> None:
    if not domains and scope.defaults.protect:
        raise SpecError(
            f"{scope.what}: domains: none given; in {scope.environment}, on gcp it needs one: a load balancer "
            "has an address alone, no certificate can be had for that, and it would answer without encryption. Say "
            "domains=['www.example.com']."
        )


def _check_response_headers(scope: Scope, headers: Mapping[str, str]) -> None:
    for header, value in headers.items():
        if header.lower() in NEVER_ANSWERED or header.lower().startswith(NEVER_ANSWERED_PREFIXES):
            raise SpecError(
                f"{scope.what}: response_headers: given {header}, which Google's load balancer keeps for itself. Leave "
                "it out."
            )
        if "{" in value or "}" in value:
            raise SpecError(
                f"{scope.what}: response_headers: {header}: given {value!r}; braces enclose the variables of Google's "
                "load balancer. Write the value without them, or let the origin say it."
            )


def check_pattern(where: str, pattern: str) -> None:
    """Of what knows no more than a path and a prefix."""
    if "*" in pattern[:-1] or "?" in pattern:
        raise SpecError(
            f"{where}: Google's load balancer knows a path, or what paths begin with: '*' stands at the end alone and "
            f"'?' nowhere. Route what goes there by a folder, e.g. {re.split(r'[*?]', pattern)[0]}*."
        )
