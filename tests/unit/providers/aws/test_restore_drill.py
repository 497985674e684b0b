"""RestoreDrill on AWS: what is restored where, and what is a proof."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from infra_kit import (
    Alerts,
    Backup,
    Backups,
    DocumentStore,
    Keep,
    ObjectStore,
    Postgres,
    Redis,
    RestoreDrill,
    Rule,
    Search,
    SqlCheck,
)
from infra_kit.component import Component
from infra_kit.providers.aws.lambdas import drill_age
from infra_kit.testing import Recording
from tests.unit.providers.aws.workloads import AWS, PRODUCTION, of, refused

RULES = {"unproven": Rule(signal="drill-age", above=35), "failed": Rule(signal="failed-runs", above=0)}


def drill(config: Mapping[str, Any] = AWS, **asked: Any) -> Recording:
    def program() -> None:
        data: list[Component[Any, Any]] = [Postgres("db", backups=Backups(retention_days=7)), ObjectStore("files")]
        safe = Backup("safe", of=data, keep=Keep(daily="30d", weekly=None))
        it = RestoreDrill("monthly-drill", of=safe, **asked)
        Alerts("alerts", watch=[it], rules=RULES)

    return of(program, config)


def rights(made: Recording, name: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads(made.named(name).inputs["policy"])["Statement"]
    return found


def test_the_newest_copy_of_the_vault_is_restored_on_its_schedule() -> None:
    made = drill()
    plan = made.named("monthly-drill-plan").inputs
    assert plan["scheduleExpression"] == "cron(0 5 1 * ? *)"
    assert plan["recoveryPointSelection"] == {
        "algorithm": "LATEST_WITHIN_WINDOW",
        "includeVaults": [made.named("safe-vault").outputs["arn"]],
        "recoveryPointTypes": ["SNAPSHOT"],
        "selectionWindowDays": 30,
    }


def test_its_name_is_one_that_aws_takes_and_stays_what_it_was() -> None:
    plan = drill().named("monthly-drill-plan")
    assert plan.inputs["name"].startswith("monthly_drill_")
    assert "name" in plan.options.ignore_changes


def test_a_database_is_restored_into_its_network_behind_its_security_group() -> None:
    made = drill()
    db, files = (made.named(f"monthly-drill-selection-{name}").inputs for name in ("db", "files"))
    place = db["restoreMetadataOverrides"]
    assert place["dbSubnetGroupName"] == made.named("db-server").inputs["dbSubnetGroupName"]
    assert json.loads(place["vpcSecurityGroupIds"]) == made.named("db-server").inputs["vpcSecurityGroupIds"]
    assert (db["protectedResourceType"], files["protectedResourceType"]) == ("RDS", "S3")
    assert "restoreMetadataOverrides" not in files


def test_documents_are_restored_into_their_network_and_zones_as_a_cluster_whose_proofs_count() -> None:
    def program() -> None:
        data: list[Component[Any, Any]] = [Postgres("db", backups=Backups(retention_days=7)), DocumentStore("docs")]
        RestoreDrill("drill", of=Backup("safe", of=data))

    made = of(program)
    assert not made.warnings
    selected, cluster = made.named("drill-selection-docs").inputs, made.named("docs-cluster")
    assert selected["protectedResourceType"] == "DocumentDB"
    assert selected["protectedResourceArns"] == [cluster.outputs["arn"]]
    place = selected["restoreMetadataOverrides"]
    assert json.loads(place["vpcSecurityGroupIds"]) == cluster.inputs["vpcSecurityGroupIds"]
    assert json.loads(place["availabilityZones"]) == cluster.outputs["availabilityZones"]
    for name in ("dbSubnetGroupName", "dbClusterParameterGroupName"):
        assert place[name] == cluster.inputs[name]
    sources = made.named("drill-teller").inputs["environment"]["variables"]["SOURCES"]
    assert cluster.outputs["arn"] in sources.split()


def test_a_store_of_documents_is_asked_no_sql() -> None:
    def program() -> None:
        data: list[Component[Any, Any]] = [Postgres("db", backups=Backups(retention_days=7)), DocumentStore("docs")]
        RestoreDrill("drill", of=Backup("safe", of=data), checks={"full": SqlCheck("SELECT true", of="docs")})

    why = refused(program)
    assert "checks: full: of: given 'docs' (DocumentStore), which answers no SQL; 'safe' has db" in why


def test_of_buckets_the_role_writes_those_of_tests_alone() -> None:
    reached = {
        it["Resource"]
        for it in rights(drill(PRODUCTION), "monthly-drill-role-rights")
        if it["Action"][0].startswith("s3:")
    }
    assert reached == {"arn:aws:s3:::awsbackup-restore-test-*", "arn:aws:s3:::awsbackup-restore-test-*/*"}


def test_each_restore_of_this_plan_is_judged_by_how_long_it_took() -> None:
    made = drill(rto="20m")
    pattern = json.loads(made.named("monthly-drill-restored").inputs["eventPattern"])
    plan = made.named("monthly-drill-plan").outputs["arn"]
    assert pattern["detail"] == {"status": ["COMPLETED"], "restoreTestingPlanArn": [plan]}
    assert made.named("monthly-drill-teller").inputs["environment"]["variables"]["RTO"] == "1200"


def test_how_old_the_last_proof_is_can_be_watched() -> None:
    made = drill()
    metric = made.named("alerts-unproven.monthly-drill").inputs["metricQueries"][0]["metric"]
    name = made.named("monthly-drill-plan").inputs["name"]
    assert (metric["namespace"], metric["metricName"], metric["dimensions"]) == (
        "infra-kit",
        "DrillAge",
        {"Drill": name},
    )
    failed = made.named("alerts-failed.monthly-drill").inputs
    assert failed["metricQueries"][0]["metric"]["metricName"] == "DrillFailed"
    assert failed["treatMissingData"] == "ignore"


NOW = datetime(2026, 11, 26, tzinfo=UTC)
PLAN = "arn:aws:backup:us-east-1:123456789012:restore-testing-plan:it"


class Jobs:
    """AWS Backup, with jobs that restored."""

    def __init__(self, *jobs: dict[str, Any]) -> None:
        self.jobs = jobs
        self.said: dict[str, Any] = {}

    def get_paginator(self, _: str) -> Jobs:
        return self

    def paginate(self, **_: str) -> list[dict[str, Any]]:
        return [{"RestoreJobs": list(self.jobs)}]

    def get_restore_testing_plan(self, **_: str) -> dict[str, Any]:
        return {"RestoreTestingPlan": {"CreationTime": NOW - timedelta(days=90)}}

    def describe_restore_job(self, **_: str) -> dict[str, Any]:
        return self.jobs[0]

    def put_restore_validation_result(self, **said: Any) -> None:
        self.said = said


class Figures:
    """CloudWatch."""

    def __init__(self) -> None:
        self.values: dict[str, float] = {}

    def put_metric_data(self, **told: Any) -> None:
        self.values = {it["MetricName"]: it["Value"] for it in told["MetricData"]}


def job(
    days: int, *, minutes: int = 5, plan: str | None = PLAN, state: str = "SUCCESSFUL", status: str = "COMPLETED"
) -> dict[str, Any]:
    begun = NOW - timedelta(days=days)
    by = {"CreatedBy": {"RestoreTestingPlanArn": plan}} if plan else {}
    return {
        "CreationDate": begun,
        "CompletionDate": begun + timedelta(minutes=minutes),
        "Status": status,
        "ValidationStatus": state,
        "RestoreJobId": "job",
        **by,
    }


@pytest.mark.parametrize(("minutes", "state"), [(15, "SUCCESSFUL"), (16, "FAILED")])
def test_a_restore_that_took_too_long_is_no_proof(monkeypatch: pytest.MonkeyPatch, minutes: int, state: str) -> None:
    monkeypatch.setenv("SOURCES", "arn:db")
    monkeypatch.setenv("ASKED", "{}")
    jobs = Jobs(job(0, minutes=minutes))
    drill_age.judge(jobs, "job", 900)
    assert jobs.said["ValidationStatus"] == state
    assert f"restored in {minutes * 60} s" in jobs.said["ValidationStatusMessage"]


@pytest.mark.parametrize(
    ("jobs", "days", "failed"),
    [
        ([job(9), job(40)], 9, 0),
        ([job(9, state="FAILED"), job(40)], 40, 1),
        ([job(9, state="", status="FAILED"), job(40)], 40, 1),
        ([job(9), job(40, state="TIMED_OUT")], 9, 0),
        ([job(2, state="VALIDATING"), job(9, state="", status="RUNNING"), job(40)], 40, 0),
        ([job(9, plan=None, state="FAILED"), job(40)], 40, 0),
        ([job(9, plan=f"{PLAN}-other")], 90, 0),
        ([], 90, 0),
    ],
)
def test_the_last_proof_counts_and_without_one_the_plans_own_age(
    jobs: list[dict[str, Any]], days: int, failed: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    there, told = Jobs(*jobs), Figures()
    for name, value in (("PLAN_ARN", PLAN), ("PLAN", "it"), ("SOURCES", "arn"), ("DRILL", "it"), ("NAMESPACE", "n")):
        monkeypatch.setenv(name, value)
    monkeypatch.setattr("boto3.client", lambda _: told)
    drill_age.tell(there, NOW)
    assert told.values == {"DrillAge": pytest.approx(days, abs=0.01), "DrillFailed": failed}


def test_of_a_backup_that_copies_nothing_nothing_is_selected_and_no_age_is_told(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """All that it has is a gap which the stack accepts: no program asks its target whether to leave the drill out."""
    gap = {"infra-kit:accepted-gaps": {"safe": ["backup-of:search"]}}
    made = of(lambda: RestoreDrill("drill", of=Backup("safe", of=[Search("jobs")])), AWS | gap)
    assert not made.of_type("aws:backup/restoreTestingSelection:RestoreTestingSelection")
    assert made.warnings[-1].endswith("Nothing is proven.")
    told = made.named("drill-teller").inputs["environment"]["variables"]["SOURCES"]
    monkeypatch.setenv("SOURCES", told)
    monkeypatch.setattr("boto3.client", lambda _: pytest.fail("a figure is told"))
    drill_age.tell(Jobs(), NOW)


def test_a_cache_is_not_restored_which_is_told_and_a_drill_of_nothing_is_refused() -> None:
    def program() -> None:
        db, cache = Postgres("db", backups=Backups(retention_days=7)), Redis("cache")
        RestoreDrill("drill", of=Backup("safe", of=[db, cache]))

    made = of(program)
    (said,) = [it for it in made.warnings if it.startswith("RestoreDrill")]
    assert said.endswith("a drill restores Postgres, ObjectStore and DocumentStore alone, and proves nothing of cache.")
    selected = made.of_type("aws:backup/restoreTestingSelection:RestoreTestingSelection")
    assert [it.name for it in selected] == ["drill-selection-db"]
    why = refused(lambda: RestoreDrill("drill", of=Backup("safe", of=[Redis("cache")])))
    assert "Backup 'safe' has cache, and on aws a drill restores" in why
