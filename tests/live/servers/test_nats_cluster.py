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
from tests.live.servers.nats_machines import PASSWORDS, SPEC, WAITS_SECONDS, Machines

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
    published = await client.jetstream(timeout=WAITS_SECONDS).publish("lead.created", b"first")
    assert published.stream == "LEADS"
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
