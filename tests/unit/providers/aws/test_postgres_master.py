"""The master user of an RDS server: who keeps its password, and what the set-up is told."""

from __future__ import annotations

import json
from typing import Any

from infra_kit import Postgres
from infra_kit.replacements import replaced_by
from infra_kit.testing import record
from tests.unit.providers.aws.databases import AWS, INSTANCE, made, server

GIVEN = {"username": "postgres", "password": "recorded-password"}


def told(**arguments: Any) -> dict[str, str]:
    """How the function that sets the server up signs in."""
    run = made(**arguments).named("db-setup-run")
    assert "input" in run.secret_inputs
    login: dict[str, str] = json.loads(json.loads(run.inputs["input"])["master"])
    return login


def test_rds_keeps_and_rotates_the_password_where_it_may_and_nobody_gives_one() -> None:
    recording = made()
    inputs = recording.named("db-server").inputs
    assert inputs["manageMasterUserPassword"] is True
    assert "password" not in inputs
    assert [it.name for it in recording.of_type("random:index/randomPassword:RandomPassword")] == ["db-password"]
    assert told() == {"username": "postgres", "password": "recorded-master"}


def test_rds_makes_no_replica_of_a_server_whose_password_it_keeps_so_it_is_ours_then() -> None:
    made_server = server(read_replicas=1)
    assert "manageMasterUserPassword" not in made_server.inputs
    assert "masterUserSecretKmsKeyId" not in made_server.inputs
    assert made_server.inputs["password"] == GIVEN["password"]
    assert "password" in made_server.secret_inputs
    assert told(read_replicas=1) == GIVEN


def test_our_password_is_another_than_the_applications_and_kept_as_a_secret() -> None:
    recording = made("production", read_replicas=1)
    passwords = recording.of_type("random:index/randomPassword:RandomPassword")
    assert [it.name for it in passwords] == ["db-master-password", "db-password"]
    value = recording.named("db-master-secret-value")
    assert json.loads(value.inputs["secretString"]) == GIVEN
    assert "secretString" in value.secret_inputs
    assert recording.named("db-master-secret").inputs["kmsKeyId"] == recording.named("db-key").outputs["arn"]


def test_a_first_replica_changes_the_server_in_place_and_is_made_after_that() -> None:
    before, after = (made("production", read_replicas=count) for count in (0, 1))
    old, new = before.named("db-server"), after.named("db-server")
    changed = {key for key in {*old.inputs, *new.inputs} if old.inputs.get(key) != new.inputs.get(key)}
    assert changed == {"manageMasterUserPassword", "masterUserSecretKmsKeyId", "password"}
    assert not changed & replaced_by(INSTANCE).keys()
    assert old.urn == new.urn
    assert new.urn in after.named("db-replica-1").options.depends_on
    assert {it.urn for it in before.resources} <= {it.urn for it in after.resources}


def test_a_preview_in_which_rds_is_to_keep_the_password_again_shows_a_server_without_a_secret() -> None:
    answers = {INSTANCE: {"identifier": "db", "address": "db.example.com", "masterUserSecrets": []}}
    config = {**AWS, "infra-kit:environment": "development"}
    recording = record(lambda: Postgres("db"), config=config, outputs=answers)
    assert json.loads(recording.named("db-setup-run").inputs["input"])["master"] == ""


def test_what_rds_cannot_change_is_decided_when_the_server_is_made() -> None:
    assert server().options.ignore_changes == ("kmsKeyId", "masterUserSecretKmsKeyId")
    assert server(read_replicas=1).options.ignore_changes == ("kmsKeyId",)
