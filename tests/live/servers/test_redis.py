"""A real Valkey server, driven by its handler."""

from __future__ import annotations

import io
from pathlib import Path

import psutil
import pytest
import redis
from redis.backoff import NoBackoff
from redis.retry import Retry

from infra_kit._dynamic import Props
from infra_kit.errors import ServerError
from infra_kit.providers.gcp.programs import rdb
from infra_kit.providers.gcp.programs.google import Named
from infra_kit.providers.local import kept_ports, ports
from infra_kit.providers.local.server import box_of
from infra_kit.providers.local.servers import redis_conf
from infra_kit.providers.local.servers.redis import HANDLER


@pytest.fixture
def props(home_dir: Path) -> Props:
    return {
        "kind": "local/redis",
        "home": str(home_dir),
        "stack": "test",
        "name": "cache",
        "retain": False,
        "memory_gb": 0.05,
        "eviction": "volatile-lru",
        "databases": 16,
        "persistence": False,
    }


@pytest.fixture
def kept(props: Props) -> Props:
    return {**props, "persistence": True}


def ensure(props: Props) -> Props:
    return HANDLER.ensure(props)[1]


def client(outs: Props, database: int = 0) -> redis.Redis:
    return redis.Redis.from_url(outs["private"]["url"], db=database, decode_responses=True, socket_timeout=120)


def pid(props: Props) -> int:
    number = box_of(props).process.pid
    assert number
    return number


def kill(props: Props) -> None:
    process = psutil.Process(pid(props))
    process.kill()
    process.wait()


def admin(props: Props) -> redis.Redis:
    record = box_of(props).record
    return redis.Redis(port=record.ports[0], username="admin", password=record.secrets["admin"], decode_responses=True)


def test_the_url_reads_and_writes(props: Props) -> None:
    store = client(ensure(props))
    store.set("greeting", "hello")
    assert store.get("greeting") == "hello"


def test_a_dump_of_every_kind_of_value_is_read_to_its_end_by_the_drill_of_google_cloud(props: Props) -> None:
    store = client(ensure(props))
    store.mset({"number": 70_000, "long": "x" * 5_000})
    store.set("ends", "soon", ex=3_600)
    store.rpush("list", *range(3_000))
    store.sadd("numbers", *range(10))
    store.sadd("texts", *(f"member-{number}" for number in range(1_000)))
    for name, count in (("small", 1), ("large", 1_000)):
        store.hset(f"{name}-hash", mapping={f"field-{number}": number for number in range(count)})
        store.zadd(f"{name}-sorted", {f"member-{number}": number * 1.5 for number in range(count)})
    for number in range(300):
        store.xadd("stream", {"number": number})
    store.xgroup_create("stream", "group", "0")
    store.xreadgroup("group", "reader", {"stream": ">"}, count=10)
    admin(props).save()
    dump = next(Path(props["home"]).rglob("dump.rdb")).read_bytes()
    assert rdb.keys(io.BytesIO(dump)) == store.dbsize()
    with pytest.raises(Named, match=r"^truncated"):
        rdb.keys(io.BytesIO(dump[:-1]))


@pytest.mark.parametrize("password", [None, "wrong"])
def test_nobody_gets_in_without_the_password(props: Props, password: str | None) -> None:
    outs = ensure(props)
    with pytest.raises(redis.AuthenticationError):
        redis.Redis(port=outs["public"]["port"], password=password, retry=Retry(NoBackoff(), 0)).get("x")


def test_a_url_with_only_the_password_is_enough(props: Props) -> None:
    outs = ensure(props)
    assert redis.Redis(port=outs["public"]["port"], password=outs["private"]["password"]).ping()


@pytest.mark.parametrize("command", ["CONFIG GET maxmemory", "SHUTDOWN NOSAVE", "REPLICAOF NO ONE", "ACL LIST", "SAVE"])
def test_the_application_cannot_do_what_managed_services_keep_for_themselves(props: Props, command: str) -> None:
    with pytest.raises(redis.exceptions.NoPermissionError):
        client(ensure(props)).execute_command(*command.split())  # type: ignore[no-untyped-call]


def test_it_listens_on_the_loopback_only(props: Props) -> None:
    port = ensure(props)["public"]["port"]
    listening = [each.laddr for each in psutil.Process(pid(props)).net_connections() if each.status == "LISTEN"]
    assert listening == [("127.0.0.1", port)]


def test_a_second_ensure_leaves_the_running_server_alone(kept: Props) -> None:
    outs = ensure(kept)
    first = pid(kept)
    assert not HANDLER.changed(outs, kept)
    assert ensure(kept) == outs
    assert pid(kept) == first


def test_a_killed_server_comes_back_with_its_data_port_and_password(kept: Props) -> None:
    outs = ensure(kept)
    client(outs).set("order", "42")
    assert client(outs).waitaof(1, 0, 60_000)[0] == 1
    kill(kept)
    assert HANDLER.changed(outs, kept)
    assert ensure(kept) == outs
    assert client(outs).get("order") == "42"


def test_memory_and_eviction_change_in_place_and_outlast_a_restart(kept: Props) -> None:
    ensure(kept)
    first = pid(kept)
    changed = {**kept, "memory_gb": 0.25, "eviction": "noeviction"}
    wanted = {"maxmemory": str(2**28), "maxmemory-policy": "noeviction"}
    ensure(changed)
    assert pid(changed) == first
    assert admin(changed).config_get(*wanted) == wanted
    kill(changed)
    ensure(changed)
    assert admin(changed).config_get(*wanted) == wanted


def test_more_databases_need_a_restart_and_no_data_is_lost_even_without_persistence(props: Props) -> None:
    client(ensure(props)).set("session", "ada")
    first = pid(props)
    outs = ensure({**props, "databases": 32})
    assert pid(props) != first
    assert client(outs).get("session") == "ada"
    assert client(outs, database=31).ping()


def test_fewer_databases_are_refused_with_the_safe_way(props: Props) -> None:
    outs = ensure(props)
    (failure,) = HANDLER.check(outs, {**props, "databases": 4})
    assert failure.property == "databases"
    assert "keep databases=16" in failure.reason


def test_an_orderly_stop_keeps_the_data_and_a_later_crash_does_not_bring_it_back(props: Props) -> None:
    outs = ensure(props)
    client(outs).set("session", "ada")
    HANDLER.delete("", {**props, "retain": True})
    ensure(props)
    assert client(outs).get("session") == "ada"
    client(outs).delete("session")
    kill(props)
    ensure(props)
    assert client(outs).get("session") is None


def test_persistence_is_turned_on_in_place_with_what_is_in_memory(props: Props, kept: Props) -> None:
    outs = ensure(props)
    client(outs).set("order", "42")
    first = pid(props)
    ensure(kept)
    assert pid(kept) == first
    kill(kept)
    ensure(kept)
    assert client(outs).get("order") == "42"


def test_persistence_is_turned_on_with_a_change_that_needs_a_restart(props: Props, kept: Props) -> None:
    client(ensure(props)).set("order", "42")
    outs = ensure({**kept, "databases": 32})
    assert client(outs).get("order") == "42"
    kill(kept)
    assert client(ensure({**kept, "databases": 32})).get("order") == "42"


def test_persistence_is_turned_on_while_the_server_is_stopped(props: Props, kept: Props) -> None:
    outs = ensure(props)
    client(outs).set("order", "42")
    HANDLER.delete("", {**props, "retain": True})
    ensure(kept)
    assert client(outs).get("order") == "42"
    kill(kept)
    ensure(kept)
    assert client(outs).get("order") == "42"


def test_persistence_is_turned_off_without_losing_what_is_there(props: Props, kept: Props) -> None:
    outs = ensure(kept)
    client(outs).set("order", "42")
    HANDLER.delete("", {**kept, "retain": True})
    ensure(props)
    assert client(outs).get("order") == "42"
    kill(props)
    ensure(props)
    assert client(outs).get("order") is None


def replica_of(props: Props, primary: Props) -> Props:
    return {
        **props,
        "name": "cache-replica-1",
        "persistence": False,
        "primary": "cache",
        "primary_port": float(primary["public"]["port"]),
    }


def test_a_replica_follows_takes_no_writes_and_has_the_same_password(kept: Props) -> None:
    primary = ensure(kept)
    client(primary).set("before", "1")
    replica = ensure(replica_of(kept, primary))
    reader = client(replica)
    assert reader.get("before") == "1"
    writer = client(primary)
    writer.set("after", "2")
    assert writer.wait(1, 60_000) == 1
    assert reader.get("after") == "2"
    with pytest.raises(redis.ReadOnlyError):
        reader.set("mine", "3")
    assert replica["private"]["password"] == primary["private"]["password"]


def test_a_replica_follows_its_primary_to_another_port_without_a_restart(kept: Props) -> None:
    asked = replica_of(kept, ensure(kept))
    ensure(asked)
    first = pid(asked)
    (port,) = ports.pick(str(box_of(kept).path), 1, kept_ports.taken())
    moved = ensure({**kept, "port": port})
    assert moved["public"]["port"] == port
    client(moved).set("news", "moved")
    followed = ensure(replica_of(kept, moved))
    assert pid(asked) == first
    assert client(followed).get("news") == "moved"


def test_a_killed_replica_comes_back(kept: Props) -> None:
    primary = ensure(kept)
    asked = replica_of(kept, primary)
    outs = ensure(asked)
    kill(asked)
    client(primary).set("meanwhile", "1")
    assert HANDLER.changed(outs, asked)
    assert ensure(asked) == outs
    assert client(outs).get("meanwhile") == "1"


def test_a_corrupt_log_is_an_error_with_the_servers_own_words_and_nothing_is_deleted(kept: Props) -> None:
    client(ensure(kept)).set("order", "42")
    box = box_of(kept)
    box.process.stop()
    manifest = redis_conf.log(box) / "appendonly.aof.manifest"
    manifest.write_text("nonsense\n")
    before = sorted(box.data.rglob("*"))
    with pytest.raises(ServerError, match=r"(?s)ended.*while starting.*manifest"):
        ensure(kept)
    assert sorted(box.data.rglob("*")) == before


def test_deleting_in_development_leaves_nothing(kept: Props) -> None:
    outs = ensure(kept)
    HANDLER.delete("", kept)
    assert not box_of(kept).path.exists()
    with pytest.raises(redis.ConnectionError):
        client(outs).ping()


def test_no_password_stands_in_an_argument_a_log_or_a_file_for_others(kept: Props) -> None:
    asked = replica_of(kept, ensure(kept))
    ensure(asked)
    arguments = " ".join(" ".join(process.info["cmdline"] or []) for process in psutil.process_iter(["cmdline"]))
    for props in (kept, asked):
        box = box_of(props)
        seen = arguments + box.process.log.read_text()
        assert not [secret for secret in box.record.secrets.values() if secret in seen]
        assert (box.conf / "valkey.conf").stat().st_mode & 0o077 == 0
    assert not [
        secret for secret in box.record.secrets.values() if secret in (box_of(kept).conf / "valkey.conf").read_text()
    ]
