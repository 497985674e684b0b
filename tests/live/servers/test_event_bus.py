"""What an application gets of a real NATS server: events, again, dead letters; and nothing beyond."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import psutil
import pytest
from nats.errors import Error as NatsError
from nats.js import JetStreamContext

from infra_kit._dynamic import Props
from infra_kit.providers.local.server import box_of
from tests.live.servers.nats_client import (
    CRM,
    EVENT,
    acknowledge,
    application,
    bus,
    ensure,
    give_up,
    leave,
    pid,
    publish,
    streams,
    take,
    use,
)  # fmt: skip


@pytest.fixture
def props(home_dir: Path) -> Props:
    return bus(home_dir)


def test_a_cloud_event_is_published_and_consumed(props: Props) -> None:
    outs = ensure({**props, "consumers": {"crm": {**CRM, "ack_wait": "30s"}}})
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
        use(outs, doing, errors, seconds=0.5)
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
