"""NATS as virtual machines of a cloud run it: what its set-up waits for, makes, and refuses."""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import Iterator
from pathlib import Path

import nats.errors
import pytest

from infra_kit import Stream
from infra_kit.providers.common import machine_scripts, nats_machines
from infra_kit.providers.common.nats_machines import SetupError
from tests.awaiting import until
from tests.live.servers.nats_machines import LEADS, PASSWORDS, SPEC, WAITS_SECONDS, Machines

ALL = ("a", "b", "c")
LONE = SPEC.replace(streams={"LEADS": Stream(subjects=["lead.*"])})
OF_THE_API = ("api__bus", "of-the-api")
API = {"name": OF_THE_API[0], "password": OF_THE_API[1], "rights": {"publish": ["lead.created"], "consume": []}}


@pytest.fixture
def machines(tmp_path: Path) -> Iterator[Machines]:
    made = Machines(tmp_path, ALL)
    yield made
    made.stop()


def test_three_servers_become_one_bus_whose_machines_are_replaced_one_by_one(machines: Machines) -> None:
    asyncio.run(_cluster(machines))


async def _cluster(machines: Machines) -> None:
    machines.write(ALL)
    await machines.run("allow", ALL)
    assert await machines.run("well", ALL) == nats_machines.BEGINS
    for name in ALL:
        machines.start(name)
        await machines.run("join", ALL, name=name)
    await machines.run("settle", ALL)
    await machines.run("settle", ALL)  # any number of times

    machines.write(ALL, users=[API])
    await machines.run("settle", ALL)
    client = await machines.client("b", *OF_THE_API)
    assert (await client.jetstream(timeout=WAITS_SECONDS).publish("lead.created", b"first")).stream == "LEADS"
    await client.close()

    machines.stop("a")
    shutil.rmtree(machines.store("a"))  # worse than what a replacement does, which keeps the volume
    machines.start("a")
    await machines.run("join", ALL, name="a", cluster=nats_machines.STANDS)
    await machines.run("join", ALL, name="c", cluster=nats_machines.STANDS)
    assert await machines.run("well", ALL) == nats_machines.STANDS
    machines.stop("b")
    await machines.run("join", ALL, name="a", cluster=nats_machines.STANDS)
    with pytest.raises(SetupError, match=r"b is not well.*No machine was replaced"):
        await machines.run("well", ALL)
    admin = await machines.client("a", "admin", PASSWORDS["admin"])
    kept = await admin.jetstream(timeout=WAITS_SECONDS).get_last_msg("LEADS", "lead.created")
    assert kept.data == b"first"
    info = await admin.jetstream(timeout=WAITS_SECONDS).stream_info("LEADS")
    assert info.config.num_replicas == 3
    await admin.close()

    machines.write(ALL)  # the link is gone
    machines.start("b")
    await machines.run("settle", ALL)
    with pytest.raises(nats.errors.Error):
        await machines.client("c", *OF_THE_API)
    with pytest.raises(SetupError, match=r"3 servers are a cluster.*Nothing was changed"):
        await machines.run("allow", ["a"], LONE)


def test_a_server_that_stands_alone_with_streams_is_made_no_cluster(machines: Machines) -> None:
    async def lone() -> None:
        machines.write(["a"], LONE)
        machines.start("a")
        await machines.run("join", ["a"], LONE, name="a")
        await machines.run("settle", ["a"], LONE)
        await machines.run("allow", ["a"], LONE)
        with pytest.raises(SetupError, match="a stands alone and holds streams"):
            await machines.run("allow", ALL)

    asyncio.run(lone())


def test_bounds_that_would_delete_events_are_refused(machines: Machines) -> None:
    async def bounds() -> None:
        machines.write(["a"], LONE)
        machines.start("a")
        await machines.run("settle", ["a"], LONE)
        admin = await machines.client("a", "admin", PASSWORDS["admin"])
        await admin.jetstream(timeout=WAITS_SECONDS).publish("lead.created", b"x" * 4096)
        small = LONE.replace(streams={"LEADS": Stream(subjects=["lead.*"], max_size_gb=1e-6)})
        with pytest.raises(SetupError, match=r"the stream LEADS holds .* GiB, and a size of .* was asked for"):
            await machines.run("settle", ["a"], small)
        assert (await admin.jetstream(timeout=WAITS_SECONDS).stream_info("LEADS")).state.messages == 1
        await admin.close()

    asyncio.run(bounds())


def test_who_does_not_trust_the_authority_gets_no_connection(machines: Machines) -> None:
    async def strangers() -> None:
        machines.write(["a"], LONE)
        machines.start("a")
        await machines.run("join", ["a"], LONE, name="a")
        other = Machines(machines.folder / "other", ["x"])
        assert await nats_machines.look({**machines.event("", ["a"]), "ca": machine_scripts.one_line(other.ca)}) == {}

    asyncio.run(strangers())


def test_three_servers_become_five_of_one_bus(tmp_path: Path) -> None:
    five = Machines(tmp_path, "abcde")
    try:
        asyncio.run(_larger(five))
    finally:
        five.stop()


async def _stand(machines: Machines) -> None:
    """Three servers, and what they hold."""
    machines.write(ALL)
    machines.start(*ALL)
    for name in ALL:
        await machines.run("join", ALL, name=name)
    await machines.run("settle", ALL)


async def _larger(machines: Machines) -> None:
    await _stand(machines)

    larger = SPEC.replace(streams={"LEADS": LEADS.model_copy(update={"replicas": 5})})
    await machines.run("allow", machines.names, larger)
    machines.write(machines.names, larger)
    assert await machines.run("well", machines.names, larger) == nats_machines.STANDS
    for name in machines.names:
        if name not in ALL:
            machines.start(name)
        await machines.run("join", machines.names, larger, name=name, cluster=nats_machines.STANDS)
    await machines.run("settle", machines.names, larger)
    admin = await machines.client("e", "admin", PASSWORDS["admin"])
    found = await admin.jetstream(timeout=WAITS_SECONDS).stream_info("LEADS")
    assert found.config.num_replicas == 5
    await admin.close()


def test_how_far_consumers_are_is_read_of_any_server_by_a_user_that_may_look_alone(machines: Machines) -> None:
    asyncio.run(_figures(machines))


async def _figures(machines: Machines) -> None:
    await _stand(machines)
    well = (0, {"waiting": 0, "oldest_seconds": 0, "dead": 0, "up": 1})
    until(lambda: all(machines.figures(name) == well for name in ALL))

    client = await machines.client("a", "admin", PASSWORDS["admin"])
    events = client.jetstream(timeout=WAITS_SECONDS)
    await events.publish("lead.created", b"given up")
    reader = await events.pull_subscribe_bind("crm", "LEADS")
    (given_up,) = await reader.fetch(1, timeout=WAITS_SECONDS)
    await given_up.term()
    await events.publish("lead.created", b"waits")
    await client.close()
    until(lambda: machines.figures("b")[1].get("dead") == 1)
    until(lambda: machines.figures("c")[1].get("oldest_seconds", 0) > 1)
    until(lambda: machines.figures("b")[1].get("waiting") == 1)

    machines.stop("b", "c")  # without a majority nobody says how far consumers are, once the last has noticed
    until(lambda: machines.figures("a")[0] != 0)
    assert "up" not in machines.figures("a")[1]
