"""Backup on AWS: what is copied when, where to, for how long, and who may."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any

import pytest

from infra_kit import (
    Alerts,
    Backup,
    Backups,
    DocumentStore,
    EventBus,
    Keep,
    ObjectStore,
    Postgres,
    Redis,
    Rule,
    Search,
    Stream,
)
from infra_kit.component import Component
from infra_kit.errors import UnsupportedFeatureError
from infra_kit.testing import Recording
from tests.unit.providers.aws.workloads import AWS, PRODUCTION, of, refused
from tests.unit.refusals import refusal

Any_ = Component[Any, Any]
WEEK = Keep(daily=None, weekly=None)
ELSEWHERE = "arn:aws:backup:us-east-1:210987654321:backup-vault:offsite"


def db() -> Postgres:
    return Postgres("db", backups=Backups(retention_days=7))


def files() -> ObjectStore:
    return ObjectStore("files")


def safe(config: Mapping[str, Any] = AWS, data: Callable[[], list[Any_]] = lambda: [db()], **asked: Any) -> Recording:
    return of(lambda: Backup("safe", of=data(), **asked), config)


def rules(made: Recording) -> dict[str, Mapping[str, Any]]:
    return {rule["ruleName"]: rule for rule in made.named("safe-plan").inputs["rules"]}


def rights(made: Recording, name: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads(made.named(name).inputs["policy"])["Statement"]
    return found


def test_each_tier_is_a_rule_with_times_and_days_of_its_own() -> None:
    found = rules(safe())
    assert {name: (it["schedule"], it["lifecycle"]["deleteAfter"]) for name, it in found.items()} == {
        "every": ("cron(0 0/6 * * ? *)", 7),
        "daily": ("cron(0 18 * * ? *)", 30),
        "weekly": ("cron(0 18 ? * 1 *)", 90),
    }


def test_a_copy_begins_within_the_hour_so_that_tiers_meet_only_where_they_should() -> None:
    assert {rule["startWindow"] for rule in rules(safe()).values()} == {60}


def test_databases_and_buckets_are_copied_by_name_and_nothing_else() -> None:
    made = safe(data=lambda: [db(), files()])
    chosen = made.named("safe-selection").inputs
    assert chosen["resources"] == [made.named(name).outputs["arn"] for name in ("db-server", "files-bucket")]
    assert "selectionTags" not in chosen


def test_documents_are_copied_as_databases_are() -> None:
    made = safe(data=lambda: [DocumentStore("docs")])
    arn = made.named("docs-cluster").outputs["arn"]
    assert made.named("safe-selection").inputs["resources"] == [arn]
    assert made.named("safe-teller").inputs["environment"]["variables"]["SOURCES"] == arn


def test_documents_are_in_no_vault_of_another_account_and_search_in_none() -> None:
    with pytest.raises(UnsupportedFeatureError, match="under a grant on its key"):
        safe(data=lambda: [DocumentStore("docs")], vault=ELSEWHERE)
    with pytest.raises(UnsupportedFeatureError, match="takes a snapshot each hour"):
        safe(data=lambda: [Search("search")])


def test_of_buckets_the_role_reads_those_that_are_copied() -> None:
    made = safe(PRODUCTION, lambda: [db(), files()])
    bucket, key = (made.named(name).outputs["arn"] for name in ("files-bucket", "files-key"))
    reached = {str(it["Resource"]) for it in rights(made, "safe-role-rights") if it["Action"][0].startswith("s3:")}
    assert reached == {str([bucket]), str([f"{bucket}/*"])}
    assert [it["Condition"] for it in rights(made, "safe-role-rights") if it["Resource"] == [key]] == [
        {"StringEquals": {"kms:ViaService": "s3.us-east-1.amazonaws.com"}}
    ]


def test_a_vault_stays_encrypted_as_it_was_made() -> None:
    made = safe(PRODUCTION).named("safe-vault")
    assert made.inputs["kmsKeyArn"]
    assert made.options.ignore_changes == ("kmsKeyArn",)
    assert made.options.retain_on_delete
    assert "kmsKeyArn" not in safe().named("safe-vault").inputs


def test_copies_go_to_a_vault_of_ours_in_another_region() -> None:
    made = safe(PRODUCTION, region="us-west-2")
    far = made.named("safe-far-vault")
    assert (far.inputs["region"], made.named("safe-far-vault-key").inputs["region"]) == ("us-west-2", "us-west-2")
    for rule in rules(made).values():
        assert rule["copyActions"] == [{"destinationVaultArn": far.outputs["arn"], "lifecycle": rule["lifecycle"]}]


def test_its_own_region_is_no_other() -> None:
    said = refused(lambda: Backup("safe", of=[db()], region="us-east-1"))
    assert said == ("Backup 'safe': region: given 'us-east-1', where it is itself. Name another one, or leave it out.")


def test_copies_go_to_a_vault_of_another_account_which_may_read_the_databases_key() -> None:
    made = safe(PRODUCTION, vault=ELSEWHERE)
    assert {rule["copyActions"][0]["destinationVaultArn"] for rule in rules(made).values()} == {ELSEWHERE}
    grant = made.named("safe-grant-db").inputs
    assert grant["keyId"] == made.named("db-key").outputs["arn"]
    assert grant["granteePrincipal"].startswith("arn:aws:iam::210987654321:role/aws-service-role/")


def test_what_rds_own_key_encrypts_goes_to_no_other_account_and_a_plan_says_so() -> None:
    (said,) = [it for it in safe(vault=ELSEWHERE).warnings if it.startswith("Backup 'safe': vault")]
    assert "copies nothing of Postgres 'db' to another account" in said


def test_a_vault_is_named_by_its_arn() -> None:
    assert "given 'offsite', the ARN of a vault" in refused(lambda: Backup("safe", of=[db()], vault="offsite"))


def test_locked_in_production_by_nobody_can_it_be_undone() -> None:
    lock = safe(PRODUCTION, locked="3d", region="us-west-2")
    for name in ("safe-vault-lock", "safe-far-vault-lock"):
        assert (lock.named(name).inputs["minRetentionDays"], lock.named(name).inputs["changeableForDays"]) == (3, 3)
    assert "changeableForDays" not in safe(locked="3d").named("safe-vault-lock").inputs


def test_another_lock_takes_the_place_of_the_one_before_once_that_is_gone() -> None:
    assert safe(locked="3d").named("safe-vault-lock").request.deleteBeforeReplace


def test_a_postgres_keeps_its_log_for_as_long_as_any_moment_is_asked_for() -> None:
    said = refused(lambda: Backup("safe", of=[Postgres("db", backups=Backups(retention_days=3))]))
    assert said == (
        "Backup 'safe': keep.every: given 7d, and Postgres 'db' keeps its log, from which any moment of that is "
        "restored, for 3d. Give it backups=Backups(retention_days=7)."
    )
    longer = Keep(every="40d", daily="40d")
    assert "is kept for 35d at most" in refused(lambda: Backup("safe", of=[db()], keep=longer))


def test_why_a_bus_has_no_copy_is_said_of_nats_first_and_of_one_server_too() -> None:
    leads = {"LEADS": Stream(subjects=["lead.*"])}
    said = refusal(
        lambda: Backup("safe", of=[EventBus("bus", streams=leads)]),
        UnsupportedFeatureError, target="aws", region="us-east-1", environment="staging",
    )  # fmt: skip
    assert said.index("NATS's volumes") < said.index("EventBridge")
    assert "with one server on its one disk alone" in said


def test_more_often_than_hourly_is_refused() -> None:
    said = refused(lambda: Backup("safe", of=[db()], schedule="*/30 * * * *"))
    assert "every 1800 seconds; AWS Backup takes a copy every 3600 seconds at most" in said


def test_its_age_is_told_every_hour_and_an_alarm_where_nothing_is_told() -> None:
    old = {"old": Rule(signal="backup-age", above=8), "failed": Rule(signal="failed-runs", above=0, lasting="1m")}

    def program() -> None:
        Alerts("alerts", watch=[Backup("safe", of=[db()], region="us-west-2")], rules=old)

    made = of(program)
    assert made.named("safe-hourly").inputs["scheduleExpression"] == "rate(1 hour)"
    told = made.named("safe-teller").inputs["environment"]["variables"]
    names = [made.named(name).outputs["name"] for name in ("safe-vault", "safe-far-vault")]
    assert told["VAULTS"] == f"/{names[0]} us-west-2/{names[1]}"
    assert told["SOURCES"] == made.named("db-server").outputs["arn"]
    alarm = made.named("alerts-old.safe").inputs
    assert alarm["treatMissingData"] == "breaching"
    metric = alarm["metricQueries"][0]["metric"]
    assert (metric["metricName"], metric["dimensions"], metric["period"]) == ("BackupAge", {"Backup": names[0]}, 3600)
    failed = made.named("alerts-failed.safe").inputs
    metric = failed["metricQueries"][0]["metric"]
    assert (metric["namespace"], metric["metricName"]) == ("AWS/Backup", "NumberOfBackupJobsFailed")
    assert (metric["dimensions"], metric["stat"]) == ({"BackupVaultName": names[0]}, "Sum")
    assert failed["treatMissingData"] == "notBreaching"


def test_of_a_cache_each_tier_has_snapshots_taken_each_of_another_name() -> None:
    made = safe(data=lambda: [db(), Redis("cache")])
    wanted = {it.name: it.inputs for it in made.of_type("aws:scheduler/schedule:Schedule")}
    assert {name: it["scheduleExpression"] for name, it in wanted.items()} == {
        "safe-every-cache": "cron(0 0/6 * * ? *)",
        "safe-daily-cache": "cron(0 18 * * ? *)",
        "safe-weekly-cache": "cron(0 18 ? * 1 *)",
    }
    target = wanted["safe-daily-cache"]["target"]
    assert target["arn"] == "arn:aws:scheduler:::aws-sdk:elasticache:createSnapshot"
    cache = json.loads(target["input"])["ReplicationGroupId"]
    assert json.loads(target["input"])["SnapshotName"] == f"{cache}-safe-daily-<aws.scheduler.execution-id>"
    assert made.named("safe-selection").inputs["resources"] == [made.named("db-server").outputs["arn"]]


def test_whoever_has_snapshots_taken_or_deletes_them_may_do_so_with_these_alone() -> None:
    made = safe(data=lambda: [Redis("cache")])
    cache = made.named("cache-server")
    cluster, snapshots = (
        f"arn:aws:elasticache:us-east-1:123456789012:{end}"
        for end in (f"cluster:{_id(made)}-*", f"snapshot:{_id(made)}-safe-*")
    )
    assert rights(made, "safe-snapshots-role-rights") == [
        {"Effect": "Allow", "Action": ["elasticache:CreateSnapshot"],
         "Resource": [cache.outputs["arn"], cluster, snapshots]},
    ]  # fmt: skip
    forgets = [it for it in rights(made, "safe-teller-rights") if it["Action"] == ["elasticache:DeleteSnapshot"]]
    assert [it["Resource"] for it in forgets] == [[snapshots]]


def _id(made: Recording) -> str:
    told: dict[str, str] = made.named("safe-teller").inputs["environment"]["variables"]
    return told["SNAPSHOTS"].removesuffix("-safe-")


def test_the_function_knows_each_tiers_days() -> None:
    told = safe(data=lambda: [Redis("cache")]).named("safe-teller").inputs["environment"]["variables"]
    assert (told["TIERS"], told["SOURCES"]) == ("every=7 daily=30 weekly=90", "")


@pytest.mark.parametrize("asked", [{"locked": "1d"}, {"region": "us-west-2"}, {"vault": ELSEWHERE}])
def test_a_cache_has_no_locked_and_no_far_copies(asked: dict[str, Any]) -> None:
    with pytest.raises(UnsupportedFeatureError) as error:
        safe(data=lambda: [db(), Redis("cache")], **asked)
    said = str(error.value)
    assert "give it a Backup of its own, without locked, region and vault" in said


def test_a_cache_is_copied_every_two_hours_at_most() -> None:
    said = refused(lambda: Backup("safe", of=[Redis("cache")], schedule="0 * * * *"))
    assert "every 3600 seconds; ElastiCache takes a copy every 7200 seconds at most" in said
