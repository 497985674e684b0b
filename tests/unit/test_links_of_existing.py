"""Links to a database that stands already, which infra_kit changes nothing of."""

from __future__ import annotations

import pytest

from infra_kit import Postgres
from infra_kit.components.postgres import Access
from infra_kit.errors import SpecError
from tests.unit.refusals import refusal
from tests.unit.test_links import linked


def test_a_database_that_stands_already_is_linked_from_everywhere_by_its_own_user() -> None:
    url = "postgresql://app:secret@db.internal:5432/shop"
    plain, secret = linked(lambda: Postgres.existing("db", url=url).link())
    assert (plain["DB_HOST"], plain["DB_USERNAME"], secret["DB_URL"]) == ("db.internal", "app", url)


@pytest.mark.parametrize(("own", "asked"), [("readwrite", "read"), ("readwrite", "owner"), ("owner", "readwrite")])
def test_a_link_to_what_stands_already_has_its_users_access_and_no_other(own: Access, asked: Access) -> None:
    url = "postgresql://app:secret@db.internal:5432/shop"
    _, secret = linked(lambda: Postgres.existing("db", url=url, access=asked).link(asked))
    assert secret["DB_URL"] == url

    message = refusal(lambda: Postgres.existing("db", url=url, access=own).link(asked), SpecError)
    assert message == (
        f"Postgres 'db': link: access: given {asked!r}; it stands already, infra_kit makes no role there, and the user "
        f"of its url has {own!r}. Give a user with just that access a Postgres.existing of its own: "
        f"Postgres.existing(…, url=…, access={asked!r})."
    )


def test_the_database_of_what_stands_already_is_in_its_url() -> None:
    url = "postgresql://app:secret@db.internal:5432/shop"
    message = refusal(lambda: Postgres.existing("db", url=url).link(database="app"), SpecError)
    assert message.startswith("Postgres 'db': link: database: given 'app'; it stands already, and its url names")
