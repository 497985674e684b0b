"""RDS Proxy before a Postgres."""

from __future__ import annotations

import json
from typing import Any

import pytest

from infra_kit import Pooling
from tests.unit.providers.aws.databases import made, refused


def test_the_pooler_logs_in_with_the_roles_secret_over_tls() -> None:
    recording = made(pooling=Pooling())
    pooler = recording.named("db-pooler").inputs
    assert pooler["requireTls"] is True
    (auth,) = pooler["auths"]
    assert auth["secretArn"] == recording.named("db-secret").outputs["arn"]
    assert auth["clientPasswordAuthType"] == "POSTGRES_SCRAM_SHA_256"
    assert "db-pooler-1a2b3c4.proxy-abc123" in recording.named("db").outputs["pooled_url"]


def test_the_pooler_may_read_that_secret_and_nothing_else() -> None:
    recording = made("production", pooling=Pooling())
    statements = json.loads(recording.named("db-pooler-rights").inputs["policy"])["Statement"]
    allowed = {statement["Action"][0]: statement["Resource"] for statement in statements}
    assert allowed == {
        "secretsmanager:GetSecretValue": [recording.named("db-secret").outputs["arn"]],
        "kms:Decrypt": recording.named("db-key").outputs["arn"],
    }


@pytest.mark.parametrize(
    ("arguments", "percent"),
    [
        ({"memory_gb": 4, "pooling": Pooling(max_connections=100)}, 23),
        ({"pooling": Pooling(max_connections=10_000)}, 100),
        ({"memory_gb": 512, "pooling": Pooling(max_connections=1)}, 1),
        ({"pooling": Pooling(max_connections=50), "parameters": {"max_connections": "200"}}, 25),
    ],
)
def test_the_pooler_takes_as_many_of_the_servers_connections_as_asked(arguments: dict[str, Any], percent: int) -> None:
    limits = made(**arguments).named("db-pooler-limits").inputs["connectionPoolConfig"]
    assert limits["maxConnectionsPercent"] == percent
    assert limits["maxIdleConnectionsPercent"] <= percent


def test_a_client_waits_for_a_connection_for_thirty_seconds() -> None:
    limits = made(pooling=Pooling()).named("db-pooler-limits").inputs["connectionPoolConfig"]
    assert limits["connectionBorrowTimeout"] == 30  # seed VS-3


def test_more_sessions_than_the_server_has_connections_are_refused() -> None:
    message = refused(pooling=Pooling(mode="session", max_connections=500))
    assert message.startswith(
        "Postgres 'db': pooling.max_connections: given 500 for mode='session'; db.t4g.micro takes"
    )
    assert "mode='transaction'" in message
