from collections.abc import Callable

import pytest

from infra_kit import Consumer, EventBus, Stream, features, spec, subject
from infra_kit.components.event_bus import Engine, EventBusSpec
from infra_kit.errors import SpecError
from tests.unit.refusals import refusal


def test_an_events_type_becomes_its_subject_in_lower_case() -> None:
    assert subject("Lead.Created") == "lead.created"
    assert subject("AI.LeadScored") == "ai.leadscored"


@pytest.mark.parametrize("good", ["lead", "lead.*", "lead.created", "lead.*.done", "lead.>", "a-b.c_d"])
def test_a_subject_may_have_wildcards(good: str) -> None:
    assert Stream(subjects=[good]).subjects == (good,)


@pytest.mark.parametrize(
    "bad", ["", "Lead.*", "lead.", ".lead", "lead..created", ">", "*", "lead.>.x", "lead created", "l*"]
)
def test_any_other_subject_is_refused(bad: str) -> None:
    with pytest.raises(SpecError, match=r"Stream: subjects\.0: a subject in lower case is needed"):
        Stream(subjects=[bad])


def test_a_consumer_of_an_unknown_stream_is_refused_with_those_there_are() -> None:
    streams = {"LEADS": Stream(subjects=["lead.*"]), "AI": Stream(subjects=["ai.*"])}
    message = refusal(lambda: EventBus("bus", streams=streams, consumers={"score": Consumer(stream="LEAD")}), SpecError)
    assert message == "EventBus 'bus': consumers.score: there is no stream 'LEAD'; streams: LEADS, AI"


def test_a_filter_that_no_event_of_its_stream_fits_is_refused() -> None:
    streams = {"LEADS": Stream(subjects=["lead.*", "customer.>"])}
    for fits in ("lead.created", "customer.won.twice", None):
        EventBusSpec(streams=streams, consumers={"score": Consumer(stream="LEADS", filter=fits)})
    message = refusal(
        lambda: EventBus("bus", streams=streams, consumers={"score": Consumer(stream="LEADS", filter="leads.created")}),
        SpecError,
    )
    assert message == (
        "EventBus 'bus': consumers.score: its filter 'leads.created' fits no subject of the stream LEADS, "
        "which has lead.*, customer.>: it would never get an event"
    )


@pytest.mark.parametrize("subjects", [["lead.created"], ["ai.*", "lead.>"]])
def test_streams_whose_subjects_overlap_are_refused_with_both_names(subjects: list[str]) -> None:
    streams = {"LEADS": Stream(subjects=["lead.*"]), "ALL": Stream(subjects=subjects)}
    message = refusal(lambda: EventBus("bus", streams=streams), SpecError)
    assert message.startswith(f"EventBus 'bus': streams.LEADS: its subject 'lead.*' overlaps '{subjects[-1]}' of ALL;")


@pytest.mark.parametrize(
    "asked",
    [lambda: Stream(subjects=["lead.*"], retention="0s"), lambda: Consumer(stream="LEADS", ack_wait="0m")],
)
def test_no_time_at_all_is_refused_because_nats_reads_it_as_for_ever(asked: Callable[[], object]) -> None:
    with pytest.raises(SpecError, match="a duration is at least one second"):
        asked()


@pytest.mark.parametrize("name", ["", "1LEADS", "LEAD EVENTS", "lead.events", "L" * 49])
def test_a_stream_has_a_name_that_every_bus_takes(name: str) -> None:
    with pytest.raises(SpecError, match="a name of at most 48 letters, digits, '_' and '-' is needed"):
        spec.build(EventBusSpec, "EventBus", "bus", {"streams": {name: Stream(subjects=["lead.*"])}})


@pytest.mark.parametrize("replicas", [0, 2, 4])
def test_copies_of_a_stream_make_a_majority(replicas: int) -> None:
    with pytest.raises(SpecError, match=f"Stream: replicas: Input should be 1, 3 or 5, given {replicas}"):
        Stream(subjects=["lead.*"], replicas=replicas)  # type: ignore[arg-type]


@pytest.mark.parametrize(("engine", "other"), [("nats", "native"), ("native", "nats")])
def test_without_one_engine_it_is_the_other(engine: Engine, other: Engine) -> None:
    asked = EventBusSpec(engine=engine, streams={"LEADS": Stream(subjects=["lead.*"])})
    assert asked.without(features.engine(engine)).engine == other


def backlog(retention: str, asked: str | None) -> EventBusSpec:
    consumer = Consumer(stream="LEADS", backlog=asked)
    return EventBusSpec(
        streams={"LEADS": Stream(subjects=["lead.*"], retention=retention)}, consumers={"crm": consumer}
    )


def test_an_event_waits_for_its_consumer_as_long_as_its_stream_keeps_it_or_as_long_as_asked() -> None:
    assert backlog("30d", None).backlog("crm") == 30 * 86_400
    assert backlog("30d", "1h").backlog("crm") == 3_600


@pytest.mark.parametrize(
    ("retention", "asked", "long"),
    [("14d", None, False), ("15d", None, True), ("5y", "14d", False), ("5y", "15d", True)],
)
def test_a_backlog_longer_than_any_queue_keeps_is_a_feature(retention: str, asked: str | None, long: bool) -> None:
    spec = backlog(retention, asked)
    assert (features.LONG_BACKLOG in spec.features()) is long
    assert spec.without(features.LONG_BACKLOG).backlog("crm") == min(spec.backlog("crm"), 14 * 86_400)


def test_a_backlog_longer_than_the_stream_keeps_its_events_is_refused() -> None:
    with pytest.raises(
        ValueError, match="its backlog of 8d is longer than the 7d that the stream LEADS keeps an event"
    ):
        backlog("7d", "8d")


def test_a_streams_size_is_a_feature_that_can_be_left_out() -> None:
    spec = EventBusSpec(streams={"LEADS": Stream(subjects=["lead.*"], max_size_gb=1)})
    assert features.STREAM_SIZE in spec.features()
    assert spec.without(features.STREAM_SIZE).streams["LEADS"].max_size_gb is None


@pytest.mark.parametrize(("retention", "long"), [("31d", False), ("32d", True), ("5y", True)])
def test_a_stream_that_is_kept_longer_than_every_bus_can_is_a_feature(retention: str, long: bool) -> None:
    spec = backlog(retention, None)
    assert (features.LONG_RETENTION in spec.features()) is long


def test_without_long_retention_events_are_kept_and_wait_for_31_days_at_most() -> None:
    asked = EventBusSpec(
        streams={
            "CFDI": Stream(subjects=["cfdi.*"], retention="5y"),
            "LEADS": Stream(subjects=["lead.*"], retention="7d"),
        },
        consumers={
            "tax": Consumer(stream="CFDI", backlog="60d"),
            "mail": Consumer(stream="CFDI"),
            "crm": Consumer(stream="LEADS", backlog="1h"),
        },
    )
    spec = asked.without(features.LONG_RETENTION)
    assert {name: stream.retention for name, stream in spec.streams.items()} == {"CFDI": "31d", "LEADS": "7d"}
    assert {name: spec.backlog(name) for name in spec.consumers} == {
        "tax": 31 * 86_400,
        "mail": 31 * 86_400,
        "crm": 3_600,
    }
    assert features.LONG_RETENTION not in spec.features()
