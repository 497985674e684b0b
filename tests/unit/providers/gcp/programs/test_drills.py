"""The program that restores: what it takes, asks and deletes, and what is a proof."""

from __future__ import annotations

import json
import re
import time
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from infra_kit.providers.gcp.programs import drills
from tests.unit.providers.gcp.programs.google import Google, lines, refused

HAS_ORDERS = {"database": "app", "sql": "SELECT count(*) > 0 FROM orders", "expects": "t"}
SOURCE = {
    "server": "shop-db", "databases": ["app"], "user": "infra_kit", "secret": "projects/shop/secrets/a/versions/1",
    "checks": {"orders": HAS_ORDERS},
}  # fmt: skip


def copy(name: str, *, hour: int = 6, **other: Any) -> dict[str, Any]:
    return {
        "name": f"projects/shop/backups/{name}",
        "instance": "shop-db",
        "description": "shop safe every",
        "state": "SUCCESSFUL",
        "backupInterval": {"endTime": f"2026-11-25T{hour:02}:00:00Z"},
        **other,
    }


class CloudSql:
    """With servers and copies; restoring takes so many seconds."""

    def __init__(self, *copies: dict[str, Any], takes: float = 60) -> None:
        self.copies, self.takes = copies, takes
        self.servers = {"shop-db"}
        self.deleted: list[str] = []
        self.clock = 0.0
        self.said: dict[str, Any] = {drills.TABLES: [["INT8", "12"]], HAS_ORDERS["sql"]: [["BOOL", "true"]]}

    def __call__(self, method: str, url: str, body: Any) -> Any:
        path = url.partition("/projects/shop/")[2].partition("?")[0]
        if path == "instances":
            return {"items": [{"name": name} for name in sorted(self.servers)]}
        if path == "backups":
            return {"backups": list(self.copies)}
        name = path.split("/")[1]
        if method == "DELETE":
            self.servers.remove(name)
            self.deleted.append(name)
        if path.endswith("/restoreBackup"):
            self.servers.add(name)
            self.clock += self.takes
        if path.endswith("/executeSql"):
            return self._answer(url, body)
        return {"name": "op", "status": "DONE"}

    def _answer(self, url: str, body: Any) -> Any:
        said = self.said[body["sqlStatement"]]
        if isinstance(said, str):
            raise refused(url, 400, said)
        row = {"values": [{"value": value} if value is not None else {"nullValue": True} for _, value in said]}
        return {"results": [{"columns": [{"type": kind} for kind, _ in said], "rows": [row]}]}


@pytest.fixture(autouse=True)
def told(monkeypatch: pytest.MonkeyPatch) -> None:
    known = {
        "PROJECT": "shop", "BACKUP": "shop safe", "DRILL": "proofs/drill", "VAULT": "near", "SCRATCH": "drill-1a2b-",
        "RTO": "900", "SOURCES": json.dumps({"db": SOURCE}),
    }  # fmt: skip
    for name, value in known.items():
        monkeypatch.setenv(name, value)


def drill(patch: pytest.MonkeyPatch, sql: CloudSql) -> tuple[int, Google]:
    google = Google(patch, sql)
    patch.setattr(time, "monotonic", lambda: sql.clock)
    return drills.main(["drill"]), google


def proofs(google: Google) -> list[str]:
    return [name for name in google.buckets.get("near", {}) if name.startswith("proofs/drill/")]


def failure(capsys: pytest.CaptureFixture[str]) -> str:
    (wrong,) = [line for line in lines(capsys) if line["severity"] == "ERROR"]
    said: str = wrong["failure"]
    return said


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
    assert re.fullmatch(r"drill-1a2b-[0-9]{20}", server)
    assert sql.servers == {"shop-db"}
    (proof,) = [line for line in lines(capsys) if line["message"] == "proven"]
    assert proof["restored"]["db"] == {
        "copy": "projects/shop/backups/new", "of": "2026-11-25T12:00:00Z", "seconds": 60, "tables": {"app": "12"},
    }  # fmt: skip
    assert len(proofs(google)) == 1


def test_it_asks_the_restored_server_as_the_administrator_and_says_no_password(monkeypatch: pytest.MonkeyPatch) -> None:
    sql = CloudSql(copy("new"))
    _, google = drill(monkeypatch, sql)
    asked = [(url, body) for _, url, body in google.asked if url.endswith("/executeSql")]
    assert {url.split("/")[-2] for url, _ in asked} == set(sql.deleted)
    assert asked[1][1] == {
        "database": "app", "user": "infra_kit", "sqlStatement": HAS_ORDERS["sql"],
        "passwordSecretVersion": SOURCE["secret"],
    }  # fmt: skip


@pytest.mark.parametrize(
    ("sql", "said", "why"),
    [
        (CloudSql(), {}, "db: missing: there is no copy of shop-db"),
        (CloudSql(copy("new"), takes=901), {}, "db: rto: it took 901 s, of 900 s that it may take"),
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


def test_a_copy_that_cannot_be_restored_is_told(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    sql, broken = CloudSql(copy("new")), {"name": "op", "status": "DONE", "error": {"errors": [{"code": "CORRUPT"}]}}
    google = Google(monkeypatch, lambda *asked: broken if asked[1].endswith("/restoreBackup") else sql(*asked))
    assert drills.main(["drill"]) == 1
    assert failure(capsys).startswith("db: restore: ")
    assert not proofs(google)


def test_what_a_killed_run_left_is_deleted_first_and_nothing_else(monkeypatch: pytest.MonkeyPatch) -> None:
    sql = CloudSql(copy("new"))
    sql.servers |= {"drill-1a2b-20260101", "drill-9c9c-20260101"}
    drill(monkeypatch, sql)
    assert sql.deleted[0] == "drill-1a2b-20260101"
    assert sql.servers == {"shop-db", "drill-9c9c-20260101"}


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
