"""A link for a program of somebody else's, which has names of its own for what it is told."""

from __future__ import annotations

import pytest

from infra_kit import Postgres, Redis, Secret
from infra_kit.errors import SpecError
from tests.unit.refusals import refusal
from tests.unit.test_links import linked, service


def test_a_variable_has_the_name_that_somebody_elses_program_looks_for() -> None:
    plain, secret = linked(
        lambda: Postgres("db").link("read").called(URL="PGRST_DB_URI", USERNAME="PGRST_DB_ANON_ROLE")
    )
    assert plain["PGRST_DB_ANON_ROLE"] == "api__db"
    assert plain.keys() >= {"DB_HOST", "DB_PORT"}
    assert secret["PGRST_DB_URI"].startswith("postgresql://api__db:")
    assert not {"DB_URL", "DB_USERNAME"} & {*plain, *secret}


def test_a_secrets_only_variable_takes_another_name_too() -> None:
    _, secret = linked(lambda: Secret("jwt").link(name="KEY").called(**{"": "JWT_SIGNING_KEY"}))
    assert "JWT_SIGNING_KEY" in secret
    assert "KEY" not in secret


@pytest.mark.parametrize(
    ("names", "message"),
    [
        ({"URL": "db url"}, "Redis 'cache': link: called: URL: given 'db url'; capital letters"),
        ({"URI": "CACHE_URI"}, "the link to Redis 'cache': called: URI: it gives none here; it gives CA_CERTIFICATE, "),
        ({"URL": "KEY", "PASSWORD": "KEY"}, "the link to Redis 'cache': called: two of its variables have one name"),
        ({"URL": "CACHE_HOST"}, "the link to Redis 'cache': called: two of its variables have one name"),
    ],
)
def test_a_name_of_ones_own_is_refused_where_it_cannot_be(names: dict[str, str], message: str) -> None:
    assert message in refusal(service(lambda: Redis("cache").link().called(**names)), SpecError)
