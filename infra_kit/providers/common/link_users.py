"""What the users are called that links make in servers."""

from __future__ import annotations

from hashlib import sha256

from infra_kit.links import Link


def user_name(component: str, link: Link) -> str:
    """`api__db`: no other component or link has the same, and all servers take it (PostgreSQL at most 63 characters,
    and none that begins with `pg_`)."""
    whole = f"{component}__{link.name}".replace("-", "_").lower()
    legal = f"_{whole}" if whole.startswith("pg_") else whole
    return legal if len(legal) <= 63 else f"{legal[:54]}_{sha256(legal.encode()).hexdigest()[:8]}"
