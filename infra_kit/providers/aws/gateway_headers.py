"""The headers that a load balancer puts on answers
(https://docs.aws.amazon.com/elasticloadbalancing/latest/application/header-modification.html), and those that what
stands before each instance does (`service_front`)."""

from __future__ import annotations

import re
from collections.abc import Mapping

import pulumi

from infra_kit.component import Scope
from infra_kit.components.gateway import GatewaySpec
from infra_kit.errors import SpecError

INPUTS = {
    header.lower(): f"routing_http_response_{header.lower().replace('-', '_')}_header_value"
    for header in (
        "Strict-Transport-Security", "Content-Security-Policy", "X-Content-Type-Options", "X-Frame-Options",
        "Access-Control-Allow-Origin", "Access-Control-Allow-Methods", "Access-Control-Allow-Headers",
        "Access-Control-Allow-Credentials", "Access-Control-Expose-Headers", "Access-Control-Max-Age",
    )
}  # fmt: skip
"""By header in lower case, the listener's input."""

VALUES = {
    "x-content-type-options": ("nosniff",),
    "x-frame-options": ("DENY", "SAMEORIGIN"),
    "access-control-allow-credentials": ("true",),
}
"""Of the headers that take but some."""


UNWRITABLE = re.compile(r"`|\{[^\"\s]")
"""In a value, what the configuration of `service_front` reads as something else: the end of a text, a placeholder."""


def inputs(spec: GatewaySpec) -> Mapping[str, str]:
    """Those of a listener."""
    return {
        INPUTS[header.lower()]: value for header, value in spec.response_headers.items() if header.lower() in INPUTS
    }


def of_services(spec: GatewaySpec) -> Mapping[str, str]:
    """The others, which what stands before each instance puts on answers."""
    return {header: value for header, value in spec.response_headers.items() if header.lower() not in INPUTS}


def check(scope: Scope, spec: GatewaySpec) -> None:
    """Raises `SpecError`. Of what the load balancer's own answers have not, the plan says so."""
    others = of_services(spec)
    for header, value in spec.response_headers.items():
        allowed = VALUES.get(header.lower())
        if allowed and value not in allowed:
            raise SpecError(
                f"{scope.what}: response_headers: {header}: given {value!r}, AWS takes {' or '.join(allowed)}."
            )
        if header in others and (header.startswith("-") or UNWRITABLE.search(value)):
            raise SpecError(
                f"{scope.what}: response_headers: {header}: given {value!r}; on aws a proxy beside each instance puts "
                "it on answers, and takes no name that begins with '-', and no value with '`' or '{…}' but JSON. Let "
                "the services say it, and leave it out here."
            )
    if others:
        pulumi.log.info(
            f"{scope.what}: response_headers: {', '.join(others)}: a load balancer of AWS does not put this on "
            "answers: those of services have it, its own (no route, no token, refused by waf or limits) have it not. "
            "A Cdn before the gateway puts it on all.",
            scope.parent,
        )
