"""The program that restores, of a Postgres: what it takes, asks and deletes, and what is a proof."""

from __future__ import annotations

import json
import re
import urllib.error
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from infra_kit.providers.gcp.programs import drills
from tests.unit.providers.gcp.programs.google import Google, lines, refused
from tests.unit.providers.gcp.programs.sql import (
    DUMP,
    HAS_ORDERS,
    SOURCE,
    CloudSql,
    copy,
    drill,
    failure,
    proofs,
    tell,
    vault,
)

NONE_WRONG = {"database": "app", "sql": "SELECT name FROM orders WHERE wrong", "expects": ""}


@pytest.fixture(autouse=True)
def told(monkeypatch: pytest.MonkeyPatch) -> None:
    tell(monkeypatch)


def test_the_newest_whole_copy_of_the_backup_is_restored_asked_proven_and_deleted(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    sql = CloudSql(
        copy("old"),
        copy("new", hour=12),
        copy("half", hour=18, state="RUNNING"),
        copy("nightly", hour=18, description=""),
        copy("of-another", hour=18, description="shop safe-too every"),
        copy("elsewhere", hour=18, instance="shop-db-2"),
    )
    code, google = drill(monkeypatch, sql)
    assert code == 0
    (asked,) = google.calls("/restoreBackup")
    assert asked["backup"] == "projects/shop/backups/new"
    assert asked["restoreInstanceSettings"]["settings"]["deletionProtectionEnabled"] is False
    assert asked["restoreInstanceSettings"]["settings"]["finalBackupConfig"] == {"enabled": False}
    (server,) = sql.deleted
    assert re.fullmatch(r"drill-1a2b-[0-9]{20}-0", server)
    assert sql.servers == {"shop-db"}
    (proof,) = [line for line in lines(capsys) if line["message"] == "proven"]
    assert proof["restored"]["db"] == {
        "copy": DUMP, "of": "2026-11-25T12:00:00Z", "seconds": 90, "tables": {"app": "12", "vault-app": "12"},
        "cloud_sql": {"copy": "projects/shop/backups/new", "of": "2026-11-25T12:00:00Z", "seconds": 60},
    }  # fmt: skip
    assert proof["seconds"] == 90
    assert len(proofs(google)) == 1


def test_it_asks_the_restored_server_as_the_administrator_and_says_no_password(monkeypatch: pytest.MonkeyPatch) -> None:
    sql = CloudSql(copy("new"))
    _, google = drill(monkeypatch, sql)
    asked = [(url, body) for _, url, body in google.asked if url.endswith("/executeSql")]
    assert {url.split("/")[-2] for url, _ in asked} == set(sql.deleted)
    assert asked[2][1] == {
        "database": "app", "user": "infra_kit", "sqlStatement": HAS_ORDERS["sql"],
        "passwordSecretVersion": SOURCE["secret"],
    }  # fmt: skip


@pytest.mark.parametrize(
    ("sql", "said", "why"),
    [
        (CloudSql(), {}, "db: missing: there is no copy of shop-db"),
        (CloudSql(copy("new"), takes=901), {}, "db: rto: it took 901 s, of 900 s that it may take"),
        (CloudSql(copy("new"), importing=841), {}, "db: rto: it took 901 s, of 900 s that it may take"),
        (CloudSql(copy("new")), {HAS_ORDERS["sql"]: [["BOOL", "false"]]}, "is answered with 'f', expected 't'"),
        (CloudSql(copy("new")), {HAS_ORDERS["sql"]: "no such table"}, "db: orders: "),
        (CloudSql(copy("new")), {drills.TABLES: "it does not start"}, "db: start: "),
    ],
)
def test_a_drill_that_fails_says_which_check_is_no_proof_and_leaves_no_server(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], sql: CloudSql, said: dict[str, Any], why: str
) -> None:
    sql.said.update(said)
    code, google = drill(monkeypatch, sql)
    assert code == 1
    assert why in failure(capsys)
    assert not proofs(google)
    assert sql.servers == {"shop-db"}


BROKEN = {"code": 3, "message": "invalid page in block 3"}


@pytest.mark.parametrize(
    ("answer", "why"),
    [
        ({"status": BROKEN}, BROKEN["message"]),
        ({"results": [{"status": BROKEN}]}, BROKEN["message"]),
        ({"results": [{"rows": [], "partialResult": True}]}, "is not answered by app"),
        ({"results": []}, "is not answered by app"),
    ],
)
@pytest.mark.parametrize("asked", [drills.TABLES, NONE_WRONG["sql"]])
def test_a_question_that_google_answers_with_an_error_or_in_part_is_not_answered_by_nothing(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], asked: str, answer: dict[str, Any], why: str
) -> None:
    monkeypatch.setenv("SOURCES", json.dumps({"db": {**SOURCE, "checks": {"wrong": NONE_WRONG}}}))
    sql = CloudSql(copy("new"))
    sql.said |= {NONE_WRONG["sql"]: [["TEXT", ""]], asked: answer}
    code, google = drill(monkeypatch, sql)
    assert (code, proofs(google)) == (1, [])
    assert why in failure(capsys)


def test_a_drill_of_nothing_is_no_proof(monkeypatch: pytest.MonkeyPatch) -> None:
    """All that the Backup has may be a gap which the stack accepts."""
    monkeypatch.setenv("SOURCES", "{}")
    code, google = drill(monkeypatch, CloudSql())
    assert (code, proofs(google)) == (0, [])


def test_where_a_region_with_copies_is_not_reached_none_is_the_newest(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    sql = CloudSql(copy("old"))
    sql.warnings = [{"code": "REGION_UNREACHABLE", "region": "europe-west1"}]
    code, google = drill(monkeypatch, sql)
    assert (code, proofs(google)) == (1, [])
    assert "REGION_UNREACHABLE" in failure(capsys)


def test_a_copy_that_cannot_be_restored_is_told(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    sql, broken = CloudSql(copy("new")), {"name": "op", "status": "DONE", "error": {"errors": [{"code": "CORRUPT"}]}}
    google = vault(monkeypatch, sql)
    google.answer = lambda *asked: broken if asked[1].endswith("/restoreBackup") else sql(*asked)
    assert drills.main(["drill"]) == 1
    assert failure(capsys).startswith("db: restore: ")
    assert not proofs(google)


def test_what_a_killed_run_left_is_deleted_first_and_nothing_else(monkeypatch: pytest.MonkeyPatch) -> None:
    sql = CloudSql(copy("new"))
    sql.servers |= {"drill-1a2b-20260101", "drill-9c9c-20260101"}
    drill(monkeypatch, sql)
    assert sql.deleted[0] == "drill-1a2b-20260101"
    assert sql.servers == {"shop-db", "drill-9c9c-20260101"}


def test_what_another_run_that_is_at_work_restored_stays_and_stays_let_in(monkeypatch: pytest.MonkeyPatch) -> None:
    """Cloud Scheduler may deliver twice, and somebody may drill by hand meanwhile."""
    sql, before = CloudSql(copy("new")), datetime.now(UTC) - timedelta(hours=11)
    its, left = f"drill-1a2b-{before:{drills.STAMP}}-0", f"drill-1a2b-{before - timedelta(hours=2):{drills.STAMP}}-0"
    sql.servers |= {its, left}
    google = vault(monkeypatch, sql)
    google.put("way", f"{its}/app.sql.gz", b"on its way")
    google.put("way", f"{left}/app.sql.gz", b"left")
    assert drills.main(["drill"]) == 0
    assert sql.servers == {"shop-db", its}
    assert list(google.buckets["way"]) == [f"{its}/app.sql.gz"]
    assert {f"serviceAccount:of-{its}@google"} < set(google.policies["way"]["bindings"][-1]["members"])


def test_the_newest_dump_of_the_vault_is_restored_beside_by_way_of_a_bucket_that_is_emptied(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    sql = CloudSql(copy("new"))
    code, google = drill(monkeypatch, sql)
    assert code == 0
    assert sql.databases == ["vault-app"]
    passed = f"{sql.deleted[0]}/app.sql.gz"
    (asked,) = google.calls("/import")
    assert asked == {"importContext": {"fileType": "SQL", "uri": f"gs://way/{passed}", "database": "vault-app"}}
    assert google.held["way", passed] == b"all that was in app"
    assert not google.buckets["way"]


def test_the_restored_server_alone_is_let_into_that_bucket_and_nobody_into_the_vault(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    sql = CloudSql(copy("new"))
    _, google = drill(monkeypatch, sql)
    assert list(google.policies) == ["way"]
    bindings = {it["role"]: it["members"] for it in google.policies["way"]["bindings"]}
    assert bindings.pop("other") == ["user:a"]
    assert bindings == {role: [f"serviceAccount:of-{sql.deleted[0]}@google"] for role in drills.READERS}


def test_a_right_that_does_not_hold_yet_is_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    sql, early = CloudSql(copy("new")), iter([True, False])

    def answer(method: str, url: str, body: Any) -> Any:
        if url.endswith("/import") and next(early):
            raise refused(url, 400, "The service account does not have the required permissions for the bucket.")
        return sql(method, url, body)

    google = vault(monkeypatch, sql)
    google.answer = answer
    assert drills.main(["drill"]) == 0
    assert google.waited == 1


@pytest.mark.parametrize(
    ("said", "why"),
    [
        ({HAS_ORDERS["sql"]: [["BOOL", "false"]]}, "is answered with 'f', expected 't', by vault-app"),
        ({drills.TABLES: "it is not there"}, "db: start: "),
    ],
)
def test_a_dump_that_holds_less_than_cloud_sqls_own_copy_is_no_proof(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], said: dict[str, Any], why: str
) -> None:
    sql = CloudSql(copy("new"))
    sql.of_dump = said
    code, google = drill(monkeypatch, sql)
    assert (code, proofs(google)) == (1, [])
    assert why in failure(capsys)


def test_a_dump_that_cannot_be_imported_is_told(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    sql = CloudSql(copy("new"))
    broken = {"name": "op", "status": "DONE", "error": {"errors": [{"code": "ERROR_RDBMS"}]}}
    google = vault(monkeypatch, sql)
    google.answer = lambda *asked: broken if asked[1].endswith("/import") else sql(*asked)
    assert drills.main(["drill"]) == 1
    assert failure(capsys).startswith("db: restore: ")
    assert sql.servers == {"shop-db"}


def test_a_google_that_does_not_answer_is_told(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    sql = CloudSql(copy("new"))

    def answer(method: str, url: str, body: Any) -> Any:
        if url.endswith("/restoreBackup"):
            raise urllib.error.URLError("no route to host")
        return sql(method, url, body)

    google = vault(monkeypatch, sql)
    google.answer = answer
    assert drills.main(["drill"]) == 1
    assert failure(capsys) == "unreachable: <urlopen error no route to host>"


@pytest.mark.parametrize(
    ("values", "printed"),
    [
        ([("INT8", "42"), ("TEXT", "a b")], "42|a b"),
        ([("TEXT", "true"), ("BOOL", "true")], "true|t"),
        ([("TEXT", None)], ""),
    ],
)
def test_answers_are_as_psql_prints_them(
    monkeypatch: pytest.MonkeyPatch, values: list[tuple[str, str | None]], printed: str
) -> None:
    sql = CloudSql()
    sql.said["SELECT it"] = values
    Google(monkeypatch, sql)
    assert drills._answer("shop-db", SOURCE, "app", "SELECT it") == printed


def age(capsys: pytest.CaptureFixture[str]) -> float:
    assert drills.main(["age"]) == 0
    (line,) = lines(capsys)
    told: float = line["drill_age_days"]
    return told


def test_its_age_is_that_of_the_last_proof_and_counts_from_the_beginning_where_there_is_none(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    google, now = Google(monkeypatch, CloudSql()), datetime.now(UTC)
    assert age(capsys) == 0
    assert proofs(google) == ["proofs/drill/begun"]
    google.buckets["near"]["proofs/drill/begun"] = (now - timedelta(days=40)).isoformat()
    assert age(capsys) == pytest.approx(40, abs=0.01)
    for days, name in ((9, "a"), (2, "b")):
        google.buckets["near"][f"proofs/drill/{name}.json"] = (now - timedelta(days=days)).isoformat()
    assert age(capsys) == pytest.approx(2, abs=0.01)
