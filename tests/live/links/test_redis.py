"""What a link to a Redis opens, by real connections; and what it does not."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
import redis
from redis.backoff import NoBackoff
from redis.retry import Retry

from infra_kit._dynamic import Props
from infra_kit.providers.local.server import box_of
from infra_kit.providers.local.servers.redis import HANDLER
from tests.live.links.users import User, changed, delete, ensure, kill, pid, user


def props_in(home: Path, name: str = "cache") -> Props:
    return {
        "kind": "local/redis", "home": str(home), "stack": "test", "name": name, "retain": False, "memory_gb": 0.05,
        "eviction": "volatile-lru", "databases": 16, "persistence": False,
    }  # fmt: skip


@pytest.fixture(scope="module")
def server(shared_home_dir: Path) -> Props:
    props = props_in(shared_home_dir)
    HANDLER.ensure(props)
    return props


def acl(server: Props, access: str, name: str = "api__cache", **more: object) -> Props:
    return user(server, "redis_user", {"access": access}, name, **more)


def connect(server: Props, user: User) -> redis.Redis:
    port = box_of(server).record.ports[0]
    retry = Retry(NoBackoff(), 0)
    return redis.Redis(
        port=port, username=user.name, password=user.password, retry=retry, decode_responses=True, socket_timeout=30
    )


def run(client: redis.Redis, command: str) -> object:
    return client.execute_command(*command.split())  # type: ignore[no-untyped-call]


@pytest.fixture(autouse=True)
def owner(server: Props) -> Iterator[redis.Redis]:
    """The endpoint's own user, in a store with one key."""
    client = connect(server, User("default", box_of(server).record.secrets["password"]))
    client.set("greeting", "hello")
    client.rpush("queue", "b", "a")
    yield client
    client.flushall()


@pytest.fixture
def reader(server: Props) -> Iterator[redis.Redis]:
    props = acl(server, "read")
    yield connect(server, ensure(props))
    delete(props)


@pytest.fixture
def writer(server: Props) -> Iterator[redis.Redis]:
    props = acl(server, "readwrite")
    yield connect(server, ensure(props))
    delete(props)


def test_a_read_link_reads_and_listens(reader: redis.Redis, owner: redis.Redis) -> None:
    assert reader.get("greeting") == "hello"
    assert sorted(reader.scan_iter()) == ["greeting", "queue"]
    both = reader.pipeline()
    both.get("greeting")
    both.lrange("queue", 0, -1)
    assert both.execute() == ["hello", ["b", "a"]]
    assert reader.eval_ro("return redis.call('GET', KEYS[1])", 1, "greeting") == "hello"
    subscription = reader.pubsub()  # type: ignore[no-untyped-call]
    subscription.subscribe("news")
    assert subscription.get_message(timeout=30)
    owner.publish("news", "today")
    heard = subscription.get_message(timeout=30)
    assert heard
    assert heard["data"] == "today"


@pytest.mark.parametrize("command", ["PING", "INFO", "SELECT 3", "CLIENT SETNAME api", "HELLO 3", "CLIENT ID", "TTL x"])
def test_a_read_link_does_what_clients_do_when_they_connect(reader: redis.Redis, command: str) -> None:
    assert run(reader, command) is not None


@pytest.mark.parametrize(
    "command",
    [
        "SET greeting bye", "DEL greeting", "GETDEL greeting", "GETEX greeting PERSIST", "EXPIRE greeting 9", "INCR n",
        "LPUSH queue x", "SORT queue ALPHA STORE sorted", "COPY greeting other", "FLUSHALL", "PUBLISH news x",
    ],
)  # fmt: skip
def test_a_read_link_changes_nothing(reader: redis.Redis, owner: redis.Redis, command: str) -> None:
    with pytest.raises(redis.exceptions.NoPermissionError):
        run(reader, command)
    assert sorted(owner.scan_iter()) == ["greeting", "queue"]
    assert owner.get("greeting") == "hello"


ADMINISTRATORS = ["ACL LIST", "ACL SETUSER api__cache +@all", "CONFIG GET maxmemory", "CONFIG SET maxmemory 1", "SAVE",
    "SHUTDOWN NOSAVE", "REPLICAOF NO ONE", "MODULE LIST", "MIGRATE h 1 k 0 1"]  # fmt: skip


@pytest.mark.parametrize("command", [*ADMINISTRATORS, "CLIENT LIST", "CLIENT KILL TYPE normal", "MONITOR"])
def test_a_read_link_does_not_administer(reader: redis.Redis, command: str) -> None:
    with pytest.raises(redis.exceptions.NoPermissionError):
        run(reader, command)


@pytest.mark.parametrize("command", ADMINISTRATORS)
def test_a_readwrite_link_writes_and_does_not_administer(writer: redis.Redis, command: str) -> None:
    writer.set("greeting", "bye")
    assert writer.get("greeting") == "bye"
    assert writer.lpop("queue") == "b"
    with pytest.raises(redis.exceptions.NoPermissionError):
        run(writer, command)


def test_whoever_is_not_linked_is_refused(server: Props) -> None:
    one, other = acl(server, "read"), acl(server, "read", "web__cache")
    first, second = ensure(one), ensure(other)
    for stranger in (User("nobody", "x"), User(first.name, "wrong"), User(first.name, second.password)):
        with pytest.raises(redis.AuthenticationError):
            connect(server, stranger).ping()
    delete(one)
    delete(other)


def test_a_narrower_access_takes_the_wider_ones_rights_away_and_keeps_the_password(server: Props) -> None:
    wide, narrow = acl(server, "readwrite"), acl(server, "read")
    made = ensure(wide)
    assert ensure(narrow, wide) == made
    with pytest.raises(redis.exceptions.NoPermissionError):
        connect(server, made).set("greeting", "bye")
    delete(narrow)


def test_a_link_is_made_once_and_brought_back_when_its_user_is_lost(server: Props) -> None:
    props = acl(server, "readwrite")
    made, process = ensure(props), pid(server)
    assert not changed(props)
    assert ensure(props) == made
    admin = connect(server, User("admin", box_of(server).record.secrets["admin"]))
    admin.acl_deluser("api__cache")
    assert changed(props)
    assert ensure(props) == made
    assert not changed(props)
    assert pid(server) == process
    delete(props)


def test_a_revoked_link_is_refused_at_once_and_nobody_else_is_cut_off(server: Props) -> None:
    one, other = acl(server, "read"), acl(server, "read", "web__cache")
    gone = ensure(one)
    going, staying = connect(server, gone), connect(server, ensure(other))
    kept = staying.client_id()
    assert going.ping()
    delete(one)
    with pytest.raises((redis.ConnectionError, redis.AuthenticationError)):
        going.ping()
    with pytest.raises(redis.AuthenticationError):
        connect(server, gone).ping()
    assert staying.client_id() == kept, "the same connection"
    delete(other)


def test_links_outlive_a_kill_and_a_change_of_the_server(home_dir: Path) -> None:
    server = props_in(home_dir)
    HANDLER.ensure(server)
    one, other = acl(server, "read"), acl(server, "read", "web__cache")
    going, staying = ensure(one), ensure(other)
    kill(server)
    assert changed(other)
    delete(one)
    HANDLER.ensure({**server, "memory_gb": 0.1})
    assert not changed(other)
    assert connect(server, staying).ping()
    with pytest.raises(redis.AuthenticationError):
        connect(server, going).ping()
    process = pid(server)
    HANDLER.ensure(server)
    assert connect(server, staying).ping()
    assert pid(server) == process, "links need no restart"


def test_a_link_opens_the_replicas_too_and_outlives_their_kill(home_dir: Path) -> None:
    server = props_in(home_dir)
    outs = HANDLER.ensure(server)[1]
    replica = {**props_in(home_dir, "cache-replica-1"), "primary": "cache", "primary_port": outs["public"]["port"]}
    HANDLER.ensure(replica)
    props = acl(server, "read", replicas=["cache-replica-1"])
    made = ensure(props)
    assert connect(replica, made).get("greeting") is None
    kill(replica)
    assert changed(props)
    HANDLER.ensure(replica)
    assert not changed(props)
    assert connect(replica, made).get("greeting") is None
    delete(props)
    for each in (server, replica):
        with pytest.raises(redis.AuthenticationError):
            connect(each, made).ping()


def test_links_can_be_taken_away_when_the_server_is_gone(home_dir: Path) -> None:
    server = props_in(home_dir)
    HANDLER.ensure(server)
    props = acl(server, "read")
    ensure(props)
    HANDLER.delete("", server)
    delete(props)
    assert not list(home_dir.glob("test/*"))


def test_links_go_along_with_a_renamed_server_and_the_old_ones_can_be_taken_away(home_dir: Path) -> None:
    server, renamed = props_in(home_dir), props_in(home_dir, "store")
    HANDLER.ensure(server)
    one, other = acl(server, "read"), acl(server, "read", "web__cache")
    going, staying = ensure(one), ensure(other)
    HANDLER.ensure(renamed, server)
    followed = acl(renamed, "read", "web__cache")
    assert ensure(followed, other) == staying
    delete(one)
    assert connect(renamed, staying).ping()
    with pytest.raises(redis.AuthenticationError):
        connect(renamed, going).ping()


def test_a_links_password_stands_in_no_file_for_others_and_in_no_configuration(server: Props) -> None:
    props = acl(server, "read")
    made = ensure(props)
    box = box_of(server)
    (kept,) = [file for file in box.path.rglob("*") if file.is_file() and made.password in file.read_text("latin-1")]
    assert kept == box.path / "links" / "api__cache.json"
    assert kept.stat().st_mode & 0o077 == 0
    delete(props)
    assert not kept.exists()
