"""Tokens: who signs those that requests carry, and what services learn of them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Annotated

from pydantic import AfterValidator, ConfigDict, Field

from infra_kit.spec import Items, Options
from infra_kit.texts import Header
from infra_kit.workloads import Text, Value

SAID_BY_GATEWAY = frozenset(
    {"authorization", "connection", "content-length", "content-type", "cookie", "forwarded", "host", "te"}
    | {"transfer-encoding", "upgrade", "via", "x-infra-kit-cdn", "x-real-ip"}
)
"""With `x-forwarded-…`, request headers that can carry no claim: they have a meaning already."""


def _claims(claims: Mapping[str, str]) -> Mapping[str, str]:
    names = [header.lower() for header in claims]
    taken = [name for name in names if name in SAID_BY_GATEWAY or name.startswith("x-forwarded-")]
    if taken:
        raise ValueError(f"{taken[0]} is a header with a meaning of its own; take another, e.g. 'X-Tenant'")
    if len(set(names)) < len(names):
        raise ValueError("each header stands once, in capitals or not")
    return claims


def _issuer(given: Value) -> Value:
    if isinstance(given, str) and not re.fullmatch(r"https?://[A-Za-z0-9.-]+(:\d+)?(/[A-Za-z0-9._~/-]*)?", given):
        raise ValueError("a URL without a query is needed, e.g. 'https://auth.example.com'")
    return given


def _url(given: Value) -> Value:
    if isinstance(given, str) and not re.fullmatch(r"https?://\S+", given):
        raise ValueError("a URL is needed, e.g. 'https://auth.example.com/keys.json'")
    return given


def _keys_of(issuer: str) -> str:
    return f"{issuer.rstrip('/')}/.well-known/jwks.json"


class Jwt(Options):
    """Tokens that requests must carry: `Authorization: Bearer …`, signed by the issuer (RS256 or ES256)."""

    model_config = ConfigDict(arbitrary_types_allowed=True)

    issuer: Annotated[Text, AfterValidator(_issuer)]
    """The token's `iss`, e.g. `https://auth.example.com`. One of this program says it itself: `Auth.jwt`."""
    audience: Items[Text] = Field(min_length=1)
    """The token's `aud` is one of these."""
    jwks_url: Annotated[Text, AfterValidator(_url)] | None = None
    """Where its public keys are. Default: `<issuer>/.well-known/jwks.json`."""
    claims: Annotated[Mapping[Header, str], AfterValidator(_claims)] = Field(default_factory=dict)
    """Claims that services get as headers, e.g. `{"X-Tenant": "tenant_id"}`: a text as it is, all else as JSON. A
    visitor's own headers of these names never get through, on no route."""

    @property
    def keys_url(self) -> Value:
        """Where the issuer's public keys are."""
        if self.jwks_url is not None:
            return self.jwks_url
        return _keys_of(self.issuer) if isinstance(self.issuer, str) else self.issuer.apply(_keys_of)
