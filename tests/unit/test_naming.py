import pytest

from infra_kit import naming
from infra_kit.errors import InvalidNameError


@pytest.mark.parametrize("name", ["db", "d", "db-2", "a1b2", "my-long-cache-name-24chr"])
def test_a_legal_name_is_returned(name: str) -> None:
    assert naming.check("Postgres", name) == name


def refusal(name: object) -> str:
    with pytest.raises(InvalidNameError) as refused:
        naming.check("Postgres", name)
    return str(refused.value)


def test_an_empty_name_is_refused() -> None:
    assert refusal("") == "Postgres: the name is empty. Name it by its purpose, e.g. 'db'."


def test_an_over_long_name_is_refused_with_its_length_and_the_limit() -> None:
    assert refusal("a" * 25).startswith(f"Postgres '{'a' * 25}': the name has 25 characters, at most 24 are allowed")


@pytest.mark.parametrize("name", ["Db", "2db", "db_main", "db-", "-db", "d--b", "d b", "dé", "db\n", "d.b", "d/b"])
def test_an_illegal_name_is_refused_with_what_a_name_is(name: str) -> None:
    message = refusal(name)
    assert repr(name) in message
    assert "lower-case letters, digits and single hyphens, begins with a letter" in message


@pytest.mark.parametrize("name", [None, 3, ["db"]])
def test_a_name_that_is_no_str_is_refused_with_its_type(name: object) -> None:
    assert refusal(name) == f"Postgres: the name must be a plain str, given {type(name).__name__}."


def test_a_child_is_named_after_its_component_and_role() -> None:
    assert naming.child("db", "server") == "db-server"


@pytest.mark.parametrize("text", ["aws", "a-1", "a" * 16])
def test_a_text_that_is_a_name_already_stays(text: str) -> None:
    assert naming.fit(text, room=8) == text


@pytest.mark.parametrize("text", ["a" * 17, "Frankfurt", "eu_west", "9-lives", "ä", "a" * 14 + "-" + "b" * 9])
def test_any_text_makes_a_name_that_fits(text: str) -> None:
    name = naming.fit(text, room=8)
    assert naming.check("Network", naming.child(name, "network"))


def test_texts_that_differ_make_names_that_differ() -> None:
    texts = ["eu west", "eu_west", "eu-west", "EU-West", "a" * 17, "a" * 18]
    assert len({naming.fit(text, room=8) for text in texts}) == len(texts)
