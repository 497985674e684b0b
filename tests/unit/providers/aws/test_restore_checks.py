"""The user's own SQL, asked of what a drill restored on AWS: by whom, with which rights, and what comes of it."""

from __future__ import annotations

import io
import json
from collections.abc import Mapping
from typing import Any

import pytest

from infra_kit import Backup, Backups, Keep, Postgres, RestoreDrill, SqlCheck
from infra_kit.components.restore_drill import RestoreDrillSpec
from infra_kit.providers.aws import restore_checks
from infra_kit.providers.aws.lambdas import drill_age
from tests.unit.providers.aws.test_restore_drill import Jobs, drill, job, rights
from tests.unit.providers.aws.workloads import AWS, PRODUCTION, of

CHECKS = {
    "orders": SqlCheck("SELECT count(*) > 0 FROM orders", of="db"),
    "debts": SqlCheck("SELECT 0", expects="0", of="db"),
}


def test_your_sql_is_asked_inside_of_the_network_as_the_role_that_owns_the_databases() -> None:
    made = drill(checks=CHECKS)
    asks = made.named("monthly-drill-asks-db").inputs
    assert asks["vpcConfig"] == made.named("db-setup").inputs["vpcConfig"]
    asked = json.loads(made.named("monthly-drill-teller").inputs["environment"]["variables"]["ASKED"])
    assert asked == {
        made.named("db-server").outputs["arn"]: {
            "function": made.named("monthly-drill-asks-db").outputs["name"],
            "secret": made.named("db-secret").outputs["arn"],
        }
    }


def test_the_function_that_asks_has_the_checks_of_its_database() -> None:
    checks = restore_checks._checks(*_drilled(CHECKS))
    assert checks == {
        "orders": {"database": "app", "sql": "SELECT count(*) > 0 FROM orders", "expects": "t"},
        "debts": {"database": "app", "sql": "SELECT 0", "expects": "0"},
    }


def _drilled(checks: Mapping[str, SqlCheck]) -> tuple[RestoreDrillSpec, Postgres]:
    made: list[tuple[RestoreDrillSpec, Postgres]] = []

    def program() -> None:
        db = Postgres("db", backups=Backups(retention_days=7))
        it = RestoreDrill("drill", of=Backup("safe", of=[db], keep=Keep(daily=None, weekly=None)), checks=checks)
        made.append((it.spec, db))

    of(program, AWS)
    return made[0]


def test_who_judges_may_read_that_login_call_that_function_and_look_at_what_tests_restored() -> None:
    made = drill(PRODUCTION, checks=CHECKS)
    may = {action: it["Resource"] for it in rights(made, "monthly-drill-teller-rights") for action in it["Action"]}
    assert may["lambda:InvokeFunction"] == made.named("monthly-drill-asks-db").outputs["arn"]
    assert may["secretsmanager:GetSecretValue"] == made.named("db-secret").outputs["arn"]
    assert may["kms:Decrypt"] == made.named("db-key").outputs["arn"]
    assert may["rds:DescribeDBInstances"].endswith(":db:awsbackup-restore-test-*")
    (writes,) = rights(made, "monthly-drill-asks-db-log-rights")
    assert writes["Action"] == ["logs:CreateLogStream", "logs:PutLogEvents"]


def test_without_checks_nobody_is_asked_and_nothing_more_is_permitted() -> None:
    made = drill()
    assert not [it for it in made.resources if "asks" in it.name]
    may = {action for it in rights(made, "monthly-drill-teller-rights") for action in it["Action"]}
    assert not {action for action in may if action.startswith(("lambda", "rds", "secretsmanager"))}
    assert made.named("monthly-drill-teller").inputs["environment"]["variables"]["ASKED"] == "{}"


def test_who_judges_waits_for_the_answers() -> None:
    assert drill(checks=CHECKS).named("monthly-drill-teller").inputs["timeout"] >= 60 + drill_age.ANSWER


class Clouds:
    """RDS, Secrets Manager and Lambda."""

    def __init__(self, answer: Any, *, error: bool = False) -> None:
        self.answer, self.error = answer, error
        self.called: list[tuple[str, Any]] = []

    def client(self, _: str, **__: Any) -> Clouds:
        return self

    def describe_db_instances(self, **asked: str) -> Any:
        assert asked == {"DBInstanceIdentifier": "arn:restored"}
        return {"DBInstances": [{"Endpoint": {"Address": "restored.example", "Port": 5432}}]}

    def get_secret_value(self, **asked: str) -> Any:
        assert asked == {"SecretId": "arn:secret"}
        return {"SecretString": "the login"}

    def invoke(self, **asked: str) -> Any:
        self.called.append((asked["FunctionName"], json.loads(asked["Payload"])))
        failed = {"FunctionError": "Unhandled"} if self.error else {}
        return {"Payload": io.BytesIO(json.dumps(self.answer).encode()), **failed}


class JobsOf(Jobs):
    """Of one of the components."""

    source: str

    def paginate(self, **asked: str) -> list[dict[str, Any]]:
        return super().paginate() if asked["ResourceArn"] == self.source else [{"RestoreJobs": []}]


def judged(patch: pytest.MonkeyPatch, clouds: Clouds, source: str = "arn:db") -> dict[str, Any]:
    there = JobsOf({**job(0), "CreatedResourceArn": "arn:restored"})
    there.source = source
    patch.setattr("boto3.client", clouds.client)
    patch.setenv("SOURCES", "arn:files arn:db")
    patch.setenv("ASKED", json.dumps({"arn:db": {"function": "asks", "secret": "arn:secret"}}))
    drill_age.judge(there, "job", 900)
    return there.said


def test_a_restore_whose_database_answers_as_it_must_is_a_proof(monkeypatch: pytest.MonkeyPatch) -> None:
    clouds = Clouds("")
    assert judged(monkeypatch, clouds)["ValidationStatus"] == "SUCCESSFUL"
    assert clouds.called == [("asks", {"host": "restored.example", "port": 5432, "login": "the login"})]


@pytest.mark.parametrize(
    "clouds",
    [Clouds("orders: it is empty"), Clouds({"errorMessage": "orders: it is empty", "errorType": "E"}, error=True)],
)
def test_one_whose_database_answers_otherwise_or_not_at_all_is_none_and_says_why(
    monkeypatch: pytest.MonkeyPatch, clouds: Clouds
) -> None:
    said = judged(monkeypatch, clouds)
    assert said["ValidationStatus"] == "FAILED"
    assert said["ValidationStatusMessage"].startswith("orders: it is empty; restored in 300 s")


def test_what_was_restored_of_another_component_is_not_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    clouds = Clouds("wrong")
    assert judged(monkeypatch, clouds, "arn:files")["ValidationStatus"] == "SUCCESSFUL"
    assert not clouds.called


def test_one_of_which_it_is_not_told_yet_whose_copy_it_is_is_not_judged(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(LookupError, match="the restore job is of none of arn:files arn:db"):
        judged(monkeypatch, Clouds(""), "arn:unknown")


def test_a_function_that_ends_without_a_word_has_not_answered(monkeypatch: pytest.MonkeyPatch) -> None:
    said = judged(monkeypatch, Clouds({"errorMessage": "", "errorType": "MemoryError"}, error=True))
    assert said["ValidationStatus"] == "FAILED"
    assert "MemoryError" in said["ValidationStatusMessage"]
