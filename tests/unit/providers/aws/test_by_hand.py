"""`infra-kit backup` and `infra-kit restore` on AWS: what the AWS CLI is asked, and what is made of its answers."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from unittest.mock import MagicMock

import pytest

from infra_kit import Backup, Backups, DocumentStore, Environment, ObjectStore, Postgres, Redis, RestoreDrill, Target
from infra_kit.engine.backups import Held
from infra_kit.errors import BackupError, ConfigError, ToolError
from infra_kit.providers.aws import by_hand
from infra_kit.providers.aws.lambdas import backup_age
from infra_kit.providers.aws.settings import AwsSettings
from infra_kit.testing import Recording, record
from tests.unit.backups import held, proven
from tests.unit.tunnels import Programs, answer

POINT = "arn:aws:rds:eu-west-1:123456789012:snapshot:awsbackup:job-1"
DELETES = "aws --region eu-west-1 --profile ops rds delete-db-instance --db-instance-identifier db-then"
DELETES += " --skip-final-snapshot"
MOMENT = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)
WINDOW = {"EarliestTime": "2026-11-19T00:00:00+00:00", "LatestTime": "2026-11-26T10:00:00.5+00:00"}


def told(**answers: Any) -> dict[str, dict[str, Any]]:
    return {key.replace("_", "-"): answer(json.dumps(value)) for key, value in answers.items()}


ANSWERS = told(
    start_backup_job={"BackupJobId": "job-1"},
    create_snapshot={"Snapshot": {"SnapshotStatus": "creating"}},
    describe_snapshots={"Snapshots": [{"SnapshotStatus": "available"}]},
    describe_backup_job={"State": "COMPLETED", "RecoveryPointArn": POINT, "BackupSizeInBytes": 20 * 2**30},
    start_copy_job={"CopyJobId": "copy-1"},
    describe_copy_job={"CopyJob": {"State": "COMPLETED"}},
    describe_db_instance_automated_backups={"DBInstanceAutomatedBackups": [{"RestoreWindow": WINDOW}]},
    restore_db_instance_to_point_in_time={},
    restore_db_instance_from_db_snapshot={},
    list_recovery_points_by_backup_vault={
        "RecoveryPoints": [
            {"Status": "COMPLETED", "CreationDate": "2026-11-10T00:00:00+00:00", "RecoveryPointArn": f"{POINT}0"},
            {"Status": "COMPLETED", "CreationDate": 1_763_078_400.0, "RecoveryPointArn": f"{POINT}1"},
            {"Status": "PARTIAL", "CreationDate": "2026-11-15T00:00:00+00:00", "RecoveryPointArn": f"{POINT}2"},
        ]
    },
    describe_db_instances={
        "DBInstances": [{"DBInstanceStatus": "available", "Endpoint": {"Address": "then.rds", "Port": 5432}}]
    },
)


def recording(region: str | None = None) -> Recording:
    def program() -> None:
        settings = AwsSettings(profile="ops")
        target = Target(name="aws", app="shop", environment=Environment.STAGING, region="eu-west-1", settings=settings)
        db = Postgres("db", target=target, backups=Backups(retention_days=7))
        safe = Backup("safe", target=target, of=[db, ObjectStore("files", target=target)], region=region)
        RestoreDrill("drill", target=target, of=safe)
        Backup("kept", target=target, of=[Redis("cache", target=target)])
        Backup("papers", target=target, of=[DocumentStore("docs", target=target)])

    return record(program)


MADE = recording()


@pytest.fixture
def programs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Programs:
    it = Programs(tmp_path, monkeypatch)
    it.put("aws", ANSWERS)
    return it


@pytest.fixture
def safe() -> Held:
    return held(MADE)


def value(call: list[str], option: str) -> str:
    return call[call.index(option) + 1]


def test_it_holds_what_its_plan_copies(safe: Held) -> None:
    assert sorted(safe.components) == ["db", "files"]


def test_a_copy_goes_where_the_scheduled_ones_go_and_is_kept_as_long(safe: Held, programs: Programs) -> None:
    made = safe.by_hand.back_up(safe.backup)
    assert [(it.component, it.where, it.size) for it in made] == [
        ("db", POINT, 20 * 2**30), ("files", POINT, 20 * 2**30),
    ]  # fmt: skip
    started = [call for call in programs.calls() if "start-backup-job" in call]
    assert started[0][:5] == ["aws", "--region", "eu-west-1", "--profile", "ops"]
    chosen, plan = MADE.named("safe-selection").inputs, MADE.named("safe-plan").inputs["rules"][0]
    assert {value(call, "--resource-arn") for call in started} == set(chosen["resources"])
    assert {value(call, "--iam-role-arn") for call in started} == {chosen["iamRoleArn"]}
    assert {value(call, "--backup-vault-name") for call in started} == {plan["targetVaultName"]}
    assert {value(call, "--lifecycle") for call in started} == {"DeleteAfterDays=7"}
    assert not [call for call in programs.calls() if "start-copy-job" in call]


def test_a_copy_is_whole_when_it_is_in_the_other_region_too(programs: Programs) -> None:
    made = recording("us-east-1")
    safe = held(made)
    safe.by_hand.back_up(safe.backup)
    copied = [call for call in programs.calls() if "start-copy-job" in call]
    far = made.named("safe-far-vault").outputs["arn"]
    assert [value(call, "--destination-backup-vault-arn") for call in copied] == [far, far]
    assert "describe-copy-job" in programs.calls()[-1]


@pytest.mark.parametrize(
    "ended", [{"State": "FAILED"}, {"State": "COMPLETED", "RecoveryPointArn": POINT, "MessageCategory": "AccessDenied"}]
)
def test_a_copy_that_aws_backup_does_not_take_or_not_in_whole_is_told_with_its_reason(
    safe: Held, programs: Programs, ended: dict[str, str]
) -> None:
    failed = {**ended, "StatusMessage": "Insufficient privileges"}
    programs.put("aws", {**ANSWERS, **told(describe_backup_job=failed)})
    with pytest.raises(BackupError, match="db: AWS Backup did not take it: Insufficient privileges"):
        safe.by_hand.back_up(safe.backup)


def test_a_backup_of_caches_alone_holds_them() -> None:
    assert held(MADE, "kept").components == ["cache"]


def test_of_a_cache_elasticache_takes_a_snapshot_which_ends_as_those_of_the_first_tier(programs: Programs) -> None:
    kept = held(MADE, "kept")
    (made,) = kept.by_hand.back_up(kept.backup)
    taken, looked = programs.calls()
    assert taken[:7] == ["aws", "--region", "eu-west-1", "--profile", "ops", "elasticache", "create-snapshot"]
    begin = MADE.named("kept-teller").inputs["environment"]["variables"]["SNAPSHOTS"]
    assert value(taken, "--replication-group-id") == begin.removesuffix("-kept-")
    assert value(taken, "--snapshot-name") == value(looked, "--snapshot-name") == made.where
    assert made.component == "cache"
    young, old = (
        {"SnapshotName": name, "SnapshotStatus": "available", "NodeSnapshots": [{"SnapshotCreateTime": at}]}
        for name, at in ((f"{begin}every-1", MOMENT), (made.where, MOMENT - timedelta(days=8)))
    )
    client = MagicMock()
    client.get_paginator.return_value.paginate.return_value = [{"Snapshots": [young, old]}]
    backup_age.tended(client, begin, {"every": 7, "daily": 30}, MOMENT)
    client.delete_snapshot.assert_called_once_with(SnapshotName=made.where)


def test_a_snapshot_is_a_copy_once_it_is_whole(programs: Programs, monkeypatch: pytest.MonkeyPatch) -> None:
    kept = held(MADE, "kept")
    monkeypatch.setattr(by_hand, "DAY", 0.0)
    for state in ("creating", "deleting"):
        programs.put("aws", {**ANSWERS, **told(describe_snapshots={"Snapshots": [{"SnapshotStatus": state}]})})
        with pytest.raises(BackupError, match="cache: ElastiCache did not take"):
            kept.by_hand.back_up(kept.backup)


def test_a_moment_comes_back_in_a_new_server_beside_the_one_that_runs(safe: Held, programs: Programs) -> None:
    made = safe.by_hand.into(safe.backup, "db", MOMENT, "db-then")
    assert (made.name, made.address, made.of) == ("db-then", "then.rds:5432", MOMENT)
    (call,) = (call for call in programs.calls() if "restore-db-instance-to-point-in-time" in call)
    server = MADE.named("db-server")
    assert value(call, "--source-db-instance-identifier") == server.outputs["identifier"]
    assert value(call, "--target-db-instance-identifier") == "db-then"
    assert value(call, "--restore-time") == "2026-11-20T12:00:00Z"
    assert value(call, "--vpc-security-group-ids") == server.inputs["vpcSecurityGroupIds"][0]
    assert "--no-publicly-accessible" in call
    assert f"({DELETES})" in " ".join(made.says)
    assert "Postgres.existing('db', url=…)" in " ".join(made.says)


def test_without_a_moment_it_is_the_newest_that_the_log_has(safe: Held, programs: Programs) -> None:
    made = safe.by_hand.into(safe.backup, "db", None, safe.by_hand.new_name(safe.backup, "db"))
    assert made.of == datetime(2026, 11, 26, 10, 0, 0, 500_000, tzinfo=UTC)
    assert made.name.endswith("-restored")
    assert programs.calls()[-1][-1] == "json"


def test_what_is_older_than_the_log_is_refused_with_the_time_of_the_last_whole_copy_before_it(
    safe: Held, programs: Programs
) -> None:
    said = r"db: 2026-11-16 00:00:00 UTC was asked for, and the latest .* is 2026-11-10 00:00:00 UTC: .*--or-latest"
    with pytest.raises(BackupError, match=said):
        safe.by_hand.into(safe.backup, "db", datetime(2026, 11, 16, tzinfo=UTC), "db-then")
    assert not [call for call in programs.calls() if "restore" in " ".join(call[:8])]


def test_where_that_copy_will_do_it_comes_from_it(safe: Held, programs: Programs) -> None:
    made = safe.by_hand.into(safe.backup, "db", datetime(2026, 11, 16, tzinfo=UTC), "db-then", or_latest=True)
    assert made.of == datetime(2026, 11, 10, tzinfo=UTC)
    (call,) = (call for call in programs.calls() if "restore-db-instance-from-db-snapshot" in call)
    assert value(call, "--db-snapshot-identifier") == f"{POINT}0"


def test_a_server_that_is_gone_comes_back_from_the_vault(safe: Held, programs: Programs) -> None:
    programs.put("aws", {**ANSWERS, **told(describe_db_instance_automated_backups={"DBInstanceAutomatedBackups": []})})
    assert safe.by_hand.into(safe.backup, "db", None, "db-then").of == datetime(2026, 11, 10, tzinfo=UTC)


def test_a_moment_before_the_oldest_copy_is_refused_with_what_there_is(safe: Held, programs: Programs) -> None:
    with pytest.raises(BackupError, match=r"no whole copy before that: the oldest is of 2025-11-14 00:00:00 UTC"):
        safe.by_hand.into(safe.backup, "db", datetime(2025, 1, 1, tzinfo=UTC), "db-then")
    assert not [call for call in programs.calls() if "restore" in " ".join(call[:8])]


def test_a_moment_that_the_log_has_not_reached_yet_is_told(safe: Held, programs: Programs) -> None:
    with pytest.raises(BackupError, match=r"10:01:00 UTC was asked for, and the latest .* is 2026-11-26 10:00:00 UTC"):
        safe.by_hand.into(safe.backup, "db", datetime(2026, 11, 26, 10, 1, tzinfo=UTC), "db-then")
    assert len(programs.calls()) == 1


def test_where_the_latest_will_do_it_comes_back(safe: Held, programs: Programs) -> None:
    asked = datetime(2026, 11, 26, 10, 1, tzinfo=UTC)
    made = safe.by_hand.into(safe.backup, "db", asked, "db-then", or_latest=True)
    assert made.of == datetime(2026, 11, 26, 10, 0, 0, 500_000, tzinfo=UTC)
    (call,) = (call for call in programs.calls() if "restore-db-instance-to-point-in-time" in call)
    assert value(call, "--restore-time") == "2026-11-26T10:00:00Z"


def test_how_to_connect_is_as_to_the_one_that_runs_at_the_new_address_and_masked(
    safe: Held, programs: Programs
) -> None:
    there = safe.connection(safe.by_hand.into(safe.backup, "db", MOMENT, "db-then"))
    database = MADE.named("db").outputs["database"]
    assert there.how.startswith("postgresql://")
    assert there.how.partition("?")[0].endswith(f":••••@then.rds:5432/{database}")


def test_what_was_restored_is_deleted_by_aws_own_command(safe: Held, programs: Programs) -> None:
    with pytest.raises(ConfigError, match=f"db-then: .* no part of the stack.*{DELETES}$"):
        safe.by_hand.remove(safe.backup, "db-then")
    (asked,) = programs.calls()
    assert value(asked, "--filters") == "Name=db-instance-id,Values=db-then"


def test_of_a_name_that_no_server_has_and_of_the_stacks_own_no_command_is_said(safe: Held, programs: Programs) -> None:
    assert not safe.by_hand.remove(safe.backup, MADE.named("db-server").outputs["identifier"])
    programs.put("aws", told(describe_db_instances={"DBInstances": []}))
    assert not safe.by_hand.remove(safe.backup, "db-than")


def test_a_bucket_is_refused_with_the_way_by_hand(safe: Held, programs: Programs) -> None:
    with pytest.raises(BackupError, match=r"files: a bucket is restored by AWS Backup's own page.*backupvaults"):
        safe.by_hand.into(safe.backup, "files", None, "files-then")
    assert not programs.calls()


def test_a_cache_is_refused_with_the_commands_that_make_another_of_a_snapshot(programs: Programs) -> None:
    kept = held(MADE, "kept")
    cache = MADE.named("cache-server").inputs
    with pytest.raises(BackupError) as error:
        kept.by_hand.new_name(kept.backup, "cache")
    said = str(error.value)
    assert said.startswith("cache: a Redis is restored by the AWS CLI")
    assert "aws elasticache describe-snapshots" in said
    assert "aws elasticache create-replication-group" in said
    assert f"--cache-subnet-group-name {cache['subnetGroupName']}" in said
    assert f"--security-group-ids {cache['securityGroupIds'][0]}" in said
    assert not programs.calls()


def test_documents_are_refused_with_the_commands_that_make_another_cluster(programs: Programs) -> None:
    papers = held(MADE, "papers")
    cluster = MADE.named("docs-cluster")
    with pytest.raises(BackupError) as error:
        papers.by_hand.into(papers.backup, "docs", MOMENT, "docs-then")
    said = str(error.value)
    assert said.startswith("docs: a DocumentStore is restored by the AWS CLI")
    assert f"--source-db-cluster-identifier {cluster.outputs['clusterIdentifier']}" in said
    assert f"--db-subnet-group-name {cluster.inputs['dbSubnetGroupName']}" in said
    assert not programs.calls()


def test_a_drill_now_is_refused_with_the_way_that_there_is(
    tmp_path: Path, programs: Programs, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(BackupError) as error:
        proven(MADE, tmp_path, monkeypatch)
    said = str(error.value)
    assert said.startswith("RestoreDrill 'drill': AWS Backup tests restores at their own times alone (cron(")
    plan = MADE.named("drill-plan").outputs["arn"]
    assert f"backup list-restore-jobs --by-restore-testing-plan-arn {plan}" in said
    assert not programs.calls()


def test_it_is_never_restored_over_what_runs(safe: Held) -> None:
    assert safe.never_over


def test_a_missing_program_is_told_with_where_to_get_it(safe: Held, programs: Programs) -> None:
    (programs.folder / "aws").unlink()
    with pytest.raises(ToolError, match=r"'aws' is needed.*https://docs\.aws\.amazon\.com"):
        safe.by_hand.back_up(safe.backup)
