"""How programs and other drivers reach an EventBus on AWS."""

from __future__ import annotations

import pytest

from infra_kit import Consumer, EventBus, Stream
from infra_kit.providers.aws.event_bus_native import AwsEventBus
from infra_kit.testing import record
from tests.unit.providers.aws.buses import CRM, LEADS, made
from tests.unit.providers.aws.waits import waiting_for, waits_for

AWS = {"infra-kit:target": "aws", "infra-kit:environment": "staging"}


def test_the_endpoint_is_the_api_of_the_region_and_a_key_of_the_user() -> None:
    bus = made().named("bus")
    assert bus.outputs["url"] == "https://events.eu-west-1.amazonaws.com"
    assert (bus.outputs["host"], bus.outputs["port"]) == ("events.eu-west-1.amazonaws.com", 443)
    assert (bus.outputs["username"], bus.outputs["password"]) == ("bus-access-key-id", "recorded-secret-access-key")
    assert bus.outputs["consumers"]["crm"].startswith("https://sqs.")
    assert {"password", "url"} <= bus.secret_outputs


def test_other_drivers_get_the_arns() -> None:
    def program() -> None:
        bus = EventBus("bus", engine="native", streams=LEADS, consumers=CRM)
        native = bus.endpoint.native
        assert isinstance(native, AwsEventBus)
        assert native.queue_arns.keys() == native.dead_letter_arns.keys() == {"crm"}
        assert native.key_arn is None

    record(program, config={"infra-kit:target": "aws", "infra-kit:environment": "staging"})


def test_events_of_every_stream_are_published_on_the_bus() -> None:
    recording = made({**LEADS, "CALLS": Stream(subjects=["call.*"])})
    arn = recording.named("bus-bus").outputs["arn"]
    assert recording.named("bus").outputs["streams"] == {"LEADS": arn, "CALLS": arn}


@pytest.mark.parametrize(
    ("field", "needed"),
    [
        ("streams", ["archive-LEADS", "target-crm"]),
        ("consumers", ["target-crm", "policy-crm"]),
        ("dead_letters", ["dead-policy-crm"]),
        ("username", ["access-key"]),
    ],
)
def test_whoever_uses_an_address_waits_until_events_go_all_the_way(field: str, needed: list[str]) -> None:
    def make() -> EventBus:
        return EventBus("bus", engine="native", streams=LEADS, consumers={"crm": Consumer(stream="LEADS")})

    recording = waiting_for(field, make, AWS)
    assert waits_for(recording, *(f"bus-{role}" for role in needed))
