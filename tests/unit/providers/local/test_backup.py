from __future__ import annotations

from typing import Any

import pytest

from infra_kit import Backup, ObjectStore, Postgres, Redis, RestoreDrill, SqlCheck
from infra_kit.component import Component
from infra_kit.errors import UnsupportedFeatureError
from infra_kit.recording import Resource
from infra_kit.testing import record
from tests.unit.refusals import refusal

KEY = "a-passphrase-of-the-tests"


def made(**arguments: Any) -> Resource:
    def program() -> None:
        of: list[Component[Any, Any]] = [Postgres("db", databases=["app", "audit"]), Redis("cache")]
        safe = Backup("safe", of=of, **{key: value() for key, value in arguments.items()})
        RestoreDrill("drill", of=safe, checks={"entries": SqlCheck("SELECT 1", expects="1", database="audit")})

    return record(program).named("safe-server")


def offsite() -> ObjectStore:
    return ObjectStore("offsite", versioning=True, retention_lock=1)


def test_it_knows_its_components_by_name_and_stands_after_them() -> None:
    it = made()
    assert it.inputs["of"] == ["db", "cache"]
    assert {urn.rpartition("::")[2] for urn in it.options.depends_on} >= {"db-server", "cache-server"}


def test_the_key_of_copies_elsewhere_and_of_their_bucket_are_secret() -> None:
    it = made(to=offsite, key=lambda: KEY)
    assert it.inputs["key"] == KEY
    assert {"key", "store"} <= it.secret_inputs


def test_where_nothing_is_said_copies_stay_on_this_machine() -> None:
    assert "store" not in made().inputs
    assert made().outputs["public"]["place"].endswith("/safe/data/copies/test/safe")


def test_a_bucket_of_another_account_is_told_by_its_address_and_keys() -> None:
    def bucket() -> ObjectStore:
        return ObjectStore.existing(
            "b2", bucket="copies", s3_endpoint="https://s3.example.com", access_key="me", secret_key="hush"
        )

    it = made(to=bucket, key=lambda: KEY)
    assert it.inputs["store"]["s3_endpoint"] == "https://s3.example.com"
    assert "store" in it.secret_inputs
    assert it.outputs["public"]["place"] == "s3://copies/test/safe"


def test_a_folder_locks_nothing() -> None:
    said = refusal(lambda: Backup("safe", of=[Postgres("db")], locked="1d"), UnsupportedFeatureError)
    assert "locked-backups: a folder of this machine locks nothing" in said


@pytest.mark.parametrize("elsewhere", [{"region": "us-west-2"}, {"vault": "arn:aws:backup:x"}])
def test_what_only_a_cloud_has_is_a_gap_with_a_way_out(elsewhere: dict[str, str]) -> None:
    said = refusal(lambda: Backup("safe", of=[Postgres("db")], **elsewhere), UnsupportedFeatureError)  # type: ignore[arg-type]
    assert "say to=ObjectStore.existing(…), a bucket anywhere" in said


def test_a_drills_check_is_asked_of_its_database() -> None:
    def program() -> None:
        safe = Backup("safe", of=[Postgres("db", databases=["app", "audit"])])
        RestoreDrill("drill", of=safe, checks={"entries": SqlCheck("SELECT 1", expects="1", database="audit")})

    it = record(program).named("drill-server")
    assert it.inputs["checks"] == {"entries": {"of": "db", "database": "audit", "sql": "SELECT 1", "expects": "1"}}
    assert it.inputs["backup"] == "safe"
