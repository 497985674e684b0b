from __future__ import annotations

from typing import Any

import pytest

from infra_kit import Backup, Cdn, Keep, ObjectStore, Postgres
from infra_kit.errors import SpecError
from tests.unit.refusals import refusal

KEY = "a-passphrase-of-the-tests"


def refused(**arguments: Any) -> str:
    def program() -> None:
        given = {"of": [Postgres("db")], **{key: value() for key, value in arguments.items()}}
        Backup("safe", **given)

    return refusal(program, SpecError).removeprefix("Backup 'safe': ")


def test_what_holds_no_data_is_not_backed_up() -> None:
    said = refused(of=lambda: [Cdn("edge", routes={"/*": "https://www.example.com"})])
    assert "Cdn 'edge' holds no data; it can be of a postgres, redis, object_store, event_bus" in said


def test_what_stands_already_is_backed_up_by_whoever_runs_it() -> None:
    said = refused(of=lambda: [Postgres.existing("old", url="postgresql://me:secret@db.example.com/app")])
    assert "Postgres 'old' stands already: whoever runs it backs it up" in said


def test_nothing_at_all_is_no_backup() -> None:
    assert "of: at least one component is needed" in refused(of=list)


def test_a_store_is_not_copied_into_itself() -> None:
    files: list[ObjectStore] = []

    def of() -> list[ObjectStore]:
        files.append(ObjectStore("files"))
        return files

    assert "ObjectStore 'files' would be copied into itself" in refused(of=of, to=lambda: files[0], key=lambda: KEY)


@pytest.mark.parametrize("given", [{"key": lambda: KEY}, {"to": lambda: ObjectStore("offsite")}])
def test_copies_that_go_elsewhere_are_encrypted(given: dict[str, Any]) -> None:
    assert "to and key go together" in refused(**given)


def test_a_key_is_in_no_message() -> None:
    assert KEY not in refused(key=lambda: KEY)


def test_a_bucket_that_locks_nothing_holds_no_locked_copies() -> None:
    said = refused(to=lambda: ObjectStore("offsite"), key=lambda: KEY, locked=lambda: "1d")
    assert "make it so: ObjectStore('offsite', versioning=True, retention_lock=1)" in said


def test_a_bucket_that_locks_for_a_shorter_time_holds_no_locked_copies() -> None:
    def to() -> ObjectStore:
        return ObjectStore("offsite", versioning=True, retention_lock=1)

    said = refused(to=to, key=lambda: KEY, locked=lambda: "36h")
    assert "given 36h, and 'offsite' does not lock for so long" in said
    assert "retention_lock=2" in said


def test_a_copy_is_not_locked_for_longer_than_it_is_kept() -> None:
    assert "locked: given 8d, at most keep.every (7d) is possible" in refused(locked=lambda: "8d")


def test_what_is_kept_in_fewer_copies_is_kept_longer() -> None:
    with pytest.raises(SpecError, match="every <= daily <= weekly"):
        Keep(every="30d", daily="7d")
