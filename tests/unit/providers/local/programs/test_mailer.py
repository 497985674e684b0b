"""What the server of a Mailer keeps, for how long, and how it shows what is meant to do harm."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from infra_kit.providers.local.programs.mailer import pages
from infra_kit.providers.local.programs.mailer.inbox import Inbox
from infra_kit.providers.local.programs.mailer.store import Store

SENDER, ANN = "shop@shop.example", "ann@customer.example"


def raw(subject: str = "hello", body: str = "Hi.", kind: str = "text/plain; charset=utf-8") -> bytes:
    return f"From: {SENDER}\r\nSubject: {subject}\r\nContent-Type: {kind}\r\n\r\n{body}\r\n".encode()


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return Store(tmp_path / "mails.sqlite", most_mails=3, most_bytes=10_000)


@pytest.fixture
def url(store: Store) -> Iterator[str]:
    inbox = Inbox(0, store)
    threading.Thread(target=inbox.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{inbox.server_address[1]}"
    inbox.shutdown()
    inbox.server_close()


def subjects(store: Store, to: str = "") -> list[str]:
    return [mail.subject for mail in store.latest(to)]


def test_the_newest_stay_when_there_are_too_many(store: Store) -> None:
    for number in range(5):
        store.keep("app", SENDER, [ANN], raw(f"mail {number}"))
    assert subjects(store) == ["mail 4", "mail 3", "mail 2"]


def test_the_newest_stay_when_they_are_too_large_and_the_last_in_any_case(store: Store) -> None:
    for number in range(3):
        store.keep("app", SENDER, [ANN], raw(f"mail {number}", "x" * 4_000))
    assert subjects(store) == ["mail 2", "mail 1"]
    store.keep("app", SENDER, [ANN], raw("a large one", "x" * 20_000))
    assert subjects(store) == ["a large one"]


def test_a_number_is_never_given_twice(store: Store) -> None:
    for _ in range(5):
        store.keep("app", SENDER, [ANN], raw())
    assert [mail.id for mail in store.latest()] == [5, 4, 3]


def test_mails_are_found_by_a_whole_address_however_it_is_written(store: Store) -> None:
    store.keep("app", SENDER, ["Ann@customer.example", "ben@customer.example"], raw("both"))
    store.keep("app", SENDER, ["joann@customer.example"], raw("another"))
    assert subjects(store, "ann@Customer.example") == ["both"]
    assert subjects(store, "customer.example") == []


@pytest.mark.parametrize(
    ("mail", "text", "html"),
    [
        (raw(body="Grüße"), ["Grüße"], []),
        (raw(body="<p>Hi</p>", kind="text/html; charset=utf-8"), [], ["<p>Hi</p>"]),
        (b"", [], []),
        (b"From: x\r\n\r\nno kind", ["no kind"], []),
    ],
)
def test_the_bodies_of_a_mail_are_told_apart(store: Store, mail: bytes, text: list[str], html: list[str]) -> None:
    store.keep("app", SENDER, [ANN], mail)
    (found,) = store.latest()
    assert (found.text.splitlines(), found.html.splitlines()) == (text, html)


@pytest.mark.parametrize(
    "kind", ["text/plain; charset=no-such", "multipart/mixed", "text/plain; charset=", "message/rfc822"]
)
def test_a_mail_that_no_one_can_read_is_shown_all_the_same(store: Store, url: str, kind: str) -> None:
    store.keep("app", SENDER, [ANN], raw(kind=kind).replace(b"Hi.", b"\xe9\xff"))
    for path in ("/mails/1", "/mails/1.html", "/mails/1.eml"):
        assert httpx.get(url + path).status_code == 200
    assert httpx.get(f"{url}/mails.json").json()[0]["recipients"] == [ANN]


def test_what_a_mail_says_is_text_on_the_page(store: Store, url: str) -> None:
    store.keep(
        "app", SENDER, ["<img src=x>@customer.example"], raw("<script>alert(1)</script>", "</pre><script>2</script>")
    )
    for path in ("/", "/mails/1", "/?to=<script>3</script>"):
        assert "<script>" not in httpx.get(url + path).text
        assert "<img" not in httpx.get(url + path).text


def test_all_of_a_mail_is_there_as_it_came(store: Store, url: str) -> None:
    store.keep("app", SENDER, [ANN], raw())
    found = httpx.get(f"{url}/mails/1.eml")
    assert found.content == raw()
    assert found.headers["Content-Type"].startswith("text/plain")


@pytest.mark.parametrize("path", ["/mails/2", "/mails/0", "/mails/x", "/mails", "/conf/told.json"])
def test_what_is_not_there_is_not_found(store: Store, url: str, path: str) -> None:
    store.keep("app", SENDER, [ANN], raw())
    assert httpx.get(url + path).status_code == 404


def test_an_empty_inbox_says_so(store: Store) -> None:
    assert "No mail yet" in pages.latest(store.latest(), "")
