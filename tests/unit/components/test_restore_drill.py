from __future__ import annotations

import pytest

from infra_kit import Backup, ObjectStore, Postgres, RestoreDrill, Search, SqlCheck
from infra_kit.errors import SpecError
from infra_kit.testing import record
from tests.unit.refusals import refusal


def refused(check: SqlCheck, *databases: str) -> str:
    def program() -> None:
        of = [Postgres(name, databases=["app", "audit"]) for name in databases]
        safe = Backup("safe", of=[*of, ObjectStore("files")])
        RestoreDrill("drill", of=safe, checks={"orders": check})

    return refusal(program, SpecError).removeprefix("RestoreDrill 'drill': checks: orders: ")


def test_a_check_asks_the_only_postgres_unless_it_says_which() -> None:
    assert refused(SqlCheck("SELECT true"), "db", "other").startswith("of: say which Postgres; 'safe' has db, other")
    assert refused(SqlCheck("SELECT true")).startswith("of: say which Postgres; 'safe' has none")


@pytest.mark.parametrize(
    ("check", "said"),
    [
        (SqlCheck("SELECT true", of="cache"), "of: given 'cache'; 'safe' has db"),
        (SqlCheck("SELECT true", of="files"), "of: given 'files' (ObjectStore), which answers no SQL; 'safe' has db"),
        (SqlCheck("SELECT true", database="shop"), "database: given 'shop', there is app, audit"),
    ],
)
def test_a_check_asks_what_is_there(check: SqlCheck, said: str) -> None:
    assert refused(check, "db").startswith(said)


def test_of_a_backup_that_copies_nothing_on_this_target_it_is_said_that_nothing_is_proven() -> None:
    def program() -> None:
        safe = Backup("safe", of=[Search("jobs")])
        RestoreDrill("drill", of=safe)

    made = record(program, config={"infra-kit:accepted-gaps": {"safe": ["backup-of:search"]}})
    assert made.warnings[-1].startswith("RestoreDrill 'drill': of: Backup 'safe' copies nothing on local")
