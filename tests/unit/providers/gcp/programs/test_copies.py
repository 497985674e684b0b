"""The program that takes copies: what it asks of each service, when there is a copy, and how old the newest one is."""

from __future__ import annotations

import gzip
import json
import subprocess
import sys
import urllib.error
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from infra_kit.providers.gcp import programs
from infra_kit.providers.gcp.programs import copies
from tests.unit.providers.gcp.programs.google import Google, lines, refused

SOURCES = {
    "db": {"kind": "postgres", "server": "shop-db", "databases": ["app", "crm"]},
    "cache": {"kind": "redis", "instance": "projects/shop/locations/europe-west1/instances/cache"},
    "files": {"kind": "object_store", "bucket": "shop-files", "jobs": ["transferJobs/1", "transferJobs/2"]},
}


@pytest.fixture(autouse=True)
def told(monkeypatch: pytest.MonkeyPatch) -> None:
    known = {"PROJECT": "shop", "BACKUP": "shop safe", "VAULTS": "near far", "SOURCES": json.dumps(SOURCES)}
    for name, value in known.items():
        monkeypatch.setenv(name, value)


def well(_: str, url: str, body: Any) -> Any:
    """Each operation is going on when it is asked about first."""
    if "/operations/" in url:
        return {"name": "op", "status": "DONE"} if "sqladmin" in url else {"name": "operations/op", "done": True}
    if "storagetransfer" in url and not url.endswith(":run"):
        return {"name": "transferOperations/op", "done": True, "metadata": {"status": "SUCCESS"}}
    if "sqladmin" in url:
        return {"name": "op", "status": "PENDING"}
    return {"name": "transferOperations/op" if "storagetransfer" in url else "operations/op"}


def manifests(google: Google, bucket: str) -> list[str]:
    return sorted(name.split("/")[1] for name in google.buckets.get(bucket, {}) if name.endswith("/manifest.json"))


def test_each_database_is_exported_into_each_vault_and_no_name_is_used_twice(monkeypatch: pytest.MonkeyPatch) -> None:
    google = Google(monkeypatch, well)
    assert copies.main(["copy", "daily", "30"]) == 0
    asked = [body["exportContext"] for body in google.calls("/instances/shop-db/export")]
    assert {(it["fileType"], it["offload"]) for it in asked} == {("SQL", True)}
    places = [it["uri"].split("/") for it in asked]
    assert [(place[2], place[3], place[4], place[6]) for place in places] == [
        (vault, "daily", "db", f"{name}.sql.gz") for vault in ("near", "far") for name in ("app", "crm")
    ]
    assert [it["databases"] for it in asked] == [["app"], ["crm"]] * 2
    assert abs(datetime.fromisoformat(places[0][5]) - datetime.now(UTC)) < timedelta(minutes=1)


def test_cloud_sql_keeps_one_beside_for_as_long_as_it_can(monkeypatch: pytest.MonkeyPatch) -> None:
    google = Google(monkeypatch, well)
    copies.main(["copy", "every", "7"])
    copies.main(["copy", "weekly", "730"])
    assert google.calls("/projects/shop/backups") == [
        {"instance": "shop-db", "description": "shop safe every", "ttlDays": "7"},
        {"instance": "shop-db", "description": "shop safe weekly", "ttlDays": "365"},
    ]


def test_a_cache_is_dumped_and_the_transfer_of_each_vault_is_run(monkeypatch: pytest.MonkeyPatch) -> None:
    google = Google(monkeypatch, well)
    copies.main(["copy", "every", "7"])
    dumps = [body["outputConfig"]["gcsDestination"]["uri"] for body in google.calls("/instances/cache:export")]
    assert [(dump.split("/")[2], dump.split("/")[-1]) for dump in dumps] == [("near", "dump.rdb"), ("far", "dump.rdb")]
    assert google.calls("/transferJobs/1:run") == google.calls("/transferJobs/2:run") == [{"projectId": "shop"}]


def test_a_copy_is_one_once_all_of_it_is_over(monkeypatch: pytest.MonkeyPatch) -> None:
    google = Google(monkeypatch, well)
    copies.main(["copy", "every", "7"])
    written = [url for method, url, _ in google.asked if "manifest.json" in url and method == "POST"]
    last = max(index for index, (_, url, _) in enumerate(google.asked) if "/operations/" in url and "sqladmin" in url)
    first = next(index for index, (_, url, _) in enumerate(google.asked) if url == written[0])
    exports = [index for index, (_, url, _) in enumerate(google.asked) if url.endswith("/export")]
    assert exports[1] < first < exports[2] < last
    assert manifests(google, "near") == manifests(google, "far") == ["cache", "db", "files"]
    assert google.waited == 4 + 1 + 2 + 2, "each operation was waited for"


@pytest.mark.parametrize(
    ("where", "answer", "lost"),
    [
        ("sqladmin", {"name": "op", "status": "DONE", "error": {"errors": [{"code": "ERROR_RDBMS"}]}}, "db"),
        ("redis", {"name": "op", "done": True, "error": {"message": "no room"}}, "cache"),
        ("storagetransfer", {"name": "op", "done": True, "metadata": {"status": "FAILED"}}, "files"),
    ],
)
def test_what_fails_has_no_copy_says_why_and_holds_up_nothing_else(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], where: str, answer: Any, lost: str
) -> None:
    google = Google(monkeypatch, lambda *asked: answer if where in asked[1] else well(*asked))
    assert copies.main(["copy", "every", "7"]) == 1
    assert manifests(google, "near") == sorted(SOURCES.keys() - {lost})
    (wrong,) = [line for line in lines(capsys) if line["severity"] == "ERROR"]
    assert wrong["message"].startswith(f"{lost}: every: no copy: ")
    assert any(word in wrong["message"] for word in ("ERROR_RDBMS", "no room", "FAILED"))


def test_a_refusal_is_told_in_googles_own_words(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def answer(method: str, url: str, body: Any) -> Any:
        if url.endswith("/export"):
            raise refused(url, 403, "storage.objects.create is missing")
        return well(method, url, body)

    google = Google(monkeypatch, answer)
    assert copies.main(["copy", "every", "7"]) == 1
    assert "storage.objects.create is missing" in "".join(line["message"] for line in lines(capsys))
    assert manifests(google, "near") == ["cache", "files"]


def test_who_is_busy_is_asked_again_until_he_is_not(monkeypatch: pytest.MonkeyPatch) -> None:
    said = iter([409, 503])

    def answer(method: str, url: str, body: Any) -> Any:
        code = next(said, None) if url.endswith("/export") else None
        if code:
            raise refused(url, code, "another operation")
        if url.endswith("/transferJobs/1:run") and len(google.calls("/transferJobs/1:run")) == 1:
            raise refused(url, 400, '{"status": "FAILED_PRECONDITION"}')
        return well(method, url, body)

    google = Google(monkeypatch, answer)
    assert copies.main(["copy", "every", "7"]) == 0
    assert len(google.calls("/export")) == 4 + 2
    assert len(google.calls("/transferJobs/1:run")) == 2


def test_a_question_that_is_not_heard_is_put_again_an_order_is_not(monkeypatch: pytest.MonkeyPatch) -> None:
    deaf: set[str] = {"/operations/"}

    def answer(method: str, url: str, body: Any) -> Any:
        for part in [part for part in deaf if part in url]:
            deaf.remove(part)
            raise urllib.error.URLError("reset by peer")
        return well(method, url, body)

    google = Google(monkeypatch, answer)
    assert copies.main(["copy", "every", "7"]) == 0
    deaf.add("/export")
    assert copies.main(["copy", "every", "7"]) == 1
    assert len(google.calls("/export")) == 4 + 1


def age(capsys: pytest.CaptureFixture[str]) -> float:
    assert copies.main(["age"]) == 0
    (line,) = lines(capsys)
    told: float = line["backup_age_hours"]
    return told


def hours_ago(hours: float) -> str:
    return f"{datetime.now(UTC) - timedelta(hours=hours):%Y-%m-%dT%H:%M:%SZ}"


def manifest(name: str, hours: float, tier: str = "every") -> dict[str, str]:
    """Of a copy that was begun so many hours ago, and took half an hour."""
    return {f"{tier}/{name}/{hours_ago(hours)}/manifest.json": hours_ago(hours - 0.5)}


def test_the_oldest_of_the_newest_copies_counts(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    google = Google(monkeypatch, well)
    files, cache = manifest("files", 1), manifest("cache", 1)
    google.buckets = {"near": {**files, **cache, **manifest("db", 1)}, "far": {**files, **cache, **manifest("db", 2)}}
    assert age(capsys) == pytest.approx(2, abs=0.01)
    google.buckets["far"] = {**files, **cache, **manifest("db", 30), **manifest("db", 9, "daily")}
    assert age(capsys) == pytest.approx(9, abs=0.01)


def test_of_nothing_no_copy_is_new(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    """All that the Backup has may be a gap which the stack accepts."""
    monkeypatch.setenv("SOURCES", "{}")
    Google(monkeypatch, well)
    assert copies.main(["age"]) == 0
    assert not lines(capsys)


def test_a_manifest_has_the_size_the_checksum_and_the_version_of_what_was_written(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    google = Google(monkeypatch, well)
    copies.main(["copy", "every", "7"])
    (name,) = [name for name in google.buckets["near"] if name.startswith("every/db/") and name.endswith("app.sql.gz")]
    held = json.loads(google.held["near", f"{name.rpartition('/')[0]}/manifest.json"])
    listed = google.listed("near", name)
    assert held["objects"][name] == {
        "size": int(listed["size"]), "crc32c": listed["crc32c"], "generation": listed["generation"],
    }  # fmt: skip


def test_an_export_that_wrote_nothing_is_no_copy(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    google = Google(monkeypatch, well)
    monkeypatch.setattr(google, "_written", lambda *_: None)
    assert copies.main(["copy", "every", "7"]) == 1
    assert "app.sql.gz was written, and is not there" in "".join(it["message"] for it in lines(capsys))
    assert manifests(google, "near") == ["files"]


def transferring(patch: pytest.MonkeyPatch) -> Google:
    """A bucket, and what brings two vaults up to date with it."""
    google = Google(patch, well)
    for name in ("a.jpg", "b/c.jpg"):
        google.put("shop-files", name, name.encode(), "2026-11-01T00:00:00Z")
    google.transfers = {"1": ("shop-files", "near", "objects/files/"), "2": ("shop-files", "far", "objects/files/")}
    return google


def index(google: Google) -> dict[str, Any]:
    (name,) = [name for name in google.buckets["near"] if name.endswith("/objects.jsonl.gz")]
    told = [json.loads(line) for line in gzip.decompress(google.held["near", name]).splitlines()]
    return {it["name"]: it for it in told}


def test_of_a_bucket_the_copy_says_which_version_of_each_object_is_its_own(monkeypatch: pytest.MonkeyPatch) -> None:
    google = transferring(monkeypatch)
    assert copies.main(["copy", "every", "7"]) == 0
    assert index(google).keys() == {"a.jpg", "b/c.jpg"}
    of_source, of_vault = (google.listed(*it) for it in (("shop-files", "a.jpg"), ("near", "objects/files/a.jpg")))
    assert index(google)["a.jpg"]["crc32c"] == of_source["crc32c"]
    assert index(google)["a.jpg"]["generation"] == of_vault["generation"]


@pytest.mark.parametrize(
    ("wrong", "why"),
    [({}, "a.jpg was not copied"), ({"objects/files/a.jpg": b"other"}, "a.jpg has other content in the vault than in")],
)
def test_a_transfer_that_left_out_or_changed_an_object_is_no_copy(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], wrong: dict[str, bytes], why: str
) -> None:
    google = transferring(monkeypatch)
    google.transfers = {}
    for name, held in {"objects/files/b/c.jpg": b"b/c.jpg", **wrong}.items():
        google.put("near", name, held)
    assert copies.main(["copy", "every", "7"]) == 1
    assert why in "".join(it["message"] for it in lines(capsys))
    assert "files" not in manifests(google, "near")


def test_what_was_written_into_a_bucket_meanwhile_need_not_be_in_its_copy(monkeypatch: pytest.MonkeyPatch) -> None:
    google = transferring(monkeypatch)
    google.transfers = {}
    for vault in ("near", "far"):
        for name in ("a.jpg", "b/c.jpg"):
            google.put(vault, f"objects/files/{name}", name.encode())
    google.put("shop-files", "late.jpg", b"late", "2999-01-01T00:00:00Z")
    google.put("shop-files", "a.jpg", b"changed since", "2999-01-01T00:00:00Z")
    assert copies.main(["copy", "every", "7"]) == 0
    assert index(google).keys() == {"a.jpg", "b/c.jpg"}


def test_an_export_without_a_manifest_is_no_copy_and_without_one_the_vaults_own_age_counts(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    google = Google(monkeypatch, well)
    google.buckets = {"near": {"every/db/a/app.sql.gz": hours_ago(1)}}
    since = (datetime.now(UTC) - datetime(2026, 11, 1, tzinfo=UTC)).total_seconds() / 3600
    assert age(capsys) == pytest.approx(since, abs=0.01)


@pytest.mark.parametrize("name", ["copies", "drills"])
def test_a_program_stands_alone(name: str) -> None:
    """As `python3 -c` has it, without infra_kit."""
    text = programs.text(name)
    assert "infra_kit" not in text.replace("infra_kit_", "")
    assert "$(" not in text, "Cloud Run puts variables in place of that"
    checked = f"{text.rpartition('if __name__')[0]}\nprint(main.__name__)"
    ran = subprocess.run([sys.executable, "-I", "-c", checked], capture_output=True, text=True, check=False)
    assert (ran.stdout, ran.stderr) == ("main\n", "")
