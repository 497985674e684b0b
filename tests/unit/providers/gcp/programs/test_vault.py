"""What a vault holds, as a drill proves it: each fault of it is told by name."""

from __future__ import annotations

import json
import urllib.parse
from datetime import UTC, datetime

import pytest

from infra_kit.providers.gcp.programs import drills
from infra_kit.providers.gcp.programs.vault import INDEX, index
from tests.unit.providers.gcp.programs import rdbs
from tests.unit.providers.gcp.programs.google import Google, lines
from tests.unit.providers.gcp.programs.sql import DUMP, CloudSql, copy, failure, proofs, tell, vault

CACHE = "every/cache/2026-11-25T12:00:00Z"
FILES = "every/files/2026-11-25T12:00:00Z"


@pytest.fixture(autouse=True)
def told(monkeypatch: pytest.MonkeyPatch) -> None:
    tell(monkeypatch)


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
