"""What a link to an EventBus opens, by a real NATS client; and what it does not."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, TypeVar

import nats
import pytest
from nats.aio.client import Client
from nats.errors import Error as NatsError

from infra_kit._dynamic import Props
from infra_kit.providers.common.nats import inbox
from infra_kit.providers.local.server import box_of
from infra_kit.providers.local.servers import nats_monitor
from infra_kit.providers.local.servers.event_bus import HANDLER
from tests.live.links.users import User, changed, delete, ensure, kill, pid, user
from tests.live.servers import nats_client

T = TypeVar("T")
SECONDS = 30
"""What comes about may take so long on a busy machine."""
FINISHED = {**nats_client.CRM, "filter": "lead.closed"}


def props_in(home: Path) -> Props:
    props = nats_client.bus(home)
    streams = {**props["streams"], "PROPOSAL_EVENTS": {"subjects": ["proposal.*"], "retention": "7d"}}
    return {**props, "streams": streams, "consumers": {"crm": nats_client.CRM, "closing": FINISHED}}


@pytest.fixture(scope="module")
def server(shared_home_dir: Path) -> Props:
    props = props_in(shared_home_dir)
    HANDLER.ensure(props)
    return props


def account(
    server: Props, *, publish: list[str] | None = None, consume: list[str] | None = None, name: str = "api__bus"
) -> Props:
    return user(server, "event_bus_user", {"publish": publish or [], "consume": consume or []}, name)


@asynccontextmanager
async def connection(server: Props, user: User) -> AsyncIterator[tuple[Client, asyncio.Queue[str]]]:
    """A client of a link, and what the server refuses it."""
    refused: asyncio.Queue[str] = asyncio.Queue()

    async def note(error: Exception) -> None:
        await refused.put(str(error))

    url = f"nats://127.0.0.1:{box_of(server).record.ports[0]}"
    client = await nats.connect(
        url,
        user=user.name,
        password=user.password,
        inbox_prefix=inbox(user.name),
        allow_reconnect=False,
        connect_timeout=20,
        error_cb=note,
    )
    try:
        yield client, refused
    finally:
        await client.close()


def use(server: Props, user: User, what: Callable[[Client], Awaitable[T]]) -> T:
    async def run() -> T:
        async with connection(server, user) as (client, _):
            return await what(client)

    return asyncio.run(run())


def refusals(server: Props, user: User, what: Callable[[Client], Awaitable[Any]]) -> str:
    """What the server says to what the client must not do."""

    async def run() -> str:
        async with connection(server, user) as (client, refused):
            await what(client)
            return await asyncio.wait_for(refused.get(), SECONDS)

    return asyncio.run(run())


async def publish(client: Client, subject: str = "lead.created") -> int:
    return (await client.jetstream(timeout=SECONDS).publish(subject, b"{}")).seq


async def take(client: Client, consumer: str = "crm", seconds: float = SECONDS) -> str:
    subscription = await client.jetstream(timeout=SECONDS).pull_subscribe_bind(consumer, "LEAD_EVENTS")
    (message,) = await subscription.fetch(1, timeout=seconds)
    await message.ack_sync(timeout=SECONDS)
    return message.subject


@pytest.fixture
def publisher(server: Props) -> Iterator[User]:
    props = account(server, publish=["lead.created"])
    yield ensure(props)
    delete(props)


@pytest.fixture
def reader(server: Props) -> Iterator[User]:
    props = account(server, consume=["LEAD_EVENTS/crm"], name="worker__bus")
    yield ensure(props)
    delete(props)


def test_one_link_publishes_and_another_takes(server: Props, publisher: User, reader: User) -> None:
    assert use(server, publisher, publish) > 0
    assert use(server, reader, take) == "lead.created"
    with pytest.raises(TimeoutError):
        use(server, reader, lambda client: take(client, seconds=0.5))


@pytest.mark.parametrize("subject", ["lead.closed", "proposal.created", "other", "$JS.API.STREAM.DELETE.LEAD_EVENTS",
    "$JS.API.STREAM.PURGE.LEAD_EVENTS", "$JS.API.STREAM.CREATE.MINE", "$JS.API.STREAM.MSG.GET.LEAD_EVENTS",
    "$JS.API.CONSUMER.MSG.NEXT.LEAD_EVENTS.crm", "$JS.API.CONSUMER.CREATE.LEAD_EVENTS"])  # fmt: skip
def test_a_link_publishes_on_its_own_subjects_only(server: Props, publisher: User, subject: str) -> None:
    said = refusals(server, publisher, lambda client: client.publish(subject, b"{}"))
    assert f'permissions violation for publish to "{subject.lower()}"' in said.lower()


@pytest.mark.parametrize("subject", ["lead.created", "$JS.API.CONSUMER.MSG.NEXT.LEAD_EVENTS.closing",
    "$JS.API.CONSUMER.DELETE.LEAD_EVENTS.crm", "$JS.ACK.LEAD_EVENTS.closing.1.1.1.1.0",
    "$JS.API.STREAM.MSG.GET.LEAD_EVENTS", "$JS.API.STREAM.INFO.LEAD_EVENTS"])  # fmt: skip
def test_a_link_takes_from_its_own_consumers_only(server: Props, reader: User, subject: str) -> None:
    said = refusals(server, reader, lambda client: client.publish(subject, b"{}"))
    assert f'permissions violation for publish to "{subject.lower()}"' in said.lower()


@pytest.mark.parametrize("subject", [">", "lead.created", "lead.*", "_INBOX.>", f"{inbox('worker__bus')}.>", "$JS.>"])
def test_a_link_does_not_overhear_what_others_get(server: Props, publisher: User, reader: User, subject: str) -> None:
    said = refusals(server, publisher, lambda client: client.subscribe(subject))
    assert f'permissions violation for subscription to "{subject.lower()}"' in said.lower()


def test_whoever_is_not_linked_is_refused(server: Props, publisher: User, reader: User) -> None:
    for stranger in (
        User("", ""),
        User("nobody", "x"),
        User(publisher.name, "x"),
        User(reader.name, publisher.password),
    ):
        with pytest.raises(NatsError, match=r"(?i)authorization"):
            use(server, stranger, publish)


def test_a_client_of_a_busy_machine_has_time_to_log_in(server: Props, publisher: User) -> None:
    assert use(server, publisher, publish) > 0
    assert json.loads(nats_monitor.get(box_of(server).record, "/varz"))["auth_timeout"] == 10


def test_a_narrower_link_takes_the_wider_ones_rights_away_and_keeps_the_password(server: Props) -> None:
    wide, narrow = account(server, publish=["lead.*"]), account(server, publish=["lead.closed"])
    made = ensure(wide)
    use(server, made, publish)
    assert ensure(narrow, wide) == made
    assert "lead.created" in refusals(server, made, lambda client: client.publish("lead.created", b""))
    delete(narrow)


def test_a_link_is_made_once_and_brought_back_when_its_credential_is_lost(server: Props) -> None:
    props, process = account(server, publish=["lead.created"]), pid(server)
    made = ensure(props)
    assert not changed(props)
    assert ensure(props) == made
    (box_of(server).path / "links" / "api__bus.json").unlink()
    assert changed(props)
    again = ensure(props)
    assert not changed(props)
    use(server, again, publish)
    with pytest.raises(NatsError, match=r"(?i)authorization"):
        use(server, made, publish)
    assert pid(server) == process
    delete(props)


def test_a_revoked_link_is_refused_at_once_and_nobody_else_is_cut_off(server: Props, publisher: User) -> None:
    props = account(server, consume=["LEAD_EVENTS/crm"], name="web__bus")
    gone = ensure(props)

    async def revoke() -> None:
        async with connection(server, publisher) as (staying, _), connection(server, gone) as (going, _):
            closed = asyncio.Event()
            going._closed_cb = _setting(closed)
            await asyncio.to_thread(delete, props)
            await asyncio.wait_for(closed.wait(), SECONDS)
            assert await publish(staying) > 0, "on the connection that it had"

    asyncio.run(revoke())
    with pytest.raises(NatsError, match=r"(?i)authorization"):
        use(server, gone, take)


def _setting(event: asyncio.Event) -> Callable[[], Awaitable[None]]:
    async def closed() -> None:
        event.set()

    return closed


def test_many_links_are_made_at_once(server: Props) -> None:
    asked = [account(server, publish=["lead.created"], name=f"u{n}__bus") for n in range(8)]
    with ThreadPoolExecutor() as side:
        for made in list(side.map(ensure, asked)):
            use(server, made, publish)
        list(side.map(delete, asked))
    assert not list((box_of(server).path / "links").glob("u*"))


def test_links_outlive_a_kill_and_a_change_of_the_server_which_is_not_restarted_for_them(home_dir: Path) -> None:
    server = props_in(home_dir)
    HANDLER.ensure(server)
    one = account(server, publish=["lead.created"])
    other = account(server, consume=["LEAD_EVENTS/crm"], name="web__bus")
    going, staying = ensure(one), ensure(other)
    use(server, going, publish)
    process = pid(server)
    fewer = {**server, "consumers": {"crm": nats_client.CRM}}
    HANDLER.ensure(fewer)
    assert pid(server) == process
    kill(server)
    assert changed(other)
    delete(one)
    HANDLER.ensure(fewer)
    assert not changed(other)
    assert use(server, staying, take) == "lead.created"
    with pytest.raises(NatsError, match=r"(?i)authorization"):
        use(server, going, publish)


def test_links_can_be_taken_away_when_the_server_is_gone(home_dir: Path) -> None:
    server = props_in(home_dir)
    HANDLER.ensure(server)
    props = account(server, publish=["lead.created"])
    ensure(props)
    HANDLER.delete("", server)
    delete(props)
    assert not list(home_dir.glob("test/*"))
