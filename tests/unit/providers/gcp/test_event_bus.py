"""EventBus on Google Cloud: which bus it is."""

from __future__ import annotations

import pytest

from infra_kit import EventBus, Stream
from infra_kit.recording import Recording
from infra_kit.testing import record

LEADS = {"LEADS": Stream(subjects=["lead.*"], max_size_gb=1)}


def made(gaps: list[str]) -> Recording:
    config = {"infra-kit:target": "gcp", "infra-kit:environment": "staging", "infra-kit:accepted-gaps": {"bus": gaps}}
    return record(lambda: EventBus("bus", streams=LEADS), config=config)


def test_it_is_nats_unless_it_is_asked_otherwise() -> None:
    it = made([]).named("bus").outputs
    assert it["url"].startswith("tls://app:")
    assert it["streams"] == {"LEADS": "LEADS"}


@pytest.mark.parametrize("said", ["engine", "engine:nats"])
def test_a_stack_that_accepted_the_gap_of_nats_keeps_pub_sub_and_is_told(said: str) -> None:
    recording = made([said, "stream-size"])
    assert recording.named("bus-stream-LEADS").type == "gcp:pubsub/topic:Topic"
    assert recording.warnings == (
        "EventBus 'bus': engine:nats is left out: the stack accepted the gap, and the target has it by now: taken out "
        "of infra-kit:accepted-gaps, another one with it is made instead of the one that stands, and what that holds "
        "does not move by itself.",
        "EventBus 'bus': stream-size is left out: the target 'gcp' lacks it, and the stack accepted the gap.",
    )
