"""Connection URLs: escaped, and secret."""

from __future__ import annotations

from typing import Any
from urllib.parse import unquote, urlsplit

import pulumi
import pytest

from infra_kit.providers.common.urls import as_user, url
from infra_kit.testing import record

PARTS: dict[str, Any] = {"username": "app", "password": "pw", "host": "db.internal", "port": 5432}


def made(**parts: Any) -> str:
    """The URL that comes out; that it is secret is checked beside."""

    def program() -> None:
        pulumi.export("url", url("postgresql", **{**PARTS, **parts}))

    recording = record(program)
    assert recording.secret_exports == {"url"}
    return str(recording.exports["url"])


def test_a_url_has_its_parts_in_their_places() -> None:
    assert made(path="shop", query="sslmode=require") == "postgresql://app:pw@db.internal:5432/shop?sslmode=require"


def test_without_path_and_query_nothing_follows_the_port() -> None:
    assert made() == "postgresql://app:pw@db.internal:5432"


@pytest.mark.parametrize("password", ["p@ss/word", "a:b?c#d", "100%", "sp ace", "ñ", "[::1]"])
def test_a_password_is_escaped_so_that_it_reads_back_as_it_was(password: str) -> None:
    parsed = urlsplit(made(password=password, username=password))
    assert (parsed.hostname, parsed.port) == ("db.internal", 5432)
    assert unquote(parsed.password or "") == password
    assert unquote(parsed.username or "") == password


def test_a_server_that_knows_passwords_only_has_no_user() -> None:
    assert made(username="") == "postgresql://:pw@db.internal:5432"


def test_parts_may_be_outputs_and_the_url_is_secret_even_if_they_are_not() -> None:
    def program() -> None:
        later = {"host": pulumi.Output.from_input("later.internal"), "port": pulumi.Output.from_input(6432)}
        pulumi.export("url", url("postgresql", **{**PARTS, **later}))

    recording = record(program)
    assert recording.exports["url"] == "postgresql://app:pw@later.internal:6432"
    assert recording.secret_exports == {"url"}


@pytest.mark.parametrize(
    ("known", "path", "wanted"),
    [
        ("redis://app:pw@127.0.0.1:6379/0", None, "redis://api__db:p%2F%40@127.0.0.1:6379/0"),
        ("rediss://:pw@cache:6379/0?x=1", None, "rediss://api__db:p%2F%40@cache:6379/0?x=1"),
        ("nats://app:p%40w@127.0.0.1:4222", None, "nats://api__db:p%2F%40@127.0.0.1:4222"),
        ("postgresql://app:pw@db:5432/app?sslmode=require", "audit", "postgresql://api__db:p%2F%40@db:5432/audit?sslmode=require"),
        ("postgresql://app:pw@[::1]:5432/app", "app", "postgresql://api__db:p%2F%40@[::1]:5432/app"),
    ],
)  # fmt: skip
def test_a_url_of_another_user_leads_to_the_same_address_and_is_secret(
    known: str, path: str | None, wanted: str
) -> None:
    def program() -> None:
        plain = pulumi.Output.from_input(known)
        pulumi.export("url", as_user(plain, username="api__db", password="p/@", path=path))

    recording = record(program)
    assert recording.exports["url"] == wanted
    assert recording.secret_exports == {"url"}
