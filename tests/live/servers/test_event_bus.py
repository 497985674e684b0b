"""A real NATS server, driven by its handler."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, TypeVar

import nats
import psutil
import pytest
from nats.aio.msg import Msg
from nats.errors import Error as NatsError
from nats.js import JetStreamContext
from nats.js.api import StreamInfo

from infra_kit._dynamic import Props
from infra_kit.components.event_bus import subject
from infra_kit.errors import ServerError
from infra_kit.providers.local import ports
from infra_kit.providers.local.server import box_of
from infra_kit.providers.local.servers import nats_streams
from infra_kit.providers.local.servers.event_bus import HANDLER

T = TypeVar("T")
LEADS = {"subjects": ["lead.*"], "retention": "7d"}
CRM = {"stream": "LEAD_EVENTS", "ack_wait": "1s", "max_deliveries": 2.0, "dead_letter": True}
ZUCLUBIT = {
    "LEAD_EVENTS": LEADS,
    "PROPOSAL_EVENTS": {"subjects": ["proposal.*"], "retention": "30d"},
    "CFDI_EVENTS": {"subjects": ["cfdi.*"], "retention": "5y"},
    "WHATSAPP_EVENTS": {"subjects": ["whatsapp.*"], "retention": "90d"},
    "AI_EVENTS": {"subjects": ["ai.*"], "retention": "7d"},
}
DAY = 86_400
EVENT = {
    "specversion": "1.0",
    "id": "a1",
    "source": "/crm",
    "type": "Lead.Created",
    "datacontenttype": "application/json",
    "data": {"name": "Ada"},
}


@pytest.fixture
def props(home_dir: Path) -> Props:
    return {
        "kind": "local/event_bus",
        "home": str(home_dir),
        "stack": "test",
        "name": "bus",
        "retain": False,
        "streams": {"LEAD_EVENTS": LEADS},
        "consumers": {"crm": CRM},
    }


def ensure(props: Props) -> Props:
    return HANDLER.ensure(props)[1]


def pid(props: Props) -> int:
    number = box_of(props).process.pid
    assert number
    return number


def kill(props: Props) -> None:
    process = psutil.Process(pid(props))
    process.kill()
    process.wait()


@asynccontextmanager
async def application(url: str, errors: list[Exception] | None = None) -> AsyncIterator[JetStreamContext]:
    async def note(error: Exception) -> None:
        if errors is not None:
            errors.append(error)

    connection = await nats.connect(url, allow_reconnect=False, error_cb=note)
    try:
        yield connection.jetstream(timeout=0.5)
    finally:
        await connection.close()


def use(outs: Props, what: Callable[[JetStreamContext], Awaitable[T]], errors: list[Exception] | None = None) -> T:
    """What an application does with the endpoint's url."""

    async def run() -> T:
        async with application(outs["private"]["url"], errors) as jetstream:
            return await what(jetstream)

    return asyncio.run(run())


def publish(outs: Props, event: dict[str, Any] = EVENT) -> int:
    body = json.dumps(event).encode()
    return use(outs, lambda jetstream: jetstream.publish(subject(event["type"]), body)).seq


def take(outs: Props, address: str, ended: Callable[[Msg], Awaitable[None]], seconds: float = 5) -> Msg:
    """One event of a consumer, which is then ended as told."""

    async def run(jetstream: JetStreamContext) -> Msg:
        stream, consumer = address.split("/")
        subscription = await jetstream.pull_subscribe_bind(consumer, stream)
        (message,) = await subscription.fetch(1, timeout=seconds)
        await ended(message)
        return message

    return use(outs, run)


async def acknowledge(message: Msg) -> None:
    await message.ack_sync()


async def leave(message: Msg) -> None:
    """As if the reader had died over it."""


async def give_up(message: Msg) -> None:
    await message.term()
    await message._client.flush()


def inside(props: Props, what: Callable[[JetStreamContext], Awaitable[T]]) -> T:
    async def run() -> T:
        async with nats_streams.session(box_of(props).record) as jetstream:
            return await what(jetstream)

    return asyncio.run(run())


def streams(props: Props) -> dict[str, StreamInfo]:
    return {str(info.config.name): info for info in inside(props, lambda jetstream: jetstream.streams_info())}


def test_a_cloud_event_is_published_and_consumed(props: Props) -> None:
    outs = ensure(props)
    publish(outs)
    message = take(outs, outs["public"]["consumers"]["crm"], acknowledge)
    assert message.subject == "lead.created"
    assert json.loads(message.data) == EVENT
    with pytest.raises(TimeoutError):
        take(outs, "LEAD_EVENTS/crm", acknowledge, seconds=1.5)


def test_an_event_that_is_not_acknowledged_is_delivered_again(props: Props) -> None:
    outs = ensure(props)
    publish(outs)
    assert take(outs, "LEAD_EVENTS/crm", leave).metadata.num_delivered == 1
    again = take(outs, "LEAD_EVENTS/crm", acknowledge)
    assert again.metadata.num_delivered == 2
    assert json.loads(again.data) == EVENT


def test_an_event_that_was_delivered_too_often_is_a_dead_letter_that_the_application_reads(props: Props) -> None:
    outs = ensure(props)
    publish(outs)
    for _ in range(2):
        take(outs, "LEAD_EVENTS/crm", leave)
    with pytest.raises(TimeoutError):
        take(outs, "LEAD_EVENTS/crm", acknowledge, seconds=2)
    letter = json.loads(take(outs, outs["public"]["dead_letters"]["crm"], acknowledge).data)
    assert (letter["stream"], letter["consumer"], letter["deliveries"]) == ("LEAD_EVENTS", "crm", 2)
    event = use(outs, lambda jetstream: jetstream.get_msg(letter["stream"], letter["stream_seq"]))
    assert json.loads(event.data or b"") == EVENT


def test_an_event_that_the_reader_gives_up_is_a_dead_letter_at_once(props: Props) -> None:
    outs = ensure(props)
    sequence = publish(outs)
    take(outs, "LEAD_EVENTS/crm", give_up)
    letter = json.loads(take(outs, outs["public"]["dead_letters"]["crm"], acknowledge).data)
    assert letter["stream_seq"] == sequence


def test_the_streams_of_zuclubit_keep_their_events_as_long_as_they_ask(props: Props) -> None:
    asked = {**props, "streams": ZUCLUBIT}
    outs = ensure(asked)
    kept = {name: info.config.max_age for name, info in streams(asked).items() if name in ZUCLUBIT}
    assert kept == {
        "LEAD_EVENTS": 7 * DAY,
        "PROPOSAL_EVENTS": 30 * DAY,
        "CFDI_EVENTS": 5 * 365 * DAY,
        "WHATSAPP_EVENTS": 90 * DAY,
        "AI_EVENTS": 7 * DAY,
    }
    for kind in ("Lead.Created", "Proposal.Sent", "Cfdi.Stamped", "Whatsapp.Received", "Ai.Answered"):
        publish(outs, {**EVENT, "type": kind})
    assert [streams(asked)[name].state.messages for name in ZUCLUBIT] == [1, 1, 1, 1, 1]


@pytest.mark.parametrize("login", ["", "app@", "app:wrong@"])
def test_nobody_gets_in_without_the_password(props: Props, login: str) -> None:
    address = f"nats://{login}127.0.0.1:{ensure(props)['public']['port']}"

    async def knock() -> None:
        async with application(address):
            raise AssertionError("was let in")

    with pytest.raises(NatsError, match=r"(?i)authorization"):
        asyncio.run(knock())


@pytest.mark.parametrize(
    ("forbidden", "doing"),
    [
        ("STREAM.DELETE", lambda jetstream: jetstream.delete_stream("LEAD_EVENTS")),
        ("STREAM.PURGE", lambda jetstream: jetstream.purge_stream("LEAD_EVENTS")),
        ("STREAM.CREATE", lambda jetstream: jetstream.add_stream(name="MINE", subjects=["mine.*"])),
        ("STREAM.UPDATE", lambda jetstream: jetstream.update_stream(name="LEAD_EVENTS", subjects=["lead.*"])),
        ("STREAM.MSG.DELETE", lambda jetstream: jetstream.delete_msg("LEAD_EVENTS", 1)),
        ("CONSUMER.DELETE", lambda jetstream: jetstream.delete_consumer("LEAD_EVENTS", "crm")),
        ("CONSUMER.CREATE", lambda jetstream: jetstream.add_consumer("LEAD_EVENTS", name="mine")),
        ("other.subject", lambda jetstream: jetstream.publish("other.subject", b"")),
    ],
)
def test_the_application_may_not_change_the_bus(
    props: Props, forbidden: str, doing: Callable[[JetStreamContext], Awaitable[Any]]
) -> None:
    outs = ensure(props)
    publish(outs)
    errors: list[Exception] = []
    with pytest.raises((NatsError, TimeoutError)):
        use(outs, doing, errors)
    assert (
        f'permissions violation for publish to "{"$js.api." if forbidden.isupper() else ""}{forbidden.lower()}'
        in str(errors)
    )
    assert streams(props)["LEAD_EVENTS"].state.messages == 1


def test_the_application_may_not_listen_to_what_is_not_its_own(props: Props) -> None:
    errors: list[Exception] = []

    async def listen(jetstream: JetStreamContext) -> None:
        await jetstream._nc.subscribe("$JS.>")
        await jetstream.account_info()

    use(ensure(props), listen, errors)
    assert "permissions violation for subscription" in str(errors)


def test_it_listens_on_the_loopback_only(props: Props) -> None:
    ensure(props)
    listening = {each.laddr for each in psutil.Process(pid(props)).net_connections() if each.status == "LISTEN"}
    assert listening == {("127.0.0.1", port) for port in box_of(props).record.ports}


def test_a_second_ensure_leaves_the_running_server_alone(props: Props) -> None:
    outs = ensure(props)
    first = pid(props)
    assert not HANDLER.changed(outs, props)
    assert ensure(props) == outs
    assert pid(props) == first


def test_a_killed_server_comes_back_with_its_events_port_and_password(props: Props) -> None:
    outs = ensure(props)
    publish(outs)
    kill(props)
    assert HANDLER.changed(outs, props)
    assert ensure(props) == outs
    assert json.loads(take(outs, "LEAD_EVENTS/crm", acknowledge).data) == EVENT


def test_an_orderly_stop_keeps_how_far_a_consumer_got(props: Props) -> None:
    outs = ensure(props)
    publish(outs)
    publish(outs, {**EVENT, "id": "a2"})
    take(outs, "LEAD_EVENTS/crm", acknowledge)
    HANDLER.delete("", {**props, "retain": True})
    ensure(props)
    assert json.loads(take(outs, "LEAD_EVENTS/crm", acknowledge).data)["id"] == "a2"


def test_streams_and_consumers_change_in_place(props: Props) -> None:
    outs = ensure(props)
    publish(outs)
    first = pid(props)
    asked = {
        **props,
        "streams": {
            "LEAD_EVENTS": {"subjects": ["lead.*", "customer.*"], "retention": "60s", "max_size_gb": 0.5},
            "AI_EVENTS": ZUCLUBIT["AI_EVENTS"],
        },
        "consumers": {"crm": {**CRM, "filter": "customer.*", "ack_wait": "30s", "max_deliveries": 7.0}},
    }
    changed = ensure(asked)
    publish(changed, {**EVENT, "type": "Customer.Won"})
    publish(changed, {**EVENT, "type": "Ai.Answered"})
    assert take(changed, "LEAD_EVENTS/crm", acknowledge).subject == "customer.won"
    assert pid(asked) == first
    leads = streams(asked)["LEAD_EVENTS"]
    assert (leads.config.max_age, leads.config.max_bytes, leads.state.messages) == (60, 2**29, 2)
    consumer = inside(asked, lambda jetstream: jetstream.consumer_info("LEAD_EVENTS", "crm")).config
    assert (consumer.ack_wait, consumer.max_deliver) == (30, 7)


def test_a_stream_that_is_no_longer_declared_keeps_its_events_and_takes_no_new_ones(props: Props) -> None:
    asked = {**props, "streams": ZUCLUBIT}
    outs = ensure(asked)
    publish(outs, {**EVENT, "type": "Cfdi.Stamped"})
    ensure(props)
    there = streams(props)
    assert "AI_EVENTS" not in there, "empty, so nothing is lost with it"
    assert there["CFDI_EVENTS"].state.messages == 1
    with pytest.raises((NatsError, TimeoutError)):
        publish(outs, {**EVENT, "type": "Cfdi.Stamped"})
    ensure(asked)
    assert publish(outs, {**EVENT, "type": "Cfdi.Stamped"}) == 2


def test_subjects_move_to_a_new_stream(props: Props) -> None:
    publish(ensure(props))
    asked = {**props, "streams": {"LEADS": LEADS}, "consumers": {"crm": {**CRM, "stream": "LEADS"}}}
    outs = ensure(asked)
    publish(outs, {**EVENT, "id": "a2"})
    assert json.loads(take(outs, "LEADS/crm", acknowledge).data)["id"] == "a2"
    assert streams(asked)["LEAD_EVENTS"].state.messages == 1


def test_a_consumer_that_is_no_longer_declared_goes_and_its_dead_letters_stay(props: Props) -> None:
    outs = ensure(props)
    publish(outs)
    take(outs, "LEAD_EVENTS/crm", give_up)
    ensure({**props, "consumers": {}})
    there = streams(props)
    assert [there[name].state.consumer_count for name in ("LEAD_EVENTS", "_dead_crm")] == [0, 0]
    assert there["_dead_crm"].state.messages == 1


def test_two_streams_of_one_subject_are_an_error_that_names_the_way_out(props: Props) -> None:
    asked = {**props, "streams": {"LEAD_EVENTS": LEADS, "ALL": {"subjects": ["lead.>"], "retention": "1d"}}}
    with pytest.raises(ServerError, match=r"bus: NATS refused .*overlap.*\. A subject belongs to one stream"):
        ensure(asked)


def test_deleting_in_development_leaves_nothing(props: Props) -> None:
    outs = ensure(props)
    HANDLER.delete("", props)
    assert not box_of(props).path.exists()
    assert not ports.answers(outs["public"]["port"])


def test_no_password_stands_in_an_argument_a_log_or_a_file_for_others(props: Props) -> None:
    ensure(props)
    ensure({**props, "consumers": {}})
    box = box_of(props)
    seen = (
        " ".join(" ".join(process.info["cmdline"] or []) for process in psutil.process_iter(["cmdline"]))
        + box.process.log.read_text()
    )
    assert not [secret for secret in box.record.secrets.values() if secret in seen]
    assert (box.conf / "nats.conf").stat().st_mode & 0o077 == 0
