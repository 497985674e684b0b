"""What PostgreSQL keeps of a password."""

from __future__ import annotations

import base64
import hashlib
import hmac

from infra_kit.providers.common.scram import verifier


def test_a_client_that_knows_the_password_is_known_by_it() -> None:
    """As the server checks it (RFC 5802, 3): what the client's proof opens must hash to what is stored."""
    mechanism, rest = verifier("s3cret").split("$", 1)
    (iterations, salt), (stored, _) = (part.split(":") for part in rest.split("$"))
    salted = hashlib.pbkdf2_hmac("sha256", b"s3cret", base64.b64decode(salt), int(iterations))

    assert mechanism == "SCRAM-SHA-256"
    assert hashlib.sha256(hmac.digest(salted, b"Client Key", "sha256")).digest() == base64.b64decode(stored)


def test_the_same_password_changes_nothing_and_another_one_everything() -> None:
    assert verifier("one") == verifier("one")
    assert verifier("one").split("$")[1] != verifier("two").split("$")[1]


def test_the_password_cannot_be_read_in_it() -> None:
    assert "s3cret" not in verifier("s3cret")
