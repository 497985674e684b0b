"""Rate limits: how many requests one visitor may make."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Annotated

from pydantic import Field

from infra_kit.durations import Duration
from infra_kit.spec import Options
from infra_kit.texts import matching

By = Annotated[
    str,
    matching(
        r"address|user|claim:[A-Za-z0-9_.-]{1,64}",
        "'address', 'user' or 'claim:<name>' is needed, e.g. 'claim:tenant_id'",
    ),
]


class RateLimit(Options):
    """So many requests in so long; what is beyond is answered 429, with `Retry-After`."""

    requests: int = Field(ge=1, le=1_000_000)
    per: Duration = "1m"
    """A window that slides (seeds/000: 5 in 15 min for a login; seeds/001: 10 in 10 s)."""
    by: By = "address"
    """Who is counted: an `address` (of IPv6, a network /64); a `user`, by the token's `sub`; another claim of the
    token, `claim:tenant_id`. Tokens without that claim are counted together."""
    burst: int = Field(default=0, ge=0, le=1_000_000)
    """Requests beyond, that may come in one window and are made up for later: never more than `requests` + `burst` in
    `per`, and no more than `requests` in the long run (seeds/004: 20 for the free plan)."""


def by_address(limits: Iterable[RateLimit]) -> tuple[RateLimit, ...]:
    return tuple(limit for limit in limits if limit.by == "address")


def by_token(limits: Iterable[RateLimit]) -> tuple[RateLimit, ...]:
    """By what a token says: its user, or another claim."""
    return tuple(limit for limit in limits if limit.by != "address")
