"""What PostgreSQL keeps of a password (RFC 5803): given to a role, so that the password stands in no log."""

from __future__ import annotations

import base64
import hashlib
import hmac

ITERATIONS = 4096
"""PostgreSQL's own default, scram_iterations."""
SALT_BYTES = 16


def verifier(password: str) -> str:
    """The same one for the same password, so that a plan is empty where nothing has changed.

    Its salt is made of the password too. That is for generated ones alone: they are too long to be guessed, and no two
    are the same, which is all that a salt is for.
    """
    salt = hashlib.sha256(f"infra-kit scram {password}".encode()).digest()[:SALT_BYTES]
    salted = hashlib.pbkdf2_hmac("sha256", password.encode(), salt, ITERATIONS)
    stored = hashlib.sha256(hmac.digest(salted, b"Client Key", "sha256")).digest()
    server = hmac.digest(salted, b"Server Key", "sha256")
    mark, first, second = (base64.b64encode(part).decode() for part in (salt, stored, server))
    return f"SCRAM-SHA-256${ITERATIONS}:{mark}${first}:{second}"
