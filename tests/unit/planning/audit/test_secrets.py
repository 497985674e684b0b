"""Secrets that an audit finds in plain variables, and what only looks like one."""

import json

import pulumi_aws as aws
import pytest

from tests.unit.planning.audit.audited import rules


def tells(name: str, value: str) -> bool:
    containers = json.dumps([{"name": "it", "environment": [{"name": name, "value": value}]}])
    found = rules(lambda: aws.ecs.TaskDefinition("raw", family="it", container_definitions=containers))
    return "secret-in-environment" in found


@pytest.mark.parametrize(
    "name",
    [
        "DB_PASSWORD", "DB_PASS", "PGPASSWORD", "AWS_SECRET_ACCESS_KEY", "JWT_SIGNING_KEY", "SECRET_KEY_BASE",
        "API_KEY", "STRIPE_SECRET", "GITHUB_TOKEN", "dbPassword",
    ],
)  # fmt: skip
def test_a_variable_that_is_called_like_a_secret_is_found(name: str) -> None:
    assert tells(name, "hunter2")


@pytest.mark.parametrize(
    "name",
    [
        "AWS_ACCESS_KEY_ID", "S3_ACCESS_KEY", "DB_PASSWORD_FILE", "DB_SECRET_ARN", "SECRET_ID", "SECRET_NAME",
        "JWT_PUBLIC_KEY", "STRIPE_PUBLISHABLE_KEY", "TOKEN_URL", "TOKEN_TTL", "MAX_TOKENS", "BYPASS", "KEYCLOAK_REALM",
        "COMPASS", "MONKEY",
    ],
)  # fmt: skip
def test_what_only_names_or_describes_a_secret_is_no_finding(name: str) -> None:
    assert not tells(name, "it")


def test_a_password_in_an_address_is_found() -> None:
    assert tells("DATABASE_URL", "postgres://shop:hunter2@db.example:5432/shop")
    assert tells("CACHE", "redis://:hunter2@cache.example")
    assert not tells("DATABASE_URL", "postgres://shop@db.example:5432/shop")
    assert not tells("SITE", "https://shop.example:8080/@ann")


def test_definitions_that_only_another_stack_knows_are_not_looked_at() -> None:
    found = rules(lambda: aws.ecs.TaskDefinition("raw", family="it", container_definitions="[net.containers]"))
    assert "secret-in-environment" not in found
