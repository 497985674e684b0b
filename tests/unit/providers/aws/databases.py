"""A Postgres on AWS, recorded."""

from __future__ import annotations

from typing import Any

from infra_kit import Postgres
from infra_kit.errors import SpecError
from infra_kit.recording import Recording, Resource
from infra_kit.testing import record
from tests.unit.refusals import refusal

INSTANCE = "aws:rds/instance:Instance"
AWS = {"infra-kit:target": "aws", "infra-kit:region": "us-east-1"}


def made(environment: str = "development", **arguments: Any) -> Recording:
    return record(lambda: Postgres("db", **arguments), config={**AWS, "infra-kit:environment": environment})


def server(environment: str = "development", **arguments: Any) -> Resource:
    return made(environment, **arguments).named("db-server")


def refused(**arguments: Any) -> str:
    return refusal(
        lambda: Postgres("db", **arguments), SpecError, target="aws", region="us-east-1", environment="development"
    )


def parameters(recording: Recording) -> dict[str, str]:
    return {it["name"]: it["value"] for it in recording.named("db-parameters").inputs["parameters"]}
