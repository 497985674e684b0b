"""Brings the collections and users of a server of MongoDB's protocol to what is asked of them, any number of times. It
deletes no document, no collection, and no index but that by which documents expire.

No client is imported here: who calls has one, on this machine or in a function that runs in a cloud.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

TTL = "infra_kit_ttl"
"""The name of the index by which documents expire."""


def settle(database: Any, collections: Mapping[str, Mapping[str, Any]]) -> None:
    """Makes what is missing in a database.

    Args:
        database: of a client of pymongo.
        collections: by name, as `documents.collections` writes them.
    """
    there = set(database.list_collection_names())
    for name, wanted in collections.items():
        if name not in there:
            database.create_collection(name)
        for index in wanted["indexes"]:
            unique = {"unique": True} if index["unique"] else {}
            database[name].create_index([(field, int(order)) for field, order in index["keys"]], **unique)
        _expire(database, name, wanted["ttl"])


def _expire(database: Any, name: str, ttl: Mapping[str, Any] | None) -> None:
    there = database[name].index_information().get(TTL)
    keys = [(ttl["field"], 1)] if ttl else None
    if there and keys != [(field, int(order)) for field, order in there["key"]]:
        database[name].drop_index(TTL)
        there = None
    if ttl and not there:
        database[name].create_index(keys, name=TTL, expireAfterSeconds=int(ttl["seconds"]))
    elif ttl and there and int(there["expireAfterSeconds"]) != int(ttl["seconds"]):
        database.command("collMod", name, index={"name": TTL, "expireAfterSeconds": int(ttl["seconds"])})


def settle_user(users: Any, name: str, password: str, roles: Sequence[Mapping[str, str]]) -> None:
    """Lets a user in with just these roles; what it had beyond them is gone.

    Args:
        users: the database that keeps users.
        name, password: the user's.
        roles: as `documents.roles` writes them.
    """
    had, wanted = roles_of(users, name), [dict(role) for role in roles]
    if had is None:
        users.command("createUser", name, pwd=password, roles=wanted)
        return
    # Not together: DocumentDB's `updateUser` takes no roles.
    users.command("updateUser", name, pwd=password)
    if more := [role for role in wanted if role not in had]:
        users.command("grantRolesToUser", name, roles=more)
    if beyond := [role for role in had if role not in wanted]:
        users.command("revokeRolesFromUser", name, roles=beyond)


def roles_of(users: Any, name: str) -> list[dict[str, str]] | None:
    """None where there is no such user."""
    found = users.command("usersInfo", name)["users"]
    return [{"role": it["role"], "db": it["db"]} for it in found[0]["roles"]] if found else None
