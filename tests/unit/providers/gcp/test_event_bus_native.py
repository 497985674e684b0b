"""EventBus on Google Cloud with engine="native": topics, subscriptions, what is given up, and who may do what."""

from __future__ import annotations

import re
from typing import Any

import pulumi
import pytest

from infra_kit import Consumer, Environment, EventBus, Stream, Target
from infra_kit.errors import SpecError, UnsupportedFeatureError
from infra_kit.providers.gcp.event_bus_subjects import pattern
from infra_kit.testing import Recording, record
from tests.unit.providers.gcp.probe import waits_for

TOPIC_GRANT = "gcp:pubsub/topicIAMMember:TopicIAMMember"
SUBSCRIPTION_GRANT = "gcp:pubsub/subscriptionIAMMember:SubscriptionIAMMember"
LEADS = Stream(subjects=["lead.*"])


def bus(environment: Environment = Environment.STAGING, **asked: Any) -> Recording:
    target = Target(name="gcp", app="shop", environment=environment, region="europe-west1")
    arguments = {"engine": "native", "streams": {"LEADS": LEADS}, **asked}
    return record(lambda: EventBus("bus", target=target, **arguments))


def taking(consumer: Consumer, *subjects: str) -> Recording:
    return bus(streams={"LEADS": Stream(subjects=subjects or ("lead.*",))}, consumers={"scoring": consumer})


def code(made: Recording, name: str) -> str:
    (transform,) = made.named(name).inputs["messageTransforms"]
    return str(transform["javascriptUdf"]["code"])


def test_a_stream_is_a_topic_that_stays_in_the_region() -> None:
    topic = bus(streams={"LEADS": Stream(subjects=["lead.*"], retention="30d")}).named("bus-stream-LEADS")

    assert topic.inputs["messageRetentionDuration"] == "2592000s"
    assert topic.inputs["messageStoragePolicy"] == {"allowedPersistenceRegions": ["europe-west1"]}
    assert topic.inputs["labels"]["component"] == "bus"
    assert not {"name", "kmsKeyName"} & set(topic.inputs)


def test_a_topic_refuses_what_is_on_no_subject_of_its_stream() -> None:
    made = code(bus(streams={"LEADS": Stream(subjects=["lead.*", "visit.>"])}), "bus-stream-LEADS")
    assert r"/^(?:lead\.[^.]+|visit\..+)$/" in made
    assert "throw new Error" in made


@pytest.mark.parametrize(
    ("subjects", "fits", "fits_not"),
    [
        (["lead.*"], ["lead.created"], ["lead", "lead.", "lead.a.b", "xlead.a", "lead.a\nb.c"]),
        (["lead.>"], ["lead.created", "lead.a.b"], ["lead", "lead.", "leads.a"]),
        (["lead.created"], ["lead.created"], ["leadxcreated", "lead.created.x"]),
        (["lead.*.done", "a.b"], ["lead.x.done", "a.b"], ["lead.done", "lead.x.y.done", "a.c"]),
    ],
)
def test_patterns_match_as_nats_does(subjects: list[str], fits: list[str], fits_not: list[str]) -> None:
    assert all(re.search(pattern(subjects), subject) for subject in fits)
    assert not [subject for subject in fits_not if re.search(pattern(subjects), subject)]


@pytest.mark.parametrize("everything", [None, "lead.*", "lead.>"])
def test_a_consumer_of_all_of_its_stream_needs_no_filter(everything: str | None) -> None:
    made = taking(Consumer(stream="LEADS", filter=everything))
    assert not made.named("bus-consumer-scoring").inputs.get("messageTransforms")


def test_a_consumers_filter_can_be_changed_where_it_stands() -> None:
    made = taking(Consumer(stream="LEADS", filter="lead.*.done"), "lead.>", "visit.*")

    assert r"/^(?:lead\.[^.]+\.done)$/" in code(made, "bus-consumer-scoring")
    assert "filter" not in made.named("bus-consumer-scoring").inputs


def test_a_consumer_is_a_subscription_that_never_expires() -> None:
    consumer = Consumer(stream="LEADS", ack_wait="2m", max_deliveries=7, backlog="3d")
    inputs = taking(consumer).named("bus-consumer-scoring").inputs

    assert inputs["topic"] == "bus-stream-LEADS-id"
    assert inputs["ackDeadlineSeconds"] == 120
    assert inputs["messageRetentionDuration"] == "259200s"
    assert inputs["expirationPolicy"] == {"ttl": ""}
    assert inputs["deadLetterPolicy"] == {
        "deadLetterTopic": "bus-dead-letter-topic-scoring-id",
        "maxDeliveryAttempts": 7,
    }


def accepting(gap: str) -> Target:
    return Target(
        name="gcp",
        app="shop",
        environment=Environment.STAGING,
        region="europe-west1",
        accepted_gaps={"bus": (gap,)},
    )


def test_what_is_given_up_is_forwarded_by_pub_sub_and_kept() -> None:
    made = taking(Consumer(stream="LEADS"))
    agent = made.named("bus-agent").outputs["member"]

    assert made.named("bus-dead-letter-publisher-scoring").inputs["member"] == agent
    assert made.named("bus-dead-letter-publisher-scoring").inputs["role"] == "roles/pubsub.publisher"
    assert made.named("bus-dead-letter-forwarder-scoring").inputs["member"] == agent
    assert made.named("bus-dead-letter-forwarder-scoring").inputs["role"] == "roles/pubsub.subscriber"
    assert made.named("bus-dead-letters-scoring").inputs["topic"] == "bus-dead-letter-topic-scoring-id"
    assert made.named("bus").outputs["dead_letters"] == {"scoring": "bus-dead-letters-scoring-id"}


def test_without_dead_letters_what_is_given_up_is_gone() -> None:
    made = taking(Consumer(stream="LEADS", dead_letter=False))

    assert made.named("bus-consumer-scoring").inputs["deadLetterPolicy"]["maxDeliveryAttempts"] == 5
    assert made.named("bus").outputs["dead_letters"] == {}
    assert len(made.of_type("gcp:pubsub/subscription:Subscription")) == 1


def test_the_user_may_publish_and_take_topic_by_topic() -> None:
    made = taking(Consumer(stream="LEADS"))
    user = made.named("bus-account").outputs["member"]
    granted = {
        (grant.name, grant.inputs["role"])
        for grant in (*made.of_type(TOPIC_GRANT), *made.of_type(SUBSCRIPTION_GRANT))
        if grant.inputs["member"] == user
    }

    assert granted == {
        ("bus-publisher-LEADS", "roles/pubsub.publisher"),
        ("bus-subscriber-scoring", "roles/pubsub.subscriber"),
        ("bus-dead-letter-subscriber-scoring", "roles/pubsub.subscriber"),
    }
    assert made.named("bus").outputs["username"] == made.named("bus-account").outputs["email"]
    assert made.named("bus").outputs["password"] == "recorded-private-key"


def test_production_encrypts_and_protects_every_topic_and_subscription() -> None:
    made = bus(Environment.PRODUCTION, consumers={"scoring": Consumer(stream="LEADS")})
    topics = made.of_type("gcp:pubsub/topic:Topic")
    subscriptions = made.of_type("gcp:pubsub/subscription:Subscription")

    assert {topic.inputs["kmsKeyName"] for topic in topics} == {"bus-key-id"}
    assert (len(topics), len(subscriptions)) == (2, 2)
    assert all(each.options.protect and each.options.retain_on_delete for each in (*topics, *subscriptions))


def test_what_pub_sub_does_not_keep_that_shortly_is_refused() -> None:
    with pytest.raises(SpecError, match=r"streams.LEADS: retention: given 599s.*'10m' at least"):
        bus(streams={"LEADS": Stream(subjects=["lead.*"], retention="599s")})


def test_what_pub_sub_does_not_keep_that_long_is_a_gap_that_a_stack_may_accept() -> None:
    streams = {"CFDI": Stream(subjects=["cfdi.*"], retention="5y")}
    with pytest.raises(
        UnsupportedFeatureError, match=r"long-retention: Pub/Sub keeps an event for 31 days.*ObjectStore"
    ):
        bus(streams=streams)

    target, tax = accepting("long-retention"), Consumer(stream="CFDI")
    made = record(lambda: EventBus("bus", target=target, engine="native", streams=streams, consumers={"tax": tax}))
    assert made.named("bus-stream-CFDI").inputs["messageRetentionDuration"] == "2678400s"
    assert made.named("bus-consumer-tax").inputs["messageRetentionDuration"] == "2678400s"
    assert any("long-retention is left out" in warning for warning in made.warnings)


def test_events_are_published_to_the_topics_that_the_endpoint_names() -> None:
    made = bus(streams={"LEADS": LEADS, "VISITS": Stream(subjects=["visit.*"])})
    assert made.named("bus").outputs["streams"] == {"LEADS": "bus-stream-LEADS-id", "VISITS": "bus-stream-VISITS-id"}


def test_the_key_is_given_away_once_it_may_publish_and_take() -> None:
    def password() -> pulumi.Output[str]:
        streams, consumers = {"LEADS": LEADS}, {"scoring": Consumer(stream="LEADS")}
        return EventBus("bus", engine="native", streams=streams, consumers=consumers).password

    config = {"infra-kit:target": "gcp", "infra-kit:environment": "staging", "infra-kit:region": "europe-west1"}
    assert waits_for(password, config) >= {
        "bus-publisher-LEADS",
        "bus-subscriber-scoring",
        "bus-dead-letter-forwarder-scoring",
    }


@pytest.mark.parametrize(
    ("beyond", "gap", "field", "nearest"),
    [
        ({"ack_wait": "9s"}, "any-ack-wait", "ackDeadlineSeconds", 10),
        ({"ack_wait": "11m"}, "any-ack-wait", "ackDeadlineSeconds", 600),
        ({"max_deliveries": 4}, "any-deliveries", "maxDeliveryAttempts", 5),
        ({"max_deliveries": 101}, "any-deliveries", "maxDeliveryAttempts", 100),
    ],
)
def test_what_pub_sub_waits_and_counts_no_further_is_a_gap_of_which_the_nearest_is_left(
    beyond: dict[str, Any], gap: str, field: str, nearest: int
) -> None:
    consumers = {"scoring": Consumer(stream="LEADS", **beyond), "mail": Consumer(stream="LEADS", ack_wait="60s")}
    with pytest.raises(UnsupportedFeatureError, match=f"{gap}: Pub/Sub "):
        bus(consumers=consumers)

    made = record(
        lambda: EventBus("bus", target=accepting(gap), engine="native", streams={"LEADS": LEADS}, consumers=consumers)
    )
    scoring, mail = (made.named(f"bus-consumer-{name}").inputs for name in ("scoring", "mail"))
    assert {**scoring, **scoring["deadLetterPolicy"]}[field] == nearest
    assert (mail["ackDeadlineSeconds"], mail["deadLetterPolicy"]["maxDeliveryAttempts"]) == (60, 5)


def test_an_event_waits_at_least_as_long_as_pub_sub_keeps_one() -> None:
    made = taking(Consumer(stream="LEADS", backlog="1m"))
    assert made.named("bus-consumer-scoring").inputs["messageRetentionDuration"] == "600s"


def test_a_name_that_google_keeps_for_itself_is_refused() -> None:
    target = Target(name="gcp", app="shop", environment=Environment.STAGING, region="europe-west1")
    with pytest.raises(SpecError, match=r"EventBus 'goog-bus'.*Choose another name"):
        record(lambda: EventBus("goog-bus", target=target, engine="native", streams={"LEADS": LEADS}))
