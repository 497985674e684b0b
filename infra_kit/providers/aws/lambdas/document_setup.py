"""A Lambda function: makes the users, collections and indexes that a DocumentDB cluster is to have.

It can be run any number of times: it makes what is missing, sets passwords and rights, and deletes no document, no
collection, and no index but that by which documents expire. It reaches nothing but the cluster; all that it needs comes
with the event.

Event:
    host, port: the cluster.
    master: the JSON of its master user's secret, `{"username": …, "password": …}`.
    database: the one database.
    collections: as `documents_setup.settle` takes them.
    users: each `name`, `password`, `roles`. Those of links that are not among them any more are let in no more.
    links: what the names of links' users begin with.

Returns the PEM certificates of the authorities that sign the servers of this region.
"""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from pymongo import MongoClient
from pymongo.errors import OperationFailure

from infra_kit.providers.common import documents_setup
from infra_kit.providers.common.authorities import of_region

BUNDLE = Path(__file__).with_name("authorities.pem")
"""The authorities of RDS in all regions."""


class SetupError(Exception):
    """What could not be made, and what to do about it."""


def handler(event: Mapping[str, Any], context: object) -> str:  # noqa: ARG001  Lambda gives both
    settle(event, tls=True, tlsCAFile=str(BUNDLE))
    return of_region(BUNDLE.read_text(), os.environ["AWS_REGION"])


def settle(event: Mapping[str, Any], **how: Any) -> None:
    """Makes what is missing. `how` it is reached is said beside the event."""
    master = json.loads(event["master"])
    client: MongoClient[dict[str, Any]] = MongoClient(
        event["host"],
        int(event["port"]),
        username=master["username"],
        password=master["password"],
        retryWrites=False,
        directConnection=True,
        **how,
    )
    with client:
        _users(client["admin"], event)
        try:
            documents_setup.settle(client[event["database"]], event["collections"])
        except OperationFailure as refused:
            raise SetupError(
                f"the collections cannot be as they are asked for: {(refused.details or {}).get('errmsg', refused)}. "
                "Where an index of the same fields is there with other options, or documents are in the way of a "
                "unique one, drop that index or mend those documents, and run `infra-kit up` again. Nothing was "
                "deleted."
            ) from None


def _users(users: Any, event: Mapping[str, Any]) -> None:
    for user in event["users"]:
        documents_setup.settle_user(users, user["name"], user["password"], user["roles"])
    wanted = {user["name"] for user in event["users"]}
    for there in users.command("usersInfo", 1)["users"]:
        if there["user"].startswith(event["links"]) and there["user"] not in wanted:
            users.command("dropUser", there["user"])
