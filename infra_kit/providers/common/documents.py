"""What a server of MongoDB's protocol is set up with, the same on every target."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from infra_kit.components.document_store import DocumentStoreSpec
from infra_kit.document_collections import Collection
from infra_kit.durations import seconds

ADMIN = "infra_kit"
"""Only the provider knows its password."""
APP = "app"
"""The user of the endpoint."""
PORT = 27017
USERS_IN = "admin"
"""The database that keeps all users: DocumentDB knows no other
(https://docs.aws.amazon.com/documentdb/latest/developerguide/security.managing-users.html)."""

QUERY = f"authSource={USERS_IN}&directConnection=true"
"""Of the URL of one server: its own name of itself, by which a driver would look for others of its set, need not be one
that leads there."""

ROLES = {
    "read": ("read",),
    "readwrite": ("readWrite",),
    "owner": ("readWrite", "dbAdmin"),
}
"""By what a user may do, its roles in the one database
(https://www.mongodb.com/docs/manual/reference/built-in-roles/). `owner` is the endpoint's."""


def roles(access: str, database: str) -> list[dict[str, str]]:
    """As `createUser` takes them."""
    return [{"role": role, "db": database} for role in ROLES[access]]


def collections(spec: DocumentStoreSpec) -> dict[str, dict[str, Any]]:
    """The collections as plain values, by name: see `documents_setup.settle`, which reads them."""
    return {name: _collection(it) for name, it in spec.collections.items()}


def _collection(asked: Collection) -> dict[str, Any]:
    ttl = asked.ttl
    return {
        "indexes": [{"keys": _keys(index.fields), "unique": index.unique} for index in asked.indexes],
        "ttl": {"field": ttl.field, "seconds": seconds(ttl.after) if ttl.after else 0} if ttl else None,
    }


def _keys(fields: Sequence[str]) -> list[list[Any]]:
    return [[field.removeprefix("-"), -1 if field.startswith("-") else 1] for field in fields]
