"""A user of a link in a server of MongoDB's protocol."""

from __future__ import annotations

from typing import Any

from pymongo import MongoClient

from infra_kit.providers.common import documents, documents_setup
from infra_kit.providers.local import ports
from infra_kit.providers.local.box import Box
from infra_kit.providers.local.credentials import Credential
from infra_kit.providers.local.server_user import ServerUser
from infra_kit.providers.local.servers.document_store import connect, lets_in


class DocumentStoreUser(ServerUser):
    KIND = "local/document_store_user"
    SERVER = "local/document_store"

    def settle(self, box: Box, credential: Credential) -> None:
        wanted = credential.rights["roles"]
        with connect(box.record) as client:
            users = client[documents.USERS_IN]
            had = documents_setup.roles_of(users, credential.user)
            documents_setup.settle_user(users, credential.user, credential.password, wanted)
            if had not in (None, wanted):
                _end_sessions(client, credential.user)

    def revoke(self, box: Box, user: str) -> None:
        with connect(box.record) as client:
            users = client[documents.USERS_IN]
            if documents_setup.roles_of(users, user) is not None:
                users.command("dropUser", user)
            _end_sessions(client, user)

    def lets_in(self, box: Box, credential: Credential) -> bool:
        record = box.record
        return ports.answers(record.ports[0]) and lets_in(record, credential.user, credential.password)


def _end_sessions(client: MongoClient[dict[str, Any]], user: str) -> None:
    """MongoDB takes a dropped user's rights away at once; this server goes by those that a connection began with."""
    admin = client[documents.USERS_IN]
    for operation in admin.command("currentOp", {"$all": True})["inprog"]:
        if any(each["user"] == user for each in operation.get("effectiveUsers", ())):
            admin.command("killOp", op=operation["opid"])


HANDLER = DocumentStoreUser()
