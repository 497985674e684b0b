"""A real server of MongoDB's protocol, driven by its handler."""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import psutil
import pytest
from pymongo import MongoClient
from pymongo.database import Database
from pymongo.errors import DuplicateKeyError, OperationFailure

from infra_kit._dynamic import Props
from infra_kit.errors import ServerError
from infra_kit.providers.local.programs.documents import __main__ as program
from infra_kit.providers.local.server import box_of
from infra_kit.providers.local.servers.document_store import HANDLER

BY_TENANT = {"keys": [["tenant_id", 1], ["timestamp", -1]], "unique": False}
UNIQUE = {"keys": [["message_id", 1]], "unique": True}
AT_ONCE = {"field": "expires_at", "seconds": 0.0}
AFTER_A_DAY = {"field": "expires_at", "seconds": 86_400.0}


def props_in(home: Path, **collections: Any) -> Props:
    return {
        "kind": "local/document_store", "home": str(home), "stack": "test", "name": "docs", "retain": False,
        "memory_gb": 0.5, "database": "app", "collections": collections,
    }  # fmt: skip


@pytest.fixture(scope="module")
def props(shared_home_dir: Path) -> Props:
    """One server for all tests: each has a collection of its own."""
    return props_in(shared_home_dir)


def ensure(props: Props, **collections: Any) -> Props:
    return HANDLER.ensure({**props, "collections": collections})[1]


def database(outs: Props) -> Database[dict[str, Any]]:
    client: MongoClient[dict[str, Any]] = MongoClient(outs["private"]["url"], serverSelectionTimeoutMS=30_000)
    return client.get_default_database()


def indexes(store: Database[dict[str, Any]], collection: str) -> dict[str, Any]:
    return {name: it["key"] for name, it in store[collection].index_information().items() if name != "_id_"}


def pid(props: Props) -> int:
    number = box_of(props).process.pid
    assert number
    return number


def test_the_url_leads_to_the_database_reads_and_writes(props: Props) -> None:
    store = database(ensure(props))
    store["notes"].insert_one({"_id": "first", "text": "hello"})
    assert (store.name, store["notes"].find_one({"_id": "first"})) == ("app", {"_id": "first", "text": "hello"})


def test_a_transaction_is_whole_or_not_at_all(props: Props) -> None:
    store = database(ensure(props, orders={"indexes": [], "ttl": None}))
    with store.client.start_session() as session, session.start_transaction():
        store["orders"].insert_one({"_id": 1}, session=session)
        session.abort_transaction()
    with store.client.start_session() as session, session.start_transaction():
        store["orders"].insert_one({"_id": 2}, session=session)
    assert [it["_id"] for it in store["orders"].find()] == [2]


@pytest.mark.parametrize("login", [{}, {"username": "app", "password": "wrong"}])
def test_nobody_gets_in_without_the_password(props: Props, login: dict[str, Any]) -> None:
    port = ensure(props)["public"]["port"]
    client: MongoClient[dict[str, Any]] = MongoClient(port=port, directConnection=True, **login)
    with pytest.raises(OperationFailure):
        client["app"]["notes"].find_one()


def test_the_endpoints_user_makes_no_users_and_sees_no_other_database(props: Props) -> None:
    client = database(ensure(props)).client
    with pytest.raises(OperationFailure):
        client["admin"].command("createUser", "mine", pwd="mine", roles=[])
    with pytest.raises(OperationFailure):
        client["other"]["notes"].insert_one({})


def test_it_listens_on_the_loopback_only_and_no_argument_holds_a_secret(props: Props) -> None:
    port = ensure(props)["public"]["port"]
    process = psutil.Process(pid(props))
    assert [each.laddr for each in process.net_connections() if each.status == "LISTEN"] == [("127.0.0.1", port)]
    secrets = box_of(props).record.secrets.values()
    assert not [secret for secret in secrets if secret in " ".join(process.cmdline())]


def test_collections_are_made_with_their_indexes_once(props: Props) -> None:
    asked = {"messages": {"indexes": [BY_TENANT, UNIQUE], "ttl": None}}
    first = ensure(props, **asked)
    store = database(first)
    assert "messages" in store.list_collection_names()
    assert indexes(store, "messages") == {
        "tenant_id_1_timestamp_-1": [("tenant_id", 1), ("timestamp", -1)],
        "message_id_1": [("message_id", 1)],
    }
    store["messages"].insert_one({"message_id": 1})
    with pytest.raises(DuplicateKeyError):
        store["messages"].insert_one({"message_id": 1})
    assert ensure(props, **asked) == first
    assert store["messages"].count_documents({}) == 1


def test_what_has_expired_goes_by_itself_and_what_has_no_date_stays(props: Props) -> None:
    store = database(ensure(props, logs={"indexes": [], "ttl": AT_ONCE}))
    now = datetime.now(UTC)
    store["logs"].insert_many(
        [{"_id": "past", "expires_at": now - timedelta(seconds=1)},
         {"_id": "future", "expires_at": now + timedelta(days=1)}, {"_id": "never"}]
    )  # fmt: skip
    deadline = time.monotonic() + 12 * program.SWEPT_EVERY
    while store["logs"].count_documents({"_id": "past"}):
        assert time.monotonic() < deadline, "it is still there"
    assert sorted(it["_id"] for it in store["logs"].find()) == ["future", "never"]


def test_the_time_until_it_expires_is_changed_in_place_and_taken_away(props: Props) -> None:
    store = database(ensure(props, kept={"indexes": [], "ttl": AFTER_A_DAY}))
    there = [store["kept"].index_information()["infra_kit_ttl"]["expireAfterSeconds"]]
    ensure(props, kept={"indexes": [], "ttl": {**AFTER_A_DAY, "seconds": 60.0}})
    there.append(store["kept"].index_information()["infra_kit_ttl"]["expireAfterSeconds"])
    assert there == [86_400, 60]
    ensure(props, kept={"indexes": [], "ttl": {"field": "seen_at", "seconds": 60.0}})
    assert indexes(store, "kept") == {"infra_kit_ttl": [("seen_at", 1)]}
    ensure(props, kept={"indexes": [], "ttl": None})
    assert indexes(store, "kept") == {}


def test_a_collection_and_an_index_that_are_not_named_any_more_stay(props: Props) -> None:
    store = database(ensure(props, left={"indexes": [BY_TENANT], "ttl": None}))
    store["left"].insert_one({"_id": 1})
    ensure(props, left={"indexes": [], "ttl": None})
    ensure(props)
    assert store["left"].count_documents({}) == 1
    assert list(indexes(store, "left")) == ["tenant_id_1_timestamp_-1"]


def test_a_unique_index_that_documents_are_in_the_way_of_says_so(props: Props) -> None:
    store = database(ensure(props, twice={"indexes": [], "ttl": None}))
    store["twice"].insert_many([{"message_id": 1}, {"message_id": 1}])
    with pytest.raises(ServerError, match=r"collections cannot be as they are asked for: .*duplicate key"):
        ensure(props, twice={"indexes": [UNIQUE], "ttl": None})
    assert store["twice"].count_documents({}) == 2


def test_what_was_acknowledged_survives_a_kill(props: Props) -> None:
    outs = ensure(props)
    database(outs)["kills"].insert_many([{"_id": number} for number in range(100)])
    killed = psutil.Process(pid(props))
    killed.kill()
    killed.wait()
    assert HANDLER.changed(outs, {**props, "collections": {}})
    assert ensure(props) == outs
    assert database(outs)["kills"].count_documents({}) == 100


def test_a_second_ensure_leaves_the_running_server_alone(props: Props) -> None:
    outs = ensure(props)
    first = pid(props)
    assert not HANDLER.changed(outs, {**props, "collections": {}})
    assert ensure(props) == outs
    assert pid(props) == first


def test_another_size_keeps_data_and_address(props: Props) -> None:
    outs = ensure(props)
    database(outs)["sizes"].insert_one({"_id": 1})
    larger = HANDLER.ensure({**props, "memory_gb": 1.0})[1]
    assert (larger["public"], larger["private"]) == (outs["public"], outs["private"])
    assert database(larger)["sizes"].count_documents({}) == 1
