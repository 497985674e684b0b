"""The program that restores: what it takes, asks and deletes, and what is a proof."""

from __future__ import annotations

import json
import re
import time
import urllib.error
import urllib.parse
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from infra_kit.providers.gcp.programs import drills
from infra_kit.providers.gcp.programs.vault import INDEX, index
from tests.unit.providers.gcp.programs import rdbs
from tests.unit.providers.gcp.programs.google import Google, lines, refused

HAS_ORDERS = {"database": "app", "sql": "SELECT count(*) > 0 FROM orders", "expects": "t"}
SOURCE = {
    "kind": "postgres", "server": "shop-db", "databases": ["app"], "user": "infra_kit",
    "secret": "projects/shop/secrets/a/versions/1", "checks": {"orders": HAS_ORDERS},
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


DUMP = "every/db/2026-11-25T12:00:00Z"
CACHE = "every/cache/2026-11-25T12:00:00Z"
FILES = "every/files/2026-11-25T12:00:00Z"


class CloudSql:
    """With servers and copies; restoring takes so many seconds, and importing a dump."""

    def __init__(self, *copies: dict[str, Any], takes: float = 60, importing: float = 30) -> None:
        self.copies, self.takes, self.importing = copies, takes, importing
        self.servers = {"shop-db"}
        self.databases: list[str] = []
        self.deleted: list[str] = []
        self.clock = 0.0
        self.said: dict[str, Any] = {drills.TABLES: [["INT8", "12"]], HAS_ORDERS["sql"]: [["BOOL", "true"]]}
        self.of_dump: dict[str, Any] = {}
        """What a database answers otherwise that was restored from a dump."""

    def __call__(self, method: str, url: str, body: Any) -> Any:
        path = url.partition("/projects/shop/")[2].partition("?")[0]
        if path == "instances":
            return {"items": [{"name": name} for name in sorted(self.servers)]}
        if path == "backups":
            return {"backups": list(self.copies)}
        name = path.split("/")[1]
        if method == "GET" and path == f"instances/{name}":
            return {"name": name, "serviceAccountEmailAddress": f"of-{name[:5]}@google"}
        if method == "DELETE":
            self.servers.remove(name)
            self.deleted.append(name)
        if path.endswith("/executeSql"):
            return self._answer(url, body)
        self._restore(path, name, body)
        return {"name": "op", "status": "DONE"}

    def _restore(self, path: str, name: str, body: Any) -> None:
        if path.endswith("/restoreBackup"):
            self.servers.add(name)
            self.clock += self.takes
        if path.endswith("/databases"):
            self.databases.append(body["name"])
        if path.endswith("/import"):
            assert body["importContext"]["database"] in self.databases
            self.clock += self.importing

    def _answer(self, url: str, body: Any) -> Any:
        of_dump = self.of_dump if body["database"].startswith("vault-") else {}
        said = {**self.said, **of_dump}[body["sqlStatement"]]
        if isinstance(said, str):
            raise refused(url, 400, said)
        row = {"values": [{"value": value} if value is not None else {"nullValue": True} for _, value in said]}
        return {"results": [{"columns": [{"type": kind} for kind, _ in said], "rows": [row]}]}


@pytest.fixture(autouse=True)
def told(monkeypatch: pytest.MonkeyPatch) -> None:
    known = {
        "PROJECT": "shop", "BACKUP": "shop safe", "DRILL": "proofs/drill", "VAULT": "near", "SCRATCH": "drill-1a2b-",
        "TRANSIT": "way", "RTO": "900", "SOURCES": json.dumps({"db": SOURCE}),
    }  # fmt: skip
    for name, value in known.items():
        monkeypatch.setenv(name, value)


def vault(patch: pytest.MonkeyPatch, sql: CloudSql) -> Google:
    """With a dump of the database, and an older one."""
    google = Google(patch, sql)
    patch.setattr(time, "monotonic", lambda: sql.clock)
    for where, began in (("daily/db/2026-11-20T12:00:00Z", "2026-11-20T12:00:00Z"), (DUMP, "2026-11-25T12:00:00Z")):
        google.put("near", f"{where}/app.sql.gz", b"all that was in app")
        google.manifest("near", where, began, f"{where}/app.sql.gz")
    return google


def drill(patch: pytest.MonkeyPatch, sql: CloudSql) -> tuple[int, Google]:
    google = vault(patch, sql)
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


def test_the_newest_dump_of_the_vault_is_restored_beside_by_way_of_a_bucket_that_is_emptied(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    sql = CloudSql(copy("new"))
    code, google = drill(monkeypatch, sql)
    assert code == 0
    assert sql.databases == ["vault-app"]
    (asked,) = google.calls("/import")
    assert asked == {
        "importContext": {"fileType": "SQL", "uri": f"gs://way/{DUMP}/app.sql.gz", "database": "vault-app"}
    }
    assert google.held["way", f"{DUMP}/app.sql.gz"] == b"all that was in app"
    assert not google.buckets["way"]


def test_the_restored_server_alone_is_let_into_that_bucket_and_nobody_into_the_vault(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    _, google = drill(monkeypatch, CloudSql(copy("new")))
    assert list(google.policies) == ["way"]
    bindings = {it["role"]: it["members"] for it in google.policies["way"]["bindings"]}
    assert bindings.pop("other") == ["user:a"]
    assert bindings == {role: ["serviceAccount:of-drill@google"] for role in drills.READERS}


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


def wrong(google: Google, how: str, name: str) -> None:
    """Breaks an object of the vault."""
    held = google.held["near", name]
    if how == "missing":
        google.lose("near", name)
    elif how == "wrong-key":
        google.keys["near", name] = "k/destroyed"
        google.disabled.add("k/destroyed")
    else:
        google.put("near", name, held[:-1] if how == "truncated" else held[:-1] + b"!")


FAULTS = ("truncated", "changed", "missing", "wrong-key")


@pytest.mark.parametrize("how", FAULTS)
def test_a_dump_that_is_not_what_was_written_is_told_by_name(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], how: str
) -> None:
    sql = CloudSql(copy("new"))
    google = vault(monkeypatch, sql)
    wrong(google, how, f"{DUMP}/app.sql.gz")
    assert drills.main(["drill"]) == 1
    said = failure(capsys)
    assert said.startswith(f"db: {how}: ")
    assert "app.sql.gz" in said
    assert (proofs(google), sql.servers) == ([], {"shop-db"})


def test_a_vault_without_a_copy_and_one_whose_manifest_nobody_can_read_are_told(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    google = vault(monkeypatch, CloudSql(copy("new")))
    wrong(google, "wrong-key", f"{DUMP}/manifest.json")
    assert drills.main(["drill"]) == 1
    assert failure(capsys).startswith("db: wrong-key: ")
    google.buckets["near"].clear()
    assert drills.main(["drill"]) == 1
    assert failure(capsys) == "db: missing: gs://near has no copy of it"


def with_cache(patch: pytest.MonkeyPatch, dump: bytes = rdbs.dump(a="1", b="2")) -> Google:
    patch.setenv("SOURCES", json.dumps({"cache": {"kind": "redis"}}))
    patch.setenv("TRANSIT", "")
    google = vault(patch, CloudSql())
    google.put("near", f"{CACHE}/dump.rdb", dump)
    google.manifest("near", CACHE, "2026-11-25T12:00:00Z", f"{CACHE}/dump.rdb")
    return google


def test_every_key_of_a_caches_dump_is_read_and_no_server_is_asked_for(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    google = with_cache(monkeypatch)
    assert drills.main(["drill"]) == 0
    (proof,) = [line for line in lines(capsys) if line["message"] == "proven"]
    assert proof["restored"]["cache"] == {"copy": CACHE, "of": "2026-11-25T12:00:00Z", "seconds": 0, "keys": 2}
    assert not [url for _, url, _ in google.asked if "sqladmin" in url]


@pytest.mark.parametrize("how", FAULTS)
def test_a_caches_dump_that_is_not_what_was_written_is_told_by_name(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], how: str
) -> None:
    wrong(with_cache(monkeypatch), how, f"{CACHE}/dump.rdb")
    assert drills.main(["drill"]) == 1
    assert failure(capsys).startswith(f"cache: {how}: ")


@pytest.mark.parametrize(
    ("dump", "why"),
    [(rdbs.dump(said=3, a="1"), "cache: keys: 3 keys were copied, 1 came back"), (b"<html>none", "cache: changed: ")],
)
def test_a_caches_dump_that_was_written_badly_is_told_by_name(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], dump: bytes, why: str
) -> None:
    with_cache(monkeypatch, dump)
    assert drills.main(["drill"]) == 1
    assert failure(capsys).startswith(why)


def with_files(patch: pytest.MonkeyPatch) -> Google:
    patch.setenv("SOURCES", json.dumps({"files": {"kind": "object_store"}}))
    patch.setenv("TRANSIT", "")
    google = vault(patch, CloudSql())
    for name in ("a.jpg", "b/ c.jpg"):
        google.put("near", f"objects/files/{name}", name.encode(), key=f"k/{name}")
    google.put("near", f"{FILES}/{INDEX}", index("bucket-of-nothing", "near", "files", datetime.now(UTC)))
    google.manifest("near", FILES, "2026-11-25T12:00:00Z", f"{FILES}/{INDEX}")
    return google


def test_each_object_is_held_to_what_was_copied_and_one_of_each_key_is_read(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    google = with_files(monkeypatch)
    google.put("near", "objects/files/new.jpg", b"copied since")
    assert drills.main(["drill"]) == 0
    (proof,) = [line for line in lines(capsys) if line["message"] == "proven"]
    assert proof["restored"]["files"] == {"copy": FILES, "of": "2026-11-25T12:00:00Z", "seconds": 0, "objects": 2}
    read = [url for _, url, _ in google.asked if "alt=media" in url and "objects%2Ffiles" in url]
    assert len(read) == 2


@pytest.mark.parametrize("how", FAULTS)
def test_an_object_that_is_not_what_was_copied_is_told_by_name(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], how: str
) -> None:
    google = with_files(monkeypatch)
    wrong(google, how, "objects/files/b/ c.jpg")
    assert drills.main(["drill"]) == 1
    said = failure(capsys)
    assert said.startswith(f"files: {how}: ")
    assert "b/ c.jpg" in urllib.parse.unquote(said)
    assert not proofs(google)


def test_an_object_that_was_overwritten_since_is_there_as_an_older_version(monkeypatch: pytest.MonkeyPatch) -> None:
    google = with_files(monkeypatch)
    google.put("near", "objects/files/a.jpg", b"changed in the bucket since", keep=True)
    assert drills.main(["drill"]) == 0


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
