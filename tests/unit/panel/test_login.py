"""Logging in to a panel, guessing, sessions."""

from __future__ import annotations

import time

import pytest
from starlette.testclient import TestClient

from infra_kit.panel import sessions
from infra_kit.panel.known_browsers import LASTS, KnownBrowsers
from infra_kit.panel.passwords import hashed
from infra_kit.panel.throttle import BURST, FREE
from tests.unit.panel.made_up import PASSWORD, Browser, browser


def test_a_stranger_sees_the_login_and_nothing_else(visitor: Browser) -> None:
    assert visitor.get("/").headers["location"] == "/login"
    assert visitor.get("/states").status_code == 401
    assert visitor.post("/reveal", data={}).headers["location"] == "/login"
    assert "127.0.0.1:20421" not in visitor.get("/login").text


def test_who_knows_the_password_sees_the_page(admin: Browser) -> None:
    page = admin.get("/")
    assert page.status_code == 200
    for shown in ("db", "Postgres · 17", "127.0.0.1:20421", "Directus", "25.00 USD", "adds queue (Redis)", "in 42 s"):
        assert shown in page.text


@pytest.mark.parametrize(("username", "password"), [("admin", "wrong"), ("root", PASSWORD), ("", "")])
def test_a_wrong_name_and_a_wrong_password_get_the_same_answer(visitor: Browser, username: str, password: str) -> None:
    form = {"csrf": visitor.csrf(), "username": username, "password": password}
    answer = visitor.post("/login", data=form)
    assert answer.status_code == 401
    assert "The name or the password is wrong." in answer.text
    assert visitor.get("/").status_code == 303


def test_a_wrong_name_takes_as_long_as_a_wrong_password() -> None:
    def took(username: str) -> float:
        with browser(password_hash=hashed(PASSWORD, "salt")) as it:
            begun = time.process_time()
            assert it.log_in("wrong", username) == 401
            return time.process_time() - begun

    known, unknown = (min(took(username) for _ in range(3)) for username in ("admin", "nobody"))
    assert unknown > known / 3  # hashing is most of it


def test_guessing_is_slowed_down_and_the_right_password_waits_too(visitor: Browser) -> None:
    assert [visitor.log_in("wrong") for _ in range(FREE + 3)] == [401] * (FREE + 1) + [429] * 2
    form = {"csrf": visitor.csrf(), "username": "admin", "password": PASSWORD}
    answer = visitor.post("/login", data=form)
    assert answer.status_code == 429
    assert answer.headers["retry-after"] == "1"


def strangers_guess(visitor: Browser) -> None:
    """From so many places that none of them waits for its own."""
    form = {"csrf": visitor.csrf(), "username": "admin", "password": "wrong"}
    cookies = "; ".join(f"{name}={value}" for name, value in visitor.cookies.items() if not name.endswith("-known"))
    for number in range(BURST):
        there = TestClient(visitor.app, base_url=str(visitor.base_url), client=(f"192.0.2.{number}", 50_000))
        assert there.post("/login", data=form, headers={"Cookie": cookies}).status_code == 401


def test_strangers_who_guess_keep_no_browser_out_in_which_somebody_logged_in(visitor: Browser) -> None:
    assert visitor.log_in() == 303
    visitor.post("/logout", data={"csrf": visitor.csrf("/")})
    strangers_guess(visitor)
    known = dict(visitor.cookies)
    visitor.cookies.clear()
    assert visitor.log_in() == 429
    visitor.cookies.clear()
    visitor.cookies.update(known)
    assert visitor.log_in() == 303


def test_a_browser_in_which_somebody_logged_in_waits_for_its_own_wrong_passwords(admin: Browser) -> None:
    admin.post("/logout", data={"csrf": admin.csrf("/")})
    assert [admin.log_in("wrong") for _ in range(FREE + 3)] == [401] * (FREE + 1) + [429] * 2


def test_the_mark_of_a_browser_opens_nothing_and_no_script_sees_it(visitor: Browser) -> None:
    form = {"csrf": visitor.csrf(), "username": "admin", "password": PASSWORD}
    given = visitor.post("/login", data=form).headers.get_list("set-cookie")
    (mark,) = (it for it in given if "-known=" in it)
    assert "HttpOnly" in mark
    assert "SameSite=strict" in mark
    name, _, value = mark.partition(";")[0].partition("=")
    visitor.cookies.clear()
    visitor.cookies.set(name, value)
    assert visitor.get("/").status_code == 303


def test_a_mark_is_worth_nothing_that_is_forged_too_old_or_of_another_password() -> None:
    now = [0.0]
    browsers = KnownBrowsers("hash", lambda: now[0])
    mark = browsers.mark()
    assert browsers.name(mark)
    assert KnownBrowsers("hash", lambda: now[0]).name(mark)  # begun anew
    assert not KnownBrowsers("another", lambda: now[0]).name(mark)
    for forged in ("", ".", "..", mark[:-1], f"x{mark}", "é.1.é", mark.replace(".", ".9", 1)):
        assert not browsers.name(forged)
    now[0] += LASTS
    assert not browsers.name(mark)


def test_whoever_logs_in_has_another_cookie_than_before(visitor: Browser) -> None:
    visitor.get("/login")
    ((name, before),) = visitor.cookies.items()
    visitor.log_in()
    assert visitor.cookies[name] != before


def test_a_cookie_that_somebody_planted_is_no_session(visitor: Browser) -> None:
    visitor.get("/login")
    ((name, planted),) = visitor.cookies.items()
    visitor.log_in()
    visitor.cookies.clear()
    visitor.cookies.set(name, planted)
    assert visitor.get("/").status_code == 303


def test_who_logs_out_is_out_also_with_the_old_cookie(admin: Browser) -> None:
    kept = dict(admin.cookies)
    assert admin.post("/logout", data={"csrf": admin.csrf("/")}).status_code == 303
    admin.cookies.update(kept)
    assert admin.get("/").status_code == 303


def test_a_session_ends_when_nobody_uses_it_also_under_an_open_page() -> None:
    now = [0.0]
    open_ = sessions.Sessions(lambda: now[0])
    token = open_.begin()
    while now[0] < sessions.IDLE:
        now[0] += 60
        found = open_.find(token, used=False)
    assert found is not None
    now[0] += 60
    assert open_.find(token, used=False) is None


def test_a_session_ends_after_half_a_day_however_much_it_is_used() -> None:
    now = [0.0]
    open_ = sessions.Sessions(lambda: now[0])
    token = open_.begin()
    while open_.find(token):
        now[0] += 600
    assert now[0] == pytest.approx(sessions.LONGEST, abs=601)


# Forms and answers
