"""The admin's password: of what is kept of it nobody gets it back (argon2id, RFC 9106)."""

from __future__ import annotations

import hashlib

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from argon2.low_level import Type, hash_secret

ROUNDS, MEMORY_KIB, LANES = 3, 65_536, 1
"""RFC 9106, the second recommended choice, in one thread: 64 MiB and about 0.1 s a guess."""
_HASHER = PasswordHasher(time_cost=ROUNDS, memory_cost=MEMORY_KIB, parallelism=LANES)


def hashed(password: str, salt: str) -> str:
    """What the server is told: the same for the same two, so that a plan is empty where nothing has changed.

    Args:
        password: the admin's.
        salt: random, of this panel alone.
    """
    mark = hashlib.sha256(salt.encode()).digest()[:16]
    return hash_secret(
        password.encode(), mark, time_cost=ROUNDS, memory_cost=MEMORY_KIB, parallelism=LANES, hash_len=32, type=Type.ID
    ).decode()


def is_right(password: str, known: str) -> bool:
    try:
        return _HASHER.verify(known, password)
    except (VerificationError, InvalidHashError):
        return False
