"""What a link to a DocumentStore opens, by real connections; and what it does not."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from pymongo import MongoClient
from pymongo.errors import OperationFailure, PyMongoError

from infra_kit._dynamic import Props
from infra_kit.providers.common import documents
from infra_kit.providers.local.server import box_of
from infra_kit.providers.local.servers.document_store import HANDLER
from tests.live.links.users import User, changed, delete, ensure, kill, pid, user


@pytest.fixture(scope="module")
def server(shared_home_dir: Path) -> Props:
    props = {
        "kind": "local/document_store", "home": str(shared_home_dir), "stack": "test", "name": "docs", "retain": False,
        "memory_gb": 0.5, "database": "app", "collections": {},
    }  # fmt: skip
    HANDLER.ensure(props)
    return props


def made(server: Props, access: str, name: str) -> Props:
    return user(server, "document_store_user", {"roles": documents.roles(access, "app")}, name)


def connect(server: Props, login: User) -> MongoClient[dict[str, Any]]:
    return MongoClient(
        port=box_of(server).record.ports[0],
        username=login.name,
        password=login.password,
        authSource="admin",
        directConnection=True,
        serverSelectionTimeoutMS=30_000,
    )


def writes(client: MongoClient[dict[str, Any]], database: str = "app") -> bool:
    try:
        client[database]["notes"].insert_one({})
    except OperationFailure:
        return False
    return True


def test_read_reads_and_writes_nothing(server: Props) -> None:
    client = connect(server, ensure(made(server, "read", "reader__docs")))
    assert client["app"]["notes"].count_documents({}) == 0
    assert not writes(client)


def test_readwrite_writes_in_its_database_alone_and_makes_no_users(server: Props) -> None:
    client = connect(server, ensure(made(server, "readwrite", "writer__docs")))
    assert (writes(client), writes(client, "other")) == (True, False)
    with pytest.raises(OperationFailure):
        client["admin"].command("createUser", "mine", pwd="mine", roles=[])
    client["app"]["notes"].delete_many({})


def test_rights_that_are_taken_back_are_gone_at_once(server: Props) -> None:
    more = made(server, "readwrite", "less__docs")
    client = connect(server, ensure(more))
    assert writes(client)
    ensure(made(server, "read", "less__docs"), more)
    with pytest.raises(PyMongoError):
        client["app"]["notes"].insert_one({})
    connect(server, ensure(more))["app"]["notes"].delete_many({})


def test_when_a_link_goes_its_sessions_end_and_it_is_refused_and_others_go_on(server: Props) -> None:
    going, staying = made(server, "readwrite", "going__docs"), made(server, "readwrite", "staying__docs")
    gone, stays = connect(server, ensure(going)), connect(server, ensure(staying))
    assert (writes(gone), writes(stays)) == (True, True)
    before = pid(server)
    delete(going)
    with pytest.raises(PyMongoError):
        gone["app"]["notes"].insert_one({})
    assert writes(stays)
    assert pid(server) == before


def test_a_user_outlives_a_restart_and_one_that_is_lost_comes_back_with_its_password(server: Props) -> None:
    props = made(server, "readwrite", "kept__docs")
    login = ensure(props)
    kill(server)
    HANDLER.ensure(server)
    assert writes(connect(server, login))
    record = box_of(server).record
    admin = connect(server, User(documents.ADMIN, record.secrets["admin"]))
    admin["admin"].command("dropUser", login.name)
    assert changed(props)
    assert ensure(props) == login
    assert not changed(props)
