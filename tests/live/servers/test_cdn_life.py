"""The Cdn's server over its life: released anew, started again; and what it shows of itself."""

from __future__ import annotations

import socket
from pathlib import Path

import httpx
import psutil
import pytest

from infra_kit.errors import ServerError
from infra_kit.providers.local.box import Box
from infra_kit.providers.local.servers.cdn import HANDLER
from tests.awaiting import until
from tests.live.servers.cdn_client import bucket_route, cache, props, route, serve
from tests.live.servers.origin import Origin


def pid(home: Path) -> int:
    found = Box(home, "test", "edge").process.pid
    assert found is not None
    return found


def workers(home: Path) -> set[int]:
    children = psutil.Process(pid(home)).children()
    return {child.pid for child in children if "worker" in " ".join(child.cmdline())}


def test_a_new_release_is_fetched_afresh_without_a_restart_and_the_old_one_is_still_there(
    home_dir: Path, origin: Origin
) -> None:
    routes = {"/*": route(origin.url)}
    serve(home_dir, routes, release="v1").get("/x")
    first = pid(home_dir)

    assert cache(serve(home_dir, routes, release="v2").get("/x")) == "MISS"
    assert cache(serve(home_dir, routes, release="v2").get("/x")) == "HIT"
    assert cache(serve(home_dir, routes, release="v1").get("/x")) == "HIT"
    assert pid(home_dir) == first


def test_a_second_ensure_of_the_same_props_changes_nothing(home_dir: Path, origin: Origin) -> None:
    wanted = props(home_dir, {"/*": route(origin.url)})
    HANDLER.ensure(wanted)
    before = workers(home_dir)

    HANDLER.ensure(wanted)

    assert workers(home_dir) == before
    assert not HANDLER.changed(wanted, wanted)


def test_kill_9_of_all_its_processes_costs_neither_address_nor_secret_nor_cache(home_dir: Path, origin: Origin) -> None:
    wanted = props(home_dir, {"/*": route(origin.url)})
    _, outs = HANDLER.ensure(wanted)
    httpx.get(outs["public"]["url"] + "/x")
    master = psutil.Process(pid(home_dir))
    master.kill()
    master.wait(10)

    _, again = HANDLER.ensure(wanted)

    assert again == outs
    until(lambda: cache(httpx.get(outs["public"]["url"] + "/x")) == "HIT")


def test_a_log_of_more_than_10_mb_gives_way_to_a_new_one_without_a_restart(home_dir: Path, origin: Origin) -> None:
    wanted = props(home_dir, {"/*": route(origin.url)})
    client = serve(home_dir, {"/*": route(origin.url)})
    first, log = pid(home_dir), Box(home_dir, "test", "edge").path / "access.log"
    client.get("/before")
    with log.open("a") as file:
        file.truncate(10 * 2**20 + 1)
    assert HANDLER.changed(wanted, wanted)

    HANDLER.ensure(wanted)

    # A worker writes to the old one until it has heard of the new.
    until(lambda: client.get("/after") and "/after" in log.read_text())
    assert "/before" not in log.read_text()
    assert "/before" in log.with_name("access.log.1").read_text()
    assert pid(home_dir) == first
    assert not HANDLER.changed(wanted, wanted)


def test_it_listens_on_the_loopback_and_on_kept_ports_only(home_dir: Path, origin: Origin) -> None:
    serve(home_dir, {"/*": route(origin.url)})

    listening = {
        tuple(connection.laddr)
        for connection in psutil.Process(pid(home_dir)).net_connections("inet")
        if connection.status == psutil.CONN_LISTEN
    }

    assert listening == {("127.0.0.1", port) for port in Box(home_dir, "test", "edge").record.ports}


def test_no_secret_stands_in_arguments_or_logs_and_files_are_private(home_dir: Path) -> None:
    _, to_bucket, key = bucket_route(home_dir)
    client = serve(home_dir, {"/*": to_bucket}, store_keys={"/*": key})
    client.get("/x?token=s3cr3t")
    box = Box(home_dir, "test", "edge")
    told = " ".join(psutil.Process(pid(home_dir)).cmdline()) + box.process.log.read_text()
    told += (box.path / "access.log").read_text()

    assert not [secret for secret in (key, box.record.secrets["trust"], "s3cr3t") if secret in told]
    assert {file.stat().st_mode & 0o777 for file in box.conf.iterdir()} == {0o600}


def test_a_taken_port_is_named_and_nothing_is_changed(home_dir: Path, origin: Origin) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken, pytest.raises(ServerError, match="is taken by"):
        HANDLER.ensure(props(home_dir, {"/*": route(origin.url)}, port=taken.getsockname()[1]))
