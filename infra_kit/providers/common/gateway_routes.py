"""A Gateway's spec as `gateway_nginx.py` takes it."""

from __future__ import annotations

from typing import Any

from infra_kit import features
from infra_kit.components.gateway import GatewaySpec
from infra_kit.durations import seconds
from infra_kit.errors import SpecError
from infra_kit.rate_limits import RateLimit
from infra_kit.tokens import Jwt

SUPPORTS = frozenset(
    {
        features.JWT,
        features.JWT_CLAIMS,
        features.WAF,
        features.RATE_LIMITS,
        features.RATE_LIMITS_BY_TOKEN,
        features.RATE_LIMITS_OVER_SERVICES,
        features.RATE_LIMITS_TOGETHER,
    }
)
"""Of what a Gateway may ask, what nginx does with our scripts, wherever it stands."""
NGINX_SAYS = frozenset(
    {"connection", "content-length", "content-type", "date", "keep-alive", "server", "transfer-encoding", "upgrade"}
)
"""Headers of an answer that are nginx's or the service's own."""
MOST_BYTES = 2000
"""Of a header's value: nginx takes no word of more than 4096, in which quotes count twice."""


def check(name: str, spec: GatewaySpec) -> None:
    """Refuses to put on answers what nginx itself must say, or cannot."""
    taken = [header for header in spec.response_headers if header.lower() in NGINX_SAYS]
    if taken:
        raise SpecError(
            f"Gateway {name!r}: response_headers may not have {', '.join(taken)}: the gateway or the service says that "
            "itself. Leave it out."
        )
    long = [header for header, value in spec.response_headers.items() if len(value.encode()) > MOST_BYTES]
    if long:
        raise SpecError(
            f"Gateway {name!r}: response_headers: the value of {', '.join(long)} is too long: at most {MOST_BYTES} "
            "bytes. Let the service say it."
        )


def plain(spec: GatewaySpec) -> dict[str, Any]:
    """All of the spec that nginx is told; hosts and ports of services are Outputs."""
    return {
        "routes": {
            pattern: {
                "host": route.to.host,
                "port": route.to.port,
                "jwt": spec.needs_token(pattern),
                "limits": [_limit(limit) for limit in route.limits],
            }
            for pattern, route in spec.routes.items()
        },
        "limits": [_limit(limit) for limit in spec.limits],
        "jwt": _jwt(spec.jwt) if spec.jwt else None,
        "waf": bool(spec.waf),
        "access_logs": bool(spec.access_logs),
        "max_body_mb": spec.max_body_mb,
        "fronted": not spec.public,
        "response_headers": dict(spec.response_headers),
    }


def _jwt(jwt: Jwt) -> dict[str, Any]:
    return {
        "issuer": jwt.issuer,
        "audience": list(jwt.audience),
        "jwks_url": jwt.keys_url,
        "claims": dict(jwt.claims),
    }


def _limit(limit: RateLimit) -> dict[str, Any]:
    return {"requests": limit.requests, "per": seconds(limit.per), "by": limit.by, "burst": limit.burst}
