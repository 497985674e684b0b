"""A server of MongoDB's protocol, with the collections of its database."""

from __future__ import annotations

import dataclasses
import json
import sys
from typing import Any
from urllib.parse import quote

from pymongo import MongoClient
from pymongo.errors import ConnectionFailure, OperationFailure

from infra_kit._dynamic import Props
from infra_kit.errors import ServerError
from infra_kit.providers.common import documents, documents_setup
from infra_kit.providers.local import credentials, home, ports
from infra_kit.providers.local.box import Box, Record
from infra_kit.providers.local.ports import LOOPBACK
from infra_kit.providers.local.server import Command, Server, box_of
from infra_kit.providers.local.servers.supervised import PROGRAMS

NO_ANSWER = (ConnectionFailure, OperationFailure)
"""Not there, or not the server that knows our password."""
LEAST_CACHE_MB = 64


class DocumentStoreServer(Server):
    KIND = "local/document_store"
    SECRETS = ("admin", "password")

    def box(self, props: Props) -> Box:
        """It runs in our own Python, whose packages the servers' user may not be able to read: as whoever runs `up`."""
        return dataclasses.replace(box_of(props), user=home.caller())

    def prepare(self, box: Box, record: Record, props: Props) -> Command:
        told = {
            "port": record.ports[0],
            "user": documents.ADMIN,
            "password": record.secrets["admin"],
            # As much as MongoDB takes of a machine (https://www.mongodb.com/docs/manual/core/wiredtiger/#memory-use).
            "cache_mb": max(LEAST_CACHE_MB, int(props["memory_gb"] * 512)),
        }
        box.write("documents.json", json.dumps(told, indent=1))
        return Command([sys.executable, "-P", "-m", "documents", str(box.path)], {"PYTHONPATH": str(PROGRAMS)})

    def is_ready(self, box: Box, record: Record) -> bool:  # noqa: ARG002
        return ports.answers(record.ports[0]) and lets_in(record, documents.ADMIN, record.secrets["admin"])

    def settle(self, box: Box, record: Record, props: Props) -> None:
        with connect(record) as client:
            users, database = client[documents.USERS_IN], props["database"]
            password = record.secrets["password"]
            documents_setup.settle_user(users, documents.APP, password, documents.roles("owner", database))
            for it in credentials.kept(box):
                documents_setup.settle_user(users, it.user, it.password, it.rights["roles"])
            try:
                documents_setup.settle(client[database], props["collections"])
            except OperationFailure as refused:
                raise ServerError(
                    f"{box.name}: its collections cannot be as they are asked for: {_words(refused)}. Where an index "
                    "of the same fields is there with other options, or documents are in the way of a unique one, drop "
                    "that index or mend those documents, and run `infra-kit up` again. Nothing was deleted."
                ) from None

    def outputs(self, box: Box, record: Record, props: Props) -> tuple[dict[str, Any], dict[str, Any]]:  # noqa: ARG002
        port, password = record.ports[0], record.secrets["password"]
        public = {"host": LOOPBACK, "port": port, "database": props["database"], "username": documents.APP}
        login = f"{documents.APP}:{quote(password, safe='')}"
        url = f"mongodb://{login}@{LOOPBACK}:{port}/{props['database']}?{documents.QUERY}"
        return public, {"password": password, "url": url}


def connect(record: Record, user: str = documents.ADMIN, password: str | None = None) -> MongoClient[dict[str, Any]]:
    """A session of the administrator, which only the provider uses, or of whom is named with a password."""
    return MongoClient(
        LOOPBACK,
        record.ports[0],
        username=user,
        password=password or record.secrets["admin"],
        authSource=documents.USERS_IN,
        directConnection=True,
        serverSelectionTimeoutMS=2000,
        connectTimeoutMS=2000,
        socketTimeoutMS=30_000,
    )


def lets_in(record: Record, user: str, password: str) -> bool:
    try:
        with connect(record, user, password) as client:
            return bool(client[documents.USERS_IN].command("connectionStatus")["ok"])
    except NO_ANSWER:
        return False


def _words(refused: OperationFailure) -> str:
    return str((refused.details or {}).get("errmsg", refused)).rstrip(".")


HANDLER = DocumentStoreServer()
