"""The address that checks from outside ask for, taken apart."""

from __future__ import annotations

from dataclasses import dataclass

import pulumi

from infra_kit.component import Scope
from infra_kit.errors import SpecError

PORTS = {"https": 443, "http": 80}


@dataclass(frozen=True)
class Address:
    """Of a URL that may be known later."""

    secure: pulumi.Output[bool]
    host: pulumi.Output[str]
    port: pulumi.Output[int]
    path: pulumi.Output[str]
    """Without its last `/`."""


def address(scope: Scope, url: pulumi.Input[str]) -> Address:
    """Raises `SpecError`, at once where the URL is known."""
    if isinstance(url, str):
        _parts(scope, url)
    parts = pulumi.Output.from_input(url).apply(lambda text: _parts(scope, text))
    return Address(
        secure=parts.apply(lambda it: it[0]),
        host=parts.apply(lambda it: it[1]),
        port=parts.apply(lambda it: it[2]),
        path=parts.apply(lambda it: it[3]),
    )


def _parts(scope: Scope, url: str) -> tuple[bool, str, int, str]:
    scheme, _, rest = url.partition("://")
    place, _, path = rest.partition("/")
    host, _, port = place.partition(":")
    if scheme not in PORTS or not host or "@" in place or not (port.isdigit() or not port):
        raise SpecError(f"{scope.what}: url: given {url!r}; e.g. 'https://www.example.com' is needed.")
    return scheme == "https", host, int(port or PORTS[scheme]), f"/{path}".rstrip("/")
