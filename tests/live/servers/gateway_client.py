"""The gateway's server as its handler wants it, a client of it, and an issuer of tokens."""

from __future__ import annotations

import json
import ssl
import time
from pathlib import Path
from typing import Any

import httpx
import jwt
from cryptography.hazmat.primitives.asymmetric import ec, rsa

from infra_kit._dynamic import Props
from infra_kit.providers.local.box import Box
from infra_kit.providers.local.servers.gateway import HANDLER
from tests.awaiting import until
from tests.live.servers.origin import Origin

NAME = "edge"
AUDIENCE = "shop"


def route(origin: Origin, *, jwt: bool = False, limits: list[Props] | None = None) -> dict[str, Any]:
    return {"host": "127.0.0.1", "port": float(origin.server_port), "jwt": jwt, "limits": limits or []}


def limit(requests: int, per: int, by: str = "address", burst: int = 0) -> dict[str, Any]:
    """Numbers are floats, as the engine hands them to a provider."""
    return {"requests": float(requests), "per": float(per), "by": by, "burst": float(burst)}


def props(home: Path, routes: dict[str, Any], **changes: Any) -> Props:
    defaults: Props = {
        "kind": "local/gateway", "home": str(home), "stack": "test", "name": NAME, "port": None, "retain": False,
        "routes": routes, "limits": [], "jwt": None, "waf": False, "access_logs": False, "max_body_mb": 1.0,
        "response_headers": {}, "domains": [], "fronted": False,
    }  # fmt: skip
    return {**defaults, **changes}


def serve(home: Path, routes: dict[str, Any], **changes: Any) -> httpx.Client:
    _, outs = HANDLER.ensure(props(home, routes, **changes))
    return client(outs)


def client(outs: Props) -> httpx.Client:
    return httpx.Client(base_url=outs["public"]["url"], verify=trusting(outs), timeout=60)


def trusting(outs: Props) -> ssl.SSLContext:
    return ssl.create_default_context(cadata=outs["public"]["ca_certificate"])


def box(home: Path) -> Box:
    return Box(home, "test", NAME)


def logged(home: Path, count: int) -> list[list[str]]:
    """The words of the access log's lines, as soon as there are so many."""

    def lines() -> list[str]:
        return (box(home).path / "access.log").read_text().splitlines()

    until(lambda: len(lines()) >= count)
    return [line.split() for line in lines()]


class Issuer(Origin):
    """Signs tokens, and publishes its keys as long as it is not stopped."""

    def __init__(self) -> None:
        super().__init__()
        self.answers_with = {"Content-Type": "application/json"}
        self.keys: dict[str, Any] = {}
        self.add("rsa-1", rsa.generate_private_key(65537, 2048))
        self.add("ec-1", ec.generate_private_key(ec.SECP256R1()))

    @property
    def name(self) -> str:
        return f"{self.url}/realm"

    def add(self, kid: str, key: Any) -> None:
        self.keys[kid] = key
        self.body = json.dumps({"keys": [_public(kid, key) for kid, key in self.keys.items()]}).encode()

    def settings(self, **claims: str) -> dict[str, Any]:
        """The gateway's, with the headers that carry claims."""
        told = {name.replace("_", "-"): claim for name, claim in claims.items()}
        return {"issuer": self.name, "audience": [AUDIENCE], "jwks_url": f"{self.url}/keys", "claims": told}

    def token(self, kid: str = "rsa-1", *, headers: dict[str, Any] | None = None, **changes: Any) -> dict[str, str]:
        """A request's headers with a token; a claim that is None is left out."""
        claims = {"iss": self.name, "aud": AUDIENCE, "sub": "u1", "exp": int(time.time()) + 60, **changes}
        told = {key: value for key, value in claims.items() if value is not None}
        algorithm = "RS256" if kid.startswith("rsa") else "ES256"
        signed = jwt.encode(told, self.keys[kid], algorithm, {"kid": kid, **(headers or {})})
        return {"Authorization": f"Bearer {signed}"}


def _public(kid: str, key: Any) -> dict[str, Any]:
    algorithm = jwt.algorithms.RSAAlgorithm if kid.startswith("rsa") else jwt.algorithms.ECAlgorithm
    return {**json.loads(algorithm.to_jwk(key.public_key())), "kid": kid, "use": "sig"}
