"""An EventBus on AWS, recorded."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from infra_kit import Consumer, EventBus, Stream
from infra_kit.testing import Recording, record

LEADS = {"LEADS": Stream(subjects=["lead.*"])}
CRM = {"crm": Consumer(stream="LEADS")}


def made(
    streams: Mapping[str, Stream] = LEADS, consumers: Mapping[str, Consumer] = CRM, environment: str = "staging"
) -> Recording:
    config = {"infra-kit:target": "aws", "infra-kit:environment": environment, "infra-kit:region": "eu-west-1"}
    return record(lambda: EventBus("bus", engine="native", streams=streams, consumers=consumers), config=config)


def policy(recording: Recording, name: str) -> dict[str, dict[str, Any]]:
    """The statements of a policy by their ids."""
    document = json.loads(recording.named(name).inputs["policy"])
    return {statement["Sid"]: statement for statement in document["Statement"]}


def above(recording: Recording, name: str) -> set[str]:
    """The names of what a resource is made of."""
    return {urn.rpartition("::")[2] for urn in recording.named(name).options.depends_on}
