"""A real NATS server over its life: started again, changed, damaged, deleted."""

from __future__ import annotations

import json
import re
import shutil
from pathlib import Path

import pytest
from nats.errors import Error as NatsError

from infra_kit._dynamic import Props
from infra_kit.errors import ServerError
from infra_kit.providers.local import ports
from infra_kit.providers.local.server import box_of
from infra_kit.providers.local.servers.event_bus import HANDLER
from tests.live.servers.nats_client import (
    CRM,
    DAY,
    EVENT,
    LEADS,
    ZUCLUBIT,
    acknowledge,
    bus,
    ensure,
    give_up,
    inside,
    kill,
    pid,
    publish,
    streams,
    take,
)  # fmt: skip


@pytest.fixture
def props(home_dir: Path) -> Props:
    return bus(home_dir)


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
        publish(outs, {**EVENT, "type": "Cfdi.Stamped"}, seconds=0.5)
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


@pytest.mark.parametrize(
    ("asked", "message"),
    [
        ({"retention": "1s"}, r"LEAD_EVENTS holds events since .* UTC, and a retention of 0:00:01 was asked for"),
        ({"max_size_gb": 1e-7}, "LEAD_EVENTS holds .* GiB, and a size of .* GiB was asked for"),
    ],
)
def test_bounds_that_would_delete_kept_events_are_refused_with_the_safe_way(
    props: Props, asked: Props, message: str
) -> None:
    outs = ensure(props)
    publish(outs)
    tighter = {**props, "streams": {"LEAD_EVENTS": {**LEADS, **asked}}}
    box_of(props).process.wait(lambda: bool(HANDLER.check(props, tighter)), seconds=60)

    (failure,) = HANDLER.check(props, tighter)

    assert failure.property == "streams"
    assert re.search(f"bus: the stream {message}.*The safe way: declare the stream by another name", failure.reason)
    with pytest.raises(ServerError, match=message):
        ensure(tighter)
    assert streams(props)["LEAD_EVENTS"].state.messages == 1
    ensure({**props, "streams": {"LEADS": {**LEADS, **asked}}, "consumers": {}})
    assert streams(props)["LEAD_EVENTS"].state.messages == 1, "the safe way keeps them"


def test_bounds_that_no_kept_event_is_beyond_are_taken_over(props: Props) -> None:
    publish(ensure(props))
    tighter = {**props, "streams": {"LEAD_EVENTS": {**LEADS, "retention": "1h", "max_size_gb": 1.0}}}
    assert HANDLER.check(props, tighter) == []
    ensure(tighter)
    assert streams(props)["LEAD_EVENTS"].config.max_age == 3600


def test_bounds_are_asked_again_where_the_server_was_down_at_the_check(props: Props) -> None:
    publish(ensure(props))
    tighter = {**props, "streams": {"LEAD_EVENTS": {**LEADS, "max_size_gb": 1e-7}}}
    kill(props)
    assert HANDLER.check(props, tighter) == []
    with pytest.raises(ServerError, match="The safe way"):
        ensure(tighter)
    assert streams(props)["LEAD_EVENTS"].state.messages == 1


@pytest.mark.parametrize(
    ("damaged", "loss"),
    [
        ("msgs/*.blk", "is empty, and its newest event, of .* should still be there"),
        ("msgs/*", "ends with event 0 and had 1"),
    ],
)
def test_a_damaged_stream_is_an_error_and_not_an_empty_stream(props: Props, damaged: str, loss: str) -> None:
    publish(ensure(props))
    box = box_of(props)
    box.process.stop()
    for file in filter(Path.is_file, stream_files(props).glob(damaged)):
        file.write_bytes(b"\xfe garbage \x00" * 50)

    for _ in range(2):
        with pytest.raises(ServerError, match=f"bus: the stream LEAD_EVENTS {loss}.*deleted nothing.*from a copy"):
            ensure(props)

    record = json.loads((box.path / "server.json").read_text())
    del record["facts"]["stream LEAD_EVENTS"]
    (box.path / "server.json").write_text(json.dumps(record))
    publish(ensure(props))
    assert streams(props)["LEAD_EVENTS"].state.messages == 1, "the way out that the error names"


def test_a_stream_and_consumer_damaged_all_over_are_an_error(props: Props) -> None:
    publish(ensure(props))
    box_of(props).process.stop()
    for file in filter(Path.is_file, stream_files(props).glob("**/*")):
        file.write_bytes(b"\xfe garbage \x00" * 50)
    with pytest.raises(ServerError, match=r"bus: NATS refused .*are damaged.*from a copy\. Nothing was deleted"):
        ensure(props)


def test_a_stream_whose_files_are_gone_is_an_error(props: Props) -> None:
    publish(ensure(props))
    box_of(props).process.stop()
    shutil.rmtree(stream_files(props))
    with pytest.raises(ServerError, match="bus: the stream LEAD_EVENTS is gone"):
        ensure(props)


def test_events_that_were_there_at_an_earlier_up_are_missed_when_the_end_of_the_stream_is_torn_off(
    props: Props,
) -> None:
    outs = ensure(props)
    for _ in range(3):
        publish(outs)
    ensure(props)
    box_of(props).process.stop()
    (blocks,) = stream_files(props).glob("msgs/*.blk")
    blocks.write_bytes(blocks.read_bytes()[:-20])
    (stream_files(props) / "msgs" / "index.db").unlink()
    with pytest.raises(ServerError, match="the stream LEAD_EVENTS ends with event 2 and had 3"):
        ensure(props)


def test_a_stream_whose_settings_alone_are_damaged_is_made_again_with_its_events(props: Props) -> None:
    publish(ensure(props))
    box_of(props).process.stop()
    (stream_files(props) / "meta.inf").write_bytes(b"\xfe garbage")
    assert json.loads(take(ensure(props), "LEAD_EVENTS/crm", acknowledge).data) == EVENT


def test_a_stream_whose_events_ran_out_of_time_is_empty_without_an_error(props: Props) -> None:
    brief = {**props, "streams": {"LEAD_EVENTS": {**LEADS, "retention": "1s"}}}
    publish(ensure(brief))
    box_of(props).process.wait(lambda: streams(props)["LEAD_EVENTS"].state.messages == 0, seconds=60)
    box_of(props).process.stop()
    ensure(brief)
    assert streams(props)["LEAD_EVENTS"].state.last_seq == 1


def stream_files(props: Props) -> Path:
    (found,) = box_of(props).data.glob("jetstream/*/streams/LEAD_EVENTS")
    return found


def test_two_streams_of_one_subject_are_an_error_that_names_the_way_out(props: Props) -> None:
    asked = {**props, "streams": {"LEAD_EVENTS": LEADS, "ALL": {"subjects": ["lead.>"], "retention": "1d"}}}
    with pytest.raises(ServerError, match=r"bus: NATS refused .*overlap.*\. Where two streams swap subjects"):
        ensure(asked)


def test_deleting_in_development_leaves_nothing(props: Props) -> None:
    outs = ensure(props)
    HANDLER.delete("", props)
    assert not box_of(props).path.exists()
    assert not ports.answers(outs["public"]["port"])
