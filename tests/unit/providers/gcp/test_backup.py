"""Backup on Google Cloud: what is copied when, where to, for how long, and who may. What is asked of each service:
`programs/test_copies.py`."""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Callable, Mapping
from typing import Any

import pytest

from infra_kit import Alerts, Backup, Backups, Keep, ObjectStore, Postgres, Redis, Rule
from infra_kit.component import Component
from infra_kit.errors import SpecError
from infra_kit.testing import Recording, record

GCP = {
    "infra-kit:target": "gcp", "infra-kit:environment": "production", "infra-kit:region": "europe-west1",
    "infra-kit:app": "shop",
}  # fmt: skip
STAGING = {**GCP, "infra-kit:environment": "staging"}
JOB, MEMBER = "gcp:cloudscheduler/job:Job", "gcp:storage/bucketIAMMember:BucketIAMMember"

Any_ = Component[Any, Any]


def db(**backups: Any) -> Postgres:
    return Postgres("db", databases=["app", "crm"], backups=Backups(**{"retention_days": 7, **backups}))


def everything() -> list[Any_]:
    return [db(), Redis("cache"), ObjectStore("files")]


def safe(data: Callable[[], list[Any_]] = lambda: [db()], config: Mapping[str, Any] = GCP, **asked: Any) -> Recording:
    return record(lambda: Backup("safe", of=data(), **asked), config=config)


def refused(data: Callable[[], list[Any_]] = lambda: [db()], **asked: Any) -> str:
    with pytest.raises(SpecError) as error:
        safe(data, **asked)
    return str(error.value)


def started(made: Recording) -> dict[str, tuple[str, list[str]]]:
    """By schedule, when, and with which arguments."""
    jobs = {it.name: it.inputs for it in made.children("safe") if it.type == JOB}
    bodies = {name: json.loads(base64.b64decode(it["httpTarget"]["body"])) for name, it in jobs.items()}
    return {
        name: (jobs[name]["schedule"], body["overrides"]["containerOverrides"][0]["args"])
        for name, body in bodies.items()
    }


def told(made: Recording) -> dict[str, str]:
    container = made.named("safe-job").inputs["template"]["template"]["containers"][0]
    return {it["name"]: it["value"] for it in container["envs"]}


def test_each_tier_is_a_schedule_that_says_for_how_many_days() -> None:
    assert started(safe()) == {
        "safe-every": ("0 */6 * * *", ["copy", "every", "7"]),
        "safe-daily": ("0 18 * * *", ["copy", "daily", "30"]),
        "safe-weekly": ("0 18 * * 0", ["copy", "weekly", "90"]),
        "safe-hourly": ("30 * * * *", ["age"]),
    }


def test_the_program_is_told_what_each_component_has() -> None:
    made = safe(everything)
    assert json.loads(told(made)["SOURCES"]) == {
        "db": {"kind": "postgres", "server": made.named("db-server").outputs["name"], "databases": ["app", "crm"]},
        "cache": {"kind": "redis", "instance": "cache-server-id"},
        "files": {
            "kind": "object_store",
            "bucket": made.named("files-bucket").outputs["name"],
            "jobs": [made.named("safe-vault-files-transfer").outputs["name"]],
        },
    }
    assert (told(made)["PROJECT"], told(made)["BACKUP"]) == ("recorded-project", "shop safe")


def test_it_may_list_the_bucket_that_it_compares_with_its_copy_and_read_nothing_there() -> None:
    made = safe(everything)
    may = made.named("safe-lists-files").inputs
    assert (may["bucket"], may["member"]) == (
        made.named("files-bucket").outputs["name"], made.named("safe-account").outputs["member"],
    )  # fmt: skip
    assert may["role"] == "roles/storage.legacyBucketReader"


def test_its_image_is_pinned_and_runs_our_program() -> None:
    container = safe().named("safe-job").inputs["template"]["template"]["containers"][0]
    assert re.search(r"@sha256:[0-9a-f]{64}$", container["image"])
    assert container["commands"][:2] == ["python3", "-c"]
    assert "manifest.json" in container["commands"][2]


def test_a_vault_stands_when_what_was_copied_is_gone() -> None:
    vault = safe().named("safe-vault")
    assert vault.options.retain_on_delete
    assert vault.options.protect
    assert vault.inputs["forceDestroy"] is False
    assert vault.inputs["publicAccessPrevention"] == "enforced"
    assert vault.inputs["encryption"]["defaultKmsKeyName"]


def ends(made: Recording, name: str = "safe-vault") -> dict[str, Mapping[str, Any]]:
    rules = [it["condition"] for it in made.named(name).inputs["lifecycleRules"] if it["action"]["type"] == "Delete"]
    return {rule["matchesPrefixes"][0]: rule for rule in rules}


def test_each_tier_has_a_folder_that_ends_by_age_and_objects_end_as_versions() -> None:
    made = safe()
    assert made.named("safe-vault").inputs["versioning"] == {"enabled": True}
    found = ends(made)
    assert {name: it.get("age") for name, it in found.items() if name != "objects/"} == {
        "every/": 7, "daily/": 30, "weekly/": 90,
    }  # fmt: skip
    assert found["objects/"] == {
        "daysSinceNoncurrentTime": 90, "withState": "ARCHIVED", "matchesPrefixes": ["objects/"],
    }  # fmt: skip


def test_a_tier_that_is_given_up_ends_with_the_longest() -> None:
    found = ends(safe(keep=Keep(daily="20d", weekly=None)))
    assert found["weekly/"]["age"] == 20


def test_a_copy_may_be_kept_for_longer_than_cloud_sql_keeps_its_own() -> None:
    assert ends(safe(keep=Keep(weekly="2y")))["weekly/"]["age"] == 730


def test_locked_in_production_for_good_elsewhere_until_its_owner_lifts_it() -> None:
    lock = safe(locked="3d", region="europe-west4")
    for name in ("safe-vault", "safe-far-vault"):
        assert lock.named(name).inputs["retentionPolicy"] == {"retentionPeriod": str(3 * 86_400), "isLocked": True}
    trial = safe(config=STAGING, locked="3d").named("safe-vault")
    assert trial.inputs["retentionPolicy"]["isLocked"] is False
    assert "retentionPolicy.isLocked" in trial.options.ignore_changes
    assert "retentionPolicy" not in safe().named("safe-vault").inputs


def test_copies_go_to_another_region_and_to_a_bucket_of_another_project_too() -> None:
    made = safe(everything, region="europe-west4", vault="other-copies")
    far = made.named("safe-far-vault")
    assert (made.named("safe-vault").inputs["location"], far.inputs["location"]) == ("europe-west1", "europe-west4")
    assert made.named("safe-far-vault-key-ring").inputs["location"] == "europe-west4"
    names = [made.named("safe-vault").outputs["name"], far.outputs["name"], "other-copies"]
    assert told(made)["VAULTS"].split() == names
    sinks = [
        made.named(f"safe-{role}-files-transfer").inputs["transferSpec"]["gcsDataSink"]
        for role in ("vault", "far-vault", "other-vault")
    ]
    assert sinks == [{"bucketName": name, "path": "objects/files/"} for name in names]


def test_places_that_are_none_are_refused() -> None:
    assert "region: given 'europe-west1', where it is itself" in refused(region="europe-west1")
    assert "vault: given 'gs://copies', the name of a bucket" in refused(vault="gs://copies")


def rights(made: Recording, bucket: str) -> dict[str, set[str]]:
    """On a bucket, by who: the account's name, or the service that it is the agent of."""
    found: dict[str, set[str]] = {}
    for it in made.of_type(MEMBER):
        if it.name.startswith(f"safe-{bucket}"):
            who = it.inputs["member"].partition("@")[2].partition(".")[0]
            found.setdefault(who, set()).add(it.inputs["role"].removeprefix("roles/storage."))
    return found


def test_who_writes_copies_may_neither_change_nor_delete_one_but_by_a_version() -> None:
    made = safe(everything)
    assert rights(made, "vault") == {
        "gcp-sa-cloud-sql": {"objectCreator"},
        "cloud-redis": {"objectCreator", "legacyBucketReader"},
        "storage-transfer-service": {"legacyBucketWriter", "legacyObjectReader"},
        "recorded-project": {"objectCreator", "legacyBucketReader"},
    }
    assert rights(made, "reads") == {"storage-transfer-service": {"objectViewer", "legacyBucketReader"}}


def test_what_is_deleted_in_a_bucket_is_a_version_in_the_vault() -> None:
    it = safe(everything).named("safe-vault-files-transfer").inputs
    assert it["transferSpec"]["transferOptions"] == {"deleteObjectsUniqueInSink": True, "overwriteWhen": "DIFFERENT"}
    assert "schedule" not in it


@pytest.mark.parametrize(
    ("data", "permissions"),
    [
        (lambda: [db()], ["cloudsql.backupRuns.create", "cloudsql.instances.export", "cloudsql.instances.get"]),
        (lambda: [Redis("cache")], ["redis.instances.export", "redis.instances.get", "redis.operations.get"]),
        (lambda: [ObjectStore("files")], ["storagetransfer.jobs.run", "storagetransfer.operations.get"]),
    ],
)
def test_the_program_may_ask_for_copies_and_nothing_else(
    data: Callable[[], list[Any_]], permissions: list[str]
) -> None:
    made = safe(data)
    assert made.named("safe-role").inputs["permissions"] == permissions
    may = made.named("safe-role-may").inputs
    assert (may["role"], may["member"]) == (
        made.named("safe-role").outputs["name"],
        made.named("safe-account").outputs["member"],
    )


def test_who_starts_it_may_start_this_job_and_nothing_else() -> None:
    made = safe()
    may = made.named("safe-scheduler-invoker").inputs
    assert (may["role"], may["name"]) == ("roles/run.jobsExecutorWithOverrides", made.named("safe-job").outputs["name"])
    who = made.named("safe-every").inputs["httpTarget"]["oauthToken"]["serviceAccountEmail"]
    assert may["member"] == f"serviceAccount:{who}"


def test_its_age_is_told_every_hour_and_is_an_alarm_where_nothing_is_told() -> None:
    old = {"old": Rule(signal="backup-age", above=26), "failed": Rule(signal="failed-runs", above=0)}
    made = record(lambda: Alerts("alerts", watch=[Backup("safe", of=[db()])], rules=old), config=GCP)
    metric = made.named("safe-age").inputs
    assert metric["filter"] == f"{made.named('safe').outputs['log']} AND jsonPayload.backup_age_hours>=0"
    assert metric["valueExtractor"] == "EXTRACT(jsonPayload.backup_age_hours)"
    (condition,) = made.named("alerts-old.safe").inputs["conditions"]
    query = condition["conditionPrometheusQueryLanguage"]["query"]
    named = re.sub(r"\W", "_", made.named("safe-age").outputs["name"])
    told = [f'sum(increase(logging_googleapis_com:user_{named}_{it}{{monitored_resource="cloud_run_job"}}[2h]))'
            for it in ("sum", "count")]  # fmt: skip
    assert query == f"({told[0]} / ({told[1]} > 0) or vector(8760)) > 26"
    (failed,) = made.named("alerts-failed.safe").inputs["conditions"]
    job = made.named("safe-job").outputs["name"]
    assert f'job_name="{job}",result="failed"' in failed["conditionPrometheusQueryLanguage"]["query"]


def test_any_moment_needs_the_servers_own_log() -> None:
    said = refused(lambda: [db(point_in_time=False)])
    assert "keeps its log, from which any moment of that is restored, for 0d" in said
    assert "for 3d. Give it backups=Backups(retention_days=7)." in refused(lambda: [db(retention_days=3)])


def test_where_copies_are_and_what_it_said() -> None:
    made = safe()
    it, vault = made.named("safe").outputs, made.named("safe-vault").outputs["name"]
    assert it["place"] == f"gs://{vault}"
    assert it["report"] == f"https://console.cloud.google.com/storage/browser/{vault}"
    assert it["log"] == 'resource.type="cloud_run_job" AND resource.labels.job_name="recorded-job"'
