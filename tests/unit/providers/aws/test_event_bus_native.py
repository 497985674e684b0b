"""EventBus on AWS with engine="native": what is made, how it is set, and what is refused."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import pytest

from infra_kit import Consumer, EventBus, Stream, features
from infra_kit.components.event_bus import EventBusSpec
from infra_kit.errors import SpecError, UnsupportedFeatureError
from infra_kit.providers.aws import event_bus as driver
from infra_kit.testing import record
from tests.unit.lacking import gaps
from tests.unit.providers.aws.buses import CRM, LEADS, above, made, policy
from tests.unit.refusals import refusal

# Streams


def test_a_stream_is_an_archive_of_its_subjects() -> None:
    archive = made({"LEADS": Stream(subjects=["lead.created"], retention="30d")}, {}).named("bus-archive-LEADS")
    assert archive.inputs["retentionDays"] == 30
    assert json.loads(archive.inputs["eventPattern"]) == {"detail-type": ["lead.created"]}
    assert archive.inputs["eventSourceArn"].endswith(":event-bus/bus-bus-1a2b3c4")


@pytest.mark.parametrize(("retention", "days"), [("30s", 1), ("24h", 1), ("25h", 2), ("5y", 1825)])
def test_an_archive_keeps_whole_days(retention: str, days: int) -> None:
    recording = made({"LEADS": Stream(subjects=["lead.*"], retention=retention)}, {})
    assert recording.named("bus-archive-LEADS").inputs["retentionDays"] == days


def test_copies_of_a_stream_are_what_eventbridge_keeps_anyway() -> None:
    copied = {"LEADS": Stream(subjects=["lead.*"], replicas=3)}
    assert [it.inputs for it in made(copied).resources] == [it.inputs for it in made().resources]


# Consumers


def test_a_consumer_is_a_rule_that_fills_a_queue() -> None:
    recording = made()
    assert {"bus-rule-crm", "bus-queue-crm", "bus-dead-letters-crm"} <= above(recording, "bus-target-crm")
    rule = recording.named("bus-rule-crm").inputs
    assert rule["eventBusName"] == recording.named("bus-target-crm").inputs["eventBusName"] == "bus-bus-1a2b3c4"
    assert rule["eventPattern"] == recording.named("bus-archive-LEADS").inputs["eventPattern"]


def test_a_filter_leaves_of_the_streams_subjects_what_is_on_both() -> None:
    streams = {"LEADS": Stream(subjects=["lead.*", "customer.*", "call.>"])}
    filtered = made(streams, {"crm": Consumer(stream="LEADS", filter="lead.created")})
    assert json.loads(filtered.named("bus-rule-crm").inputs["eventPattern"]) == {"detail-type": ["lead.created"]}


def test_an_event_is_delivered_as_often_and_as_slowly_as_asked() -> None:
    consumers = {"crm": Consumer(stream="LEADS", ack_wait="2m", max_deliveries=7)}
    recording = made(consumers=consumers)
    queue = recording.named("bus-queue-crm")
    redrive = json.loads(queue.inputs["redrivePolicy"])
    assert queue.inputs["visibilityTimeoutSeconds"] == 120
    assert redrive["maxReceiveCount"] == 7
    assert redrive["deadLetterTargetArn"].endswith(":bus-dead-letters-1a2b3c4")
    assert "bus-dead-letters-crm" in above(recording, "bus-queue-crm")


@pytest.mark.parametrize(
    ("retention", "backlog", "kept"),
    [("7d", None, 604_800), ("5y", "14d", 1_209_600), ("7d", "1h", 3_600), ("30s", None, 60)],
)
def test_an_event_waits_in_the_queue_as_long_as_its_backlog_says(retention: str, backlog: str, kept: int) -> None:
    streams = {"LEADS": Stream(subjects=["lead.*"], retention=retention)}
    recording = made(streams, {"crm": Consumer(stream="LEADS", backlog=backlog)})
    assert recording.named("bus-queue-crm").inputs["messageRetentionSeconds"] == kept


def test_dead_letters_are_kept_as_long_as_sqs_can() -> None:
    recording = made()
    assert recording.named("bus-dead-letters-crm").inputs["messageRetentionSeconds"] == 14 * 86_400
    assert recording.named("bus").outputs["dead_letters"].keys() == {"crm"}


def test_without_dead_letters_what_is_given_up_is_gone_in_a_minute_and_nobody_reads_it() -> None:
    recording = made(consumers={"crm": Consumer(stream="LEADS", dead_letter=False)})
    assert recording.named("bus-dead-letters-crm").inputs["messageRetentionSeconds"] == 60
    assert policy(recording, "bus-dead-policy-crm").keys() == {"OnlyOverTls"}
    assert "deadLetterConfig" not in recording.named("bus-target-crm").inputs
    assert recording.named("bus").outputs["dead_letters"] == {}


# Who may do what


@pytest.mark.parametrize("name", ["bus-policy-crm", "bus-dead-policy-crm"])
def test_a_queue_is_filled_by_its_rule_alone_read_by_the_user_alone_and_only_over_tls(name: str) -> None:
    recording = made()
    statements = policy(recording, name)
    assert statements.keys() == {"OnlyOverTls", "EventBridge", "Consumer"}
    assert statements["OnlyOverTls"]["Effect"] == "Deny"
    assert statements["OnlyOverTls"]["Condition"] == {"Bool": {"aws:SecureTransport": "false"}}
    assert statements["EventBridge"]["Principal"] == {"Service": "events.amazonaws.com"}
    assert statements["EventBridge"]["Action"] == "sqs:SendMessage"
    source = statements["EventBridge"]["Condition"]["ArnEquals"]["aws:SourceArn"]
    assert source.endswith(":rule/bus-bus-1a2b3c4/bus-rule-1a2b3c4")
    assert statements["Consumer"]["Principal"]["AWS"].endswith(":user/bus-user-1a2b3c4")
    assert "sqs:SendMessage" not in statements["Consumer"]["Action"]
    assert above(recording, name) >= {"bus-rule-crm", "bus-user"}


def test_the_user_publishes_on_the_streams_subjects_and_may_nothing_else() -> None:
    statements = policy(
        made({"A": Stream(subjects=["lead.*", "call.>"]), "B": Stream(subjects=["x"])}, {}), "bus-user-policy"
    )
    assert statements.keys() == {"Publish"}
    assert statements["Publish"]["Action"] == "events:PutEvents"
    assert statements["Publish"]["Resource"].endswith(":event-bus/bus-bus-1a2b3c4")
    assert statements["Publish"]["Condition"] == {"StringLike": {"events:detail-type": ["lead.*", "call.*", "x"]}}


# Environments


def test_production_encrypts_with_a_key_of_its_own_that_eventbridge_and_the_user_may_use() -> None:
    recording = made(environment="production")
    key = recording.named("bus-key").outputs["arn"]
    assert recording.named("bus-bus").inputs["kmsKeyIdentifier"] == key
    assert recording.named("bus-archive-LEADS").inputs["kmsKeyIdentifier"] == key
    queues = recording.of_type("aws:sqs/queue:Queue")
    assert {queue.inputs["kmsMasterKeyId"] for queue in queues} == {key}
    assert "events.amazonaws.com" in recording.named("bus-key").inputs["policy"]
    assert policy(recording, "bus-user-policy")["Decrypt"] | {"Sid": ""} == {
        "Sid": "", "Effect": "Allow", "Action": "kms:Decrypt", "Resource": key,
    }  # fmt: skip


def test_production_keeps_the_events_that_the_key_could_not_be_used_for() -> None:
    recording = made(environment="production")
    assert recording.named("bus-bus").inputs["deadLetterConfig"]["arn"].endswith(":bus-dead-letters-1a2b3c4")
    statements = policy(recording, "bus-bus-dead-policy")
    assert statements.keys() == {"OnlyOverTls", "EventBridge"}
    assert statements["EventBridge"]["Condition"]["ArnEquals"]["aws:SourceArn"].endswith(":event-bus/bus-bus-1a2b3c4")


def test_elsewhere_the_queues_are_encrypted_by_the_service() -> None:
    recording = made()
    assert all(queue.inputs["sqsManagedSseEnabled"] for queue in recording.of_type("aws:sqs/queue:Queue"))
    assert not recording.of_type("aws:kms/key:Key")


@pytest.mark.parametrize(("environment", "kept"), [("development", False), ("staging", True), ("production", True)])
def test_what_holds_events_outlives_its_stack_where_the_environment_keeps_data(environment: str, kept: bool) -> None:
    recording = made(environment=environment)
    names = ("bus-bus", "bus-archive-LEADS", "bus-queue-crm", "bus-dead-letters-crm")
    assert [recording.named(name).options.retain_on_delete for name in names] == [kept] * len(names)
    assert [recording.named(name).options.protect for name in names] == [environment == "production"] * len(names)


# Names


def test_names_that_a_service_would_refuse_are_shortened_and_stay_apart() -> None:
    long = [f"{'consumer-of-the-longest-names-that-there-are'}-{number}" for number in range(2)]
    name = "events-of-the-long-named"
    streams = {"S" * 48: Stream(subjects=["lead.*"]), "S" * 47: Stream(subjects=["call.*"])}
    consumers = {key: Consumer(stream="S" * 48) for key in long}
    config = {"infra-kit:target": "aws", "infra-kit:environment": "production"}
    recording = record(lambda: EventBus(name, engine="native", streams=streams, consumers=consumers), config=config)
    limits = {
        "aws:cloudwatch/eventArchive:EventArchive": 48,
        "aws:cloudwatch/eventRule:EventRule": 64,
        "aws:sqs/queue:Queue": 80,
        "aws:iam/user:User": 64,
    }
    for token, limit in limits.items():
        assert all(len(resource.name) + len("-1a2b3c4") <= limit for resource in recording.of_type(token)), token
    assert len(recording.of_type("aws:cloudwatch/eventArchive:EventArchive")) == 2
    assert len(recording.of_type("aws:cloudwatch/eventRule:EventRule")) == 2
    assert recording.named(name).outputs["consumers"].keys() == set(long)


@pytest.mark.parametrize("name", ["key", "policy", "letters-x", "access-key", "dead-letters"])
def test_a_consumer_may_be_called_like_a_part_of_the_bus(name: str) -> None:
    recording = made(consumers={name: Consumer(stream="LEADS"), **CRM}, environment="production")
    assert recording.named("bus").outputs["consumers"].keys() == {name, "crm"}


# Refusals


def spec(stream: Stream) -> EventBusSpec:
    return EventBusSpec(engine="native", streams={"LEADS": stream}, consumers=CRM)


@pytest.mark.parametrize(
    ("stream", "gap", "way_out"),
    [
        (Stream(subjects=["lead.*"], max_size_gb=1), features.STREAM_SIZE, "leave max_size_gb out"),
        (Stream(subjects=["lead.*"], retention="15d"), features.LONG_BACKLOG, 'set backlog="14d"'),
    ],
)
def test_what_is_beyond_the_service_is_a_gap_with_a_way_out(stream: Stream, gap: str, way_out: str) -> None:
    found = gaps(driver, spec(stream))
    assert set(found) == {gap}
    assert way_out in next(iter(found.values()))
    message = refused(UnsupportedFeatureError, {"LEADS": stream})
    assert message.endswith(f"infra-kit:accepted-gaps: {{bus: [{gap}]}}")


def refused(
    error: type[SpecError] | type[UnsupportedFeatureError], streams: Mapping[str, Stream], **consumer: Any
) -> str:
    consumers = {"crm": Consumer(stream="LEADS", **consumer)}
    program = lambda: EventBus("bus", engine="native", streams=streams, consumers=consumers)  # noqa: E731
    return refusal(program, error, target="aws", environment="staging")


def test_a_wait_that_is_longer_than_sqs_waits_is_refused() -> None:
    assert refused(SpecError, LEADS, ack_wait="13h") == (
        "EventBus 'bus': consumers.crm: ack_wait: given 13h, and SQS waits at most 12h for an acknowledgement. Lower "
        "it, or split the work into smaller events."
    )


def test_subjects_that_eventbridge_cannot_match_are_refused_with_the_place() -> None:
    message = refused(SpecError, {"LEADS": Stream(subjects=["lead.*.done.>"])})
    assert message.startswith("EventBus 'bus': streams.LEADS: subjects: EventBridge has no pattern for 'lead.*.done.>'")
    message = refused(SpecError, {"LEADS": Stream(subjects=["lead.>"])}, filter="lead.*.done.>")
    assert message.startswith("EventBus 'bus': consumers.crm: subjects: EventBridge has no pattern for 'lead.*.done.>'")


def test_more_subjects_than_a_users_policy_holds_are_refused() -> None:
    streams = {f"S{number}": Stream(subjects=[f"subject-{number}.{'x' * 60}"]) for number in range(30)}
    message = refused(SpecError, streams | LEADS)
    assert message.startswith("EventBus 'bus': streams: their subjects make 2")
    assert "a user's policy, which has room for 1500" in message
