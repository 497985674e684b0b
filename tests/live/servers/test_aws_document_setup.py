"""The function that sets a DocumentDB cluster up, against a server of the same protocol: SecantusDB, without TLS."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from pymongo import MongoClient
from pymongo.errors import OperationFailure

from infra_kit._dynamic import Props
from infra_kit.providers.aws.lambdas import document_setup
from infra_kit.providers.common import documents
from infra_kit.providers.local.server import box_of
from infra_kit.providers.local.servers.document_store import HANDLER

FIRST = "first"
UNIQUE = {"indexes": [{"keys": [["message_id", 1]], "unique": True}], "ttl": {"field": "expires_at", "seconds": 60}}


@pytest.fixture(scope="module")
def server(shared_home_dir: Path) -> Props:
    props = {
        "kind": "local/document_store", "home": str(shared_home_dir), "stack": "test", "name": "docs", "retain": False,
        "memory_gb": 0.5, "database": "other", "collections": {},
    }  # fmt: skip
    HANDLER.ensure(props)
    return props


def user(name: str, access: str, secret: str = FIRST) -> dict[str, Any]:
    return {"name": name, "password": secret, "roles": documents.roles(access, "app")}


def settle(server: Props, users: list[dict[str, Any]], **collections: Any) -> None:
    record = box_of(server).record
    event = {
        "host": "127.0.0.1",
        "port": record.ports[0],
        "master": json.dumps({"username": documents.ADMIN, "password": record.secrets["admin"]}),
        "database": "app",
        "collections": collections,
        "users": users,
        "links": "link__",
    }
    document_setup.settle(event)


def as_user(server: Props, name: str, secret: str = FIRST) -> MongoClient[dict[str, Any]]:
    port = box_of(server).record.ports[0]
    return MongoClient(port=port, username=name, password=secret, directConnection=True)


def test_it_makes_what_lacks_and_a_second_run_changes_nothing(server: Props) -> None:
    for _ in range(2):
        settle(server, [user("app", "owner")], messages=UNIQUE)
        indexes = as_user(server, "app")["app"]["messages"].index_information()
        assert indexes["message_id_1"]["unique"]
        assert indexes["infra_kit_ttl"]["expireAfterSeconds"] == 60
        as_user(server, "app")["app"]["messages"].update_one({"message_id": 1}, {"$set": {"seen": True}}, upsert=True)
    assert as_user(server, "app")["app"]["messages"].count_documents({}) == 1


def test_a_user_has_another_password_and_other_rights_when_they_are_others(server: Props) -> None:
    settle(server, [user("link__api__docs", "readwrite")])
    as_user(server, "link__api__docs")["app"]["notes"].insert_one({})
    settle(server, [user("link__api__docs", "read", "second")])
    with pytest.raises(OperationFailure):
        as_user(server, "link__api__docs")["app"]["notes"].find_one()
    client = as_user(server, "link__api__docs", "second")
    assert client["app"]["notes"].count_documents({}) == 1
    with pytest.raises(OperationFailure):
        client["app"]["notes"].insert_one({})


def test_the_user_of_a_link_that_is_gone_is_let_in_no_more_and_others_are(server: Props) -> None:
    settle(server, [user("app", "owner"), user("link__gone__docs", "read")])
    settle(server, [user("app", "owner")])
    with pytest.raises(OperationFailure):
        as_user(server, "link__gone__docs")["app"]["notes"].find_one()
    assert as_user(server, "app")["app"]["notes"].find_one() is not None


def test_what_is_in_the_way_is_said_and_stays(server: Props) -> None:
    settle(server, [user("app", "owner")])
    as_user(server, "app")["app"]["twice"].insert_many([{"message_id": 1}, {"message_id": 1}])
    with pytest.raises(document_setup.SetupError, match=r"duplicate key .*Nothing was deleted"):
        settle(server, [user("app", "owner")], twice=UNIQUE)
    assert as_user(server, "app")["app"]["twice"].count_documents({}) == 2
