"""What a store answers, as a copy takes it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, cast

import pytest
from botocore.exceptions import ClientError

from infra_kit.providers.local.backups import object_store
from infra_kit.providers.local.backups.repository import Repository
from infra_kit.providers.local.box import Box, Record

SECOND = datetime(2026, 1, 1, tzinfo=UTC)


class Store:
    """A bucket with versions, which are all of one second; newest first, as S3 lists them."""

    def __init__(self, *pages: dict[str, Any]) -> None:
        self._pages = pages

    def get_bucket_versioning(self, Bucket: str) -> dict[str, str]:  # noqa: N803
        return {"Status": "Enabled"}

    def get_paginator(self, name: str) -> Store:
        return self

    def paginate(self, Bucket: str) -> Iterator[dict[str, Any]]:  # noqa: N803
        yield from self._pages

    def get_object(self, Bucket: str, Key: str, VersionId: str) -> dict[str, Any]:  # noqa: N803
        raise ClientError({"Error": {"Code": "NoSuchKey"}}, "GetObject")


def told(version: str, *, latest: bool = False) -> dict[str, Any]:
    return {
        "Key": "page", "VersionId": version, "ETag": version, "Size": 1, "LastModified": SECOND, "IsLatest": latest,
    }  # fmt: skip


def copied(monkeypatch: pytest.MonkeyPatch, store: Store, tmp_path: Path) -> list[dict[str, Any]]:
    box = Box(tmp_path, "test", "files")
    box.path.mkdir(parents=True)
    box.save(Record("local/object_store", [], {}, {"bucket": "files"}))
    monkeypatch.setattr(object_store, "_client", lambda _: store)
    monkeypatch.setattr(Repository, "put_folder", lambda *_: None)
    noted = object_store.copy(box, Repository(tmp_path / "rclone.conf"), None, None)
    return cast("list[dict[str, Any]]", noted["objects"])


def test_which_version_is_the_last_of_a_second_the_store_says() -> None:
    store = Store(
        {"Versions": [told("3", latest=True), told("2")], "DeleteMarkers": [told("mark")]}, {"Versions": [told("1")]}
    )
    entries = list(object_store._versions(cast("Any", store), "files"))
    assert [entry["version"] for entry in entries if not entry["deleted"]] == ["1", "2", "3"]
    assert entries[-1]["version"] == "3"
    assert object_store._current(entries)["page"]["version"] == "3"


def test_what_was_deleted_last_in_a_second_is_gone() -> None:
    store = Store({"Versions": [told("2"), told("1")], "DeleteMarkers": [told("mark", latest=True)]})
    assert object_store._current(object_store._versions(cast("Any", store), "files")) == {}


def test_an_object_that_is_deleted_before_it_was_read_is_left_out(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    store = Store({"Versions": [told("1", latest=True)], "DeleteMarkers": [told("mark")]})
    assert [entry["deleted"] for entry in copied(monkeypatch, store, tmp_path)] == [True]
