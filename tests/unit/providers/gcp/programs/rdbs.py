"""Dumps of a Redis, as its servers write them."""

from __future__ import annotations

from infra_kit.providers.gcp.programs import rdb


def dump(said: int | None = None, **keys: str) -> bytes:
    """Of these keys; `said`: how many it says there are."""
    count = len(keys) if said is None else said
    held = b"".join(b"\x00" + _string(name) + _string(value) for name, value in keys.items())
    return whole(b"REDIS0011\xfa" + _string("redis-ver") + _string("7.2.4") + b"\xfe\x00\xfb%c\x00" % count + held)


def _string(text: str) -> bytes:
    return b"%c%s" % (len(text), text.encode())


def whole(body: bytes) -> bytes:
    """With its end and its checksum."""
    total = 0
    for byte in body + b"\xff":
        total = rdb.TABLE[(total ^ byte) & 0xFF] ^ (total >> 8)
    return body + b"\xff" + total.to_bytes(8, "little")
