"""RestoreDrill on Google Cloud: what is restored when, who may do what, and what is no drill. What a drill does:
`programs/test_drills.py`."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable
from typing import Any

from infra_kit import Alerts, Backup, Backups, ObjectStore, Postgres, Redis, RestoreDrill, Rule, SqlCheck
from infra_kit.component import Component
from infra_kit.testing import Recording, record
from tests.unit.providers.gcp.test_backup import GCP, MEMBER

Any_ = Component[Any, Any]


def db(name: str = "db") -> Postgres:
    return Postgres(name, databases=["app", "crm"], backups=Backups(retention_days=7))


def drill(data: Callable[[], list[Any_]] = lambda: [db()], **asked: Any) -> Recording:
    return record(lambda: RestoreDrill("drill", of=Backup("safe", of=data()), **asked), config=GCP)


def told(made: Recording) -> dict[str, str]:
    container = made.named("drill-job").inputs["template"]["template"]["containers"][0]
    return {it["name"]: it["value"] for it in container["envs"]}


def test_it_is_run_on_its_schedule() -> None:
    made = drill(schedule="0 4 * * 0")
    it = made.named("drill-schedule").inputs
    assert it["schedule"] == "0 4 * * 0"
    said = json.loads(base64.b64decode(it["httpTarget"]["body"]))
    assert said == {"overrides": {"containerOverrides": [{"args": ["drill"]}]}}


def test_it_is_told_what_the_backup_calls_its_copies_and_where_proofs_go() -> None:
    made = drill(rto="20m")
    backup = made.named("safe-job").inputs["template"]["template"]["containers"][0]["envs"]
    assert {"name": "BACKUP", "value": told(made)["BACKUP"]} in backup
    assert told(made)["RTO"] == "1200"
    assert (told(made)["VAULT"], told(made)["DRILL"]) == (made.named("safe-vault").outputs["name"], "proofs/drill")


def test_each_postgres_is_asked_its_own_checks() -> None:
    checks = {
        "orders": SqlCheck("SELECT 1", expects="1", of="db", database="crm"),
        "users": SqlCheck("SELECT 2", expects="2", of="other"),
    }
    found = json.loads(told(drill(lambda: [db(), db("other")], checks=checks))["SOURCES"])
    assert found["db"]["checks"] == {"orders": {"database": "crm", "sql": "SELECT 1", "expects": "1"}}
    assert found["other"]["checks"] == {"users": {"database": "app", "sql": "SELECT 2", "expects": "2"}}
    assert found["db"]["databases"] == ["app", "crm"]


def test_it_holds_no_password_but_may_let_cloud_sql_read_it() -> None:
    made = drill()
    password = made.named("db-administrator-password").outputs["result"]
    assert password not in json.dumps(told(made))
    may = made.named("drill-password-db").inputs
    assert json.loads(told(made)["SOURCES"])["db"]["secret"].startswith(may["secretId"])
    assert may["role"] == "roles/secretmanager.secretAccessor"
    assert may["member"] == made.named("drill-account").outputs["member"]


def test_it_may_make_ask_and_delete_what_it_restores_and_only_look_at_the_rest() -> None:
    made = drill()
    assert {it.rpartition(".")[2] for it in made.named("drill-looks").inputs["permissions"]} == {"get", "list"}
    assert "condition" not in made.named("drill-looks-may").inputs
    assert {it.rpartition(".")[2] for it in made.named("drill-owns").inputs["permissions"]} == {
        "create", "delete", "executeSql", "import", "restoreBackup",
    }  # fmt: skip
    scratch = told(made)["SCRATCH"]
    assert made.named("drill-owns-may").inputs["condition"]["expression"] == (
        f'resource.name.startsWith("projects/recorded-project/instances/{scratch}")'
    )
    assert not made.named("db-server").outputs["name"].startswith(scratch)


def test_its_proofs_can_be_written_and_neither_changed_nor_deleted() -> None:
    made = drill()
    roles = {made.named(name).inputs["role"] for name in ("drill-proofs", "drill-proofs-lookup")}
    assert roles == {"roles/storage.objectCreator", "roles/storage.legacyBucketReader"}


def test_proofs_outlive_the_copies() -> None:
    rules = [it["condition"] for it in drill().named("safe-vault").inputs["lifecycleRules"]]
    assert not [rule for rule in rules if "proofs/".startswith(tuple(rule.get("matchesPrefixes", ())))]


def test_its_age_is_told_every_hour_and_is_an_alarm_where_nothing_is_told() -> None:
    def program() -> None:
        it = RestoreDrill("drill", of=Backup("safe", of=[db()]))
        rules = {"old": Rule(signal="drill-age", above=35), "failed": Rule(signal="failed-runs", above=0)}
        Alerts("alerts", watch=[it], rules=rules)

    made = record(program, config=GCP)
    assert made.named("drill-hourly").inputs["schedule"] == "30 * * * *"
    assert made.named("drill-age").inputs["valueExtractor"] == "EXTRACT(jsonPayload.drill_age_days)"
    (condition,) = made.named("alerts-old.drill").inputs["conditions"]
    assert condition["conditionPrometheusQueryLanguage"]["query"].endswith("or vector(365)) > 35")
    (failed,) = made.named("alerts-failed.drill").inputs["conditions"]
    job = made.named("drill-job").outputs["name"]
    assert f'job_name="{job}",result="failed"' in failed["conditionPrometheusQueryLanguage"]["query"]


def test_all_that_a_backup_copies_is_proven() -> None:
    made = drill(lambda: [db(), Redis("cache"), ObjectStore("files")])
    sources = json.loads(told(made)["SOURCES"])
    assert {name: it["kind"] for name, it in sources.items()} == {
        "db": "postgres", "cache": "redis", "files": "object_store",
    }  # fmt: skip
    assert not [it for it in made.warnings if "RestoreDrill" in it and "proves nothing" in it]


def test_it_reads_the_vault_and_lets_nobody_in_there() -> None:
    made = drill()
    grants = {it.name: it.inputs for it in made.children("drill") if it.type == MEMBER}
    of_vault = {it["role"] for name, it in grants.items() if name != "drill-passes"}
    assert of_vault == {
        "roles/storage.objectCreator", "roles/storage.legacyBucketReader", "roles/storage.legacyObjectReader",
    }  # fmt: skip


def test_dumps_pass_through_a_bucket_of_its_own_that_keeps_nothing() -> None:
    made = drill()
    transit = made.named("drill-transit")
    assert transit.inputs["publicAccessPrevention"] == "enforced"
    assert transit.inputs["softDeletePolicy"] == {"retentionDurationSeconds": 0}
    assert transit.inputs["lifecycleRules"][0] == {"action": {"type": "Delete"}, "condition": {"age": 1}}
    assert transit.inputs["encryption"]["defaultKmsKeyName"]
    assert made.named("drill-passes").inputs["bucket"] == transit.outputs["name"] == told(made)["TRANSIT"]


def test_without_a_postgres_it_may_do_nothing_with_servers() -> None:
    made = drill(lambda: [Redis("cache")])
    assert (told(made)["TRANSIT"], told(made)["SCRATCH"]) == ("", "")
    assert not [it for it in made.children("drill") if "IAMCustomRole" in it.type or "bucket:Bucket" in it.type]
