"""Tokens, and the key that they are signed with: made once, and kept."""

from __future__ import annotations

import base64
import hashlib
import time
import uuid
from pathlib import Path
from typing import Any, cast

import jwt
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey

from infra_kit.providers.local import home
from infra_kit.providers.local.programs.auth.accounts import Person, Session
from infra_kit.providers.local.programs.auth.wanted import Wanted

ALGORITHM = "RS256"


class Signer:
    def __init__(self, file: Path, wanted: Wanted) -> None:
        self._wanted = wanted
        if not file.exists():
            home.write_private(file, _made(), home.caller())
        self._key = cast(RSAPrivateKey, serialization.load_pem_private_key(file.read_bytes(), None))
        public = self._key.public_key()
        form = serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo
        mark = hashlib.sha256(public.public_bytes(*form)).digest()[:12]
        self._id = base64.urlsafe_b64encode(mark).decode()
        known = jwt.algorithms.RSAAlgorithm.to_jwk(public, as_dict=True)
        self.keys = {"keys": [{**known, "kid": self._id, "use": "sig", "alg": ALGORITHM}]}

    def access(self, person: Person, session: Session, client: str) -> str:
        return self._signed(person, session, client, "access", {"client_id": client, "scope": "openid email"})

    def identity(self, person: Person, session: Session, client: str, nonce: str) -> str:
        said = {"email": person.email, "email_verified": True, **({"nonce": nonce} if nonce else {})}
        return self._signed(person, session, client, "id", said)

    def read(self, token: str) -> dict[str, Any]:
        """An access token of ours. Raises `jwt.InvalidTokenError`."""
        clients, issuer = list(self._wanted.clients), self._wanted.issuer
        found: dict[str, Any] = jwt.decode(
            token,
            self._key.public_key(),
            [ALGORITHM],
            audience=clients,
            issuer=issuer,
        )
        if found.get("token_use") != "access":
            raise jwt.InvalidTokenError("it is no access token")
        return found

    def _signed(self, person: Person, session: Session, client: str, use: str, more: dict[str, Any]) -> str:
        now = int(time.time())
        claims = {
            "iss": self._wanted.issuer,
            "sub": person.sub,
            "aud": client,
            "iat": now,
            "exp": now + self._wanted.access_seconds,
            "auth_time": session.began,
            "jti": str(uuid.uuid4()),
            "token_use": use,
            "groups": list(person.groups),
        }
        return jwt.encode({**claims, **more}, self._key, ALGORITHM, headers={"kid": self._id})


def _made() -> str:
    form = serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    return rsa.generate_private_key(65_537, 2048).private_bytes(*form).decode()
