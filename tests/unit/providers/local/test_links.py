"""The local half of links, as far as it needs no server."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from infra_kit import (
    Consumer,
    DocumentStore,
    EventBus,
    Mailer,
    ObjectStore,
    Postgres,
    Redis,
    Search,
    Service,
    Stream,
)
from infra_kit._dynamic import Props
from infra_kit.errors import ServerError
from infra_kit.providers.common import nats, seaweed, valkey
from infra_kit.providers.common.link_users import user_name
from infra_kit.providers.local import credentials
from infra_kit.providers.local.box import Box
from infra_kit.providers.local.credentials import Credential
from infra_kit.providers.local.servers import nats_conf, redis_conf, seaweed_conf
from infra_kit.providers.local.servers.redis_user import HANDLER
from infra_kit.testing import Recording, record


def everything() -> None:
    """A service that is linked to all that has users."""
    bus = EventBus(
        "bus",
        streams={"LEADS": Stream(subjects=["lead.*"])},
        consumers={"mine": Consumer(stream="LEADS"), "yours": Consumer(stream="LEADS")},
    )
    links = [
        Postgres("db", databases=["app", "audit"]).link("read", database="audit"),
        Redis("cache", replicas=2).link("read"),
        ObjectStore("files").link("read", "delete", prefix="in/"),
        bus.link(publish=["lead.created"], consume=["mine"]),
        Search("search").link("read", indexes=["jobs"]),
        DocumentStore("docs").link("read"),
        Mailer("mail", domain="shop.example").link(),
    ]
    Service("api", command=["python", "app.py"], links=links)


@pytest.fixture(scope="module")
def recording() -> Recording:
    return record(everything)


@pytest.mark.parametrize(
    ("link", "token", "kind", "rights"),
    [
        ("db", "PostgresRole", "postgres_role", {"access": "read", "database": "audit"}),
        ("cache", "RedisUser", "redis_user", {"access": "read"}),
        ("files", "ObjectStoreKey", "object_store_key", {"access": ["delete", "read"], "prefix": "in/"}),
        ("bus", "EventBusUser", "event_bus_user", {"publish": ["lead.created"], "consume": ["LEADS/mine"]}),
        ("search", "SearchUser", "search_user", {"access": "read", "indexes": ["jobs"]}),
        ("docs", "DocumentStoreUser", "document_store_user", {"roles": [{"db": "app", "role": "read"}]}),
        ("mail", "MailerUser", "mailer_user", {"access": "send"}),
    ],
)
def test_a_link_is_a_child_of_its_user_in_the_server_of_the_other(
    recording: Recording, link: str, token: str, kind: str, rights: dict[str, Any]
) -> None:
    made, api = recording.named(f"api-link-{link}"), recording.named("api")
    assert made.parent == api.urn
    assert made.type == f"pulumi-python:dynamic/infra-kit:{token}"
    assert made.inputs["kind"] == f"local/{kind}"
    assert (made.inputs["name"], made.inputs["user"]) == (link, f"api__{link}")
    assert made.inputs["rights"] == rights
    assert made.options.protect is False


def test_a_link_is_made_after_its_server_and_before_its_user(recording: Recording) -> None:
    api = recording.named("api-server")
    for link in ("db", "cache", "files", "bus", "search", "docs", "mail"):
        made = recording.named(f"api-link-{link}")
        assert recording.named(f"{link}-server").urn in made.options.depends_on
        assert made.urn in api.options.depends_on


def test_a_link_to_a_redis_waits_for_its_replicas_too(recording: Recording) -> None:
    made = recording.named("api-link-cache")
    assert made.inputs["replicas"] == ["cache-replica-1", "cache-replica-2"]
    assert {recording.named(name).urn for name in made.inputs["replicas"]} <= made.options.depends_on


def test_what_a_service_finds_is_its_own_user(recording: Recording) -> None:
    inputs = recording.named("api-server").inputs
    plain, secret = inputs["environment"], inputs["secrets"]
    assert plain["DB_USERNAME"] == "api__db"
    assert plain["DB_DATABASE"] == "audit"
    for key in ("DB_URL", "DB_READER_URL", "DB_POOLED_URL"):
        assert secret[key].startswith("postgresql://api__db:recorded-secret@127.0.0.1:")
        assert secret[key].endswith("/audit")
    for key in ("CACHE_URL", "CACHE_READER_URL"):
        assert secret[key].startswith("redis://api__cache:recorded-secret@127.0.0.1:")
        assert secret[key].endswith("/0")
    assert plain["FILES_ACCESS_KEY"] == "api__files"
    assert secret["BUS_URL"].startswith("nats://api__bus:recorded-secret@127.0.0.1:")
    assert plain["BUS_INBOX_PREFIX"] == "_INBOX_api__bus"


def name(component: str, link: str) -> str:
    def program() -> None:
        names.append(user_name(component, Redis("cache").link(name=link)))

    names: list[str] = []
    record(program)
    return names[0]


def test_no_two_links_have_one_user() -> None:
    pairs = [("a", "B_C"), ("a-b", "C"), ("a", "B__C"), ("ab", "C"), ("a", "BC")]
    assert len({name(*pair) for pair in pairs}) == len(pairs)


def test_a_user_has_a_name_that_postgres_takes() -> None:
    longest = "A" * 64
    long = name("a-component-of-words", longest)
    assert len(long) == 63
    assert long != name("a-component-of-words", longest[1:])
    assert name("pg", "DB") == "_pg__db", "PostgreSQL keeps names that begin with pg_ for itself"


@pytest.fixture
def box(tmp_path: Path) -> Box:
    return Box(tmp_path, "test", "it")


def keep(box: Box, *users: str, **rights: Any) -> None:
    for user in users:
        credentials.keep(box, Credential(user, f"password-of-{user}", rights))


def test_a_credential_is_kept_for_the_servers_user_alone_and_forgotten(box: Box) -> None:
    box.open("local/redis", 1, (), None)
    keep(box, "web__it", "api__it", access="read")
    assert [it.user for it in credentials.kept(box)] == ["api__it", "web__it"]
    assert all(file.stat().st_mode & 0o077 == 0 for file in (box.path / "links").iterdir())
    credentials.forget(box, "api__it")
    credentials.forget(box, "api__it")
    assert credentials.find(box, "api__it") is None
    assert [it.user for it in credentials.kept(box)] == ["web__it"]


def test_a_redis_begins_with_its_users_and_without_their_passwords(box: Box) -> None:
    record = box.open("local/redis", 1, ("admin", "password"), None)
    keep(box, "api__it", access="read")
    props: Props = {"memory_gb": 1, "eviction": "noeviction", "databases": 16, "persistence": False}
    written = redis_conf.write(box, record, props).read_text()
    users = box.conf / "users.conf"
    assert f'include "{users}"' in written
    assert users.read_text().startswith("user api__it on #")
    assert "password-of" not in users.read_text()


def test_a_readwrite_link_has_the_rights_of_the_endpoints_user() -> None:
    assert valkey.rules_of_link("readwrite", "x") == valkey.rules_of_app("x")


def test_a_bus_keeps_its_own_users_whatever_links_come_and_go(box: Box) -> None:
    record = box.open("local/event_bus", 2, ("admin", "password"), None)
    keep(box, "api__it", "web__it", publish=["lead.created"], consume=["LEADS/mine"])
    file = nats_conf.write(box, record, {"streams": {}, "consumers": {}})
    credentials.forget(box, "web__it")
    assert nats_conf.write_users(box) == file
    users = json.loads(file.read_text())["authorization"]["users"]
    assert [user["user"] for user in users] == ["admin", "app", "api__it"]
    assert users[2]["permissions"] == {
        "publish": {
            "allow": [
                "lead.created",
                "$JS.API.CONSUMER.INFO.LEADS.mine",
                "$JS.API.CONSUMER.MSG.NEXT.LEADS.mine",
                "$JS.ACK.LEADS.mine.>",
            ]
        },
        "subscribe": {"allow": ["_INBOX_api__it.>"]},
    }


def test_an_inbox_of_a_link_is_not_within_the_endpoints_users() -> None:
    assert not nats.inbox("api__it").startswith(f"{nats.INBOX}.")


def test_a_store_names_another_generation_whenever_a_link_comes_changes_or_goes(box: Box) -> None:
    record = box.open("local/object_store", 1, (*seaweed.KEYS, *seaweed.TOKENS), None)
    record.facts["bucket"] = "shop-files"
    seen = [seaweed_conf.write_identities(box, record)]
    keep(box, "api__it", access=["read"], prefix="")
    seen.append(seaweed_conf.write_identities(box, record))
    keep(box, "api__it", access=["read"], prefix="in/")
    seen += [seaweed_conf.write_identities(box, record) for _ in range(2)]
    assert seen[2] == seen[3]
    assert len(set(seen)) == 3
    credentials.forget(box, "api__it")
    assert seaweed_conf.write_identities(box, record) == seen[0]


@pytest.mark.parametrize("access", ["read", "write", "delete"])
def test_a_link_to_a_store_asks_for_no_more_than_its_bucket_and_prefix(access: str) -> None:
    statements = seaweed.link_statements("shop-files", [access], "in/")
    assert {arn for each in statements for arn in each["Resource"]} == {
        "arn:aws:s3:::shop-files",
        "arn:aws:s3:::shop-files/in/*",
    }
    assert not [action for each in statements for action in each["Action"] if "*" in action]
    lists = [each for each in statements if "s3:ListBucket" in each["Action"]]
    assert bool(lists) == (access == "read")
    assert all(each["Condition"] == {"StringLike": {"s3:prefix": ["in/*"]}} for each in lists)


def link_to(box: Box) -> Props:
    place = {"home": str(box.home), "stack": box.stack, "name": box.name}
    return {"kind": "local/redis_user", **place, "user": "api__it", "rights": {"access": "read"}}


def test_a_link_to_a_server_that_does_not_run_is_refused_and_leaves_nothing(box: Box) -> None:
    with pytest.raises(ServerError, match=r"it: it does not run, so api__it cannot get in"):
        HANDLER.ensure(link_to(box))
    assert not box.path.exists()


def test_a_link_to_a_server_that_is_gone_is_seen_as_gone(box: Box) -> None:
    assert HANDLER.read("", link_to(box)) is None
    assert HANDLER.changed(link_to(box), link_to(box))
    HANDLER.delete("", link_to(box))


def test_a_server_that_is_down_forgets_a_link_by_beginning_without_it(box: Box) -> None:
    box.open("local/redis", 1, (), None)
    keep(box, "api__it", access="read")
    assert HANDLER.read("", link_to(box)) == link_to(box)
    HANDLER.delete("", link_to(box))
    assert credentials.kept(box) == []
