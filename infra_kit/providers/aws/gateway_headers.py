"""The headers that a load balancer puts on answers
(https://docs.aws.amazon.com/elasticloadbalancing/latest/application/header-modification.html)."""

from __future__ import annotations

from collections.abc import Mapping

import pulumi

from infra_kit.component import Scope
from infra_kit.components.gateway import SECURITY_HEADERS, GatewaySpec
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


def inputs(spec: GatewaySpec) -> Mapping[str, str]:
    """Those of a listener."""
    return {
        INPUTS[header.lower()]: value for header, value in spec.response_headers.items() if header.lower() in INPUTS
    }


def check(scope: Scope, spec: GatewaySpec) -> None:
    """Refuses headers that a load balancer does not put on answers; of the default ones, the plan says so."""
    for header, value in spec.response_headers.items():
        allowed = VALUES.get(header.lower())
        if allowed and value not in allowed:
            raise SpecError(
                f"{scope.what}: response_headers: {header}: given {value!r}, AWS takes {' or '.join(allowed)}."
            )
    unknown = [header for header in spec.response_headers if header.lower() not in INPUTS]
    if not unknown:
        return
    said = (
        f"{scope.what}: response_headers: {', '.join(unknown)}: a load balancer of AWS does not put this on answers. "
        "Let the services say it, or a Cdn before the gateway"
    )
    if spec.response_headers != SECURITY_HEADERS:
        raise SpecError(f"{said}, and leave it out here.")
    pulumi.log.info(f"{said}.", scope.parent)
