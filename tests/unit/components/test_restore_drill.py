from __future__ import annotations

import pytest

from infra_kit import Backup, ObjectStore, Postgres, RestoreDrill, SqlCheck
from infra_kit.errors import SpecError
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
