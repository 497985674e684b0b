"""The panel, as a browser and as a stranger meet it."""

from __future__ import annotations

import logging
import re
import time

import pytest

from infra_kit.panel import watcher
from infra_kit.panel.facts import Standing
from tests.awaiting import until
from tests.unit.panel.made_up import PASSWORD, SECRET, Browser, MadeUp, browser

DOWN = Standing(state="down", since="2026-11-26T03:10:00+00:00", detail="it has died")
TRIES = 3


def reveal(it: Browser, csrf: str, **more: str) -> dict[str, str]:
    return {"csrf": csrf, "part": "db", "credential": "password", **more}


@pytest.mark.parametrize("csrf", ["", "0" * 64])
def test_no_form_of_another_page_is_taken(admin: Browser, source: MadeUp, csrf: str) -> None:
    assert admin.post("/login", data={"csrf": csrf, "username": "admin", "password": PASSWORD}).status_code == 403
    assert admin.post("/reveal", data=reveal(admin, csrf)).status_code == 403
    assert admin.post("/logout", data={"csrf": csrf}).status_code == 403
    assert source.asked == []
    assert admin.get("/").status_code == 200


def test_a_form_that_a_browser_says_is_of_another_site_is_not_taken(admin: Browser) -> None:
    form = reveal(admin, admin.csrf("/"))
    for site in ("cross-site", "same-site"):
        assert admin.post("/reveal", data=form, headers={"Sec-Fetch-Site": site}).status_code == 403


def test_it_answers_to_no_name_but_its_own(visitor: Browser) -> None:
    for host in ("evil.example", "127.0.0.1.evil.example", "", "localhost.evil.example:21000"):
        assert visitor.get("/", headers={"Host": host}).status_code == 421, host
    for host in ("127.0.0.1:5050", "localhost", "[::1]:21000"):
        assert visitor.get("/login", headers={"Host": host}).status_code == 200, host


def test_where_nothing_forwards_to_it_it_answers_at_its_own_port_alone() -> None:
    with browser(port=21000) as it:
        assert it.get("/login").status_code == 200
        for host in ("127.0.0.1:5050", "localhost", "127.0.0.1:21000:21000", "localhost:"):
            assert it.get("/login", headers={"Host": host}).status_code == 421, host


def test_a_published_name_is_answered_at_the_port_of_tls_alone() -> None:
    with browser(host="panel.example.com") as it:
        assert it.get("/login", headers={"Host": "panel.example.com:443"}).status_code == 200
        assert it.get("/login", headers={"Host": "panel.example.com:8080"}).status_code == 421


def test_a_browser_may_run_nothing_frame_nothing_and_keep_nothing(admin: Browser) -> None:
    for path in ("/", "/login", "/states", "/nothing"):
        headers = admin.get(path).headers
        policy = headers["content-security-policy"]
        assert "default-src 'none'" in policy
        assert "unsafe" not in policy
        assert "frame-ancestors 'none'" in policy
        assert headers["x-frame-options"] == "DENY"
        assert headers["referrer-policy"] == "no-referrer"
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["cache-control"] == "no-store"


def test_nothing_in_a_page_is_run_in_place(admin: Browser) -> None:
    text = admin.get("/").text
    assert re.findall(r"<script(?![^>]*src=)|\son\w+=|style=|javascript:", text) == []


def test_the_cookie_is_for_this_site_alone_and_no_script_sees_it(visitor: Browser) -> None:
    cookie = visitor.get("/login").headers["set-cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=strict" in cookie
    assert "Secure" not in cookie  # at 127.0.0.1 there is no TLS


def test_under_a_published_name_the_cookie_goes_by_tls_alone() -> None:
    with browser(host="panel.example.com") as it:
        answer = it.get("/login")
        assert answer.headers["set-cookie"].startswith("__Host-panel-")
        assert "Secure" in answer.headers["set-cookie"]
        assert "max-age" in answer.headers["strict-transport-security"]
        assert it.log_in() == 303
        assert it.get("/").status_code == 200


def test_names_are_text_and_no_markup(source: MadeUp, admin: Browser) -> None:
    source.stand["db"] = Standing(state="down", detail="<script>alert(1)</script>")
    until_seen(admin, "&lt;script&gt;")
    assert "<script>alert" not in admin.get("/").text


@pytest.mark.parametrize("more", [{"password": "x" * 100_000}, {str(number): "" for number in range(8)}])
def test_a_form_that_is_too_large_is_not_read(visitor: Browser, more: dict[str, str]) -> None:
    form = {"csrf": visitor.csrf(), "username": "admin", "password": PASSWORD, **more}
    assert visitor.post("/login", data=form).status_code == 403


# Credentials


def test_no_secret_is_sent_before_somebody_asks(admin: Browser, source: MadeUp) -> None:
    assert SECRET not in admin.get("/").text + admin.get("/states").text
    assert source.asked == []


def test_a_credential_is_revealed_with_and_without_a_script(admin: Browser, source: MadeUp) -> None:
    form = reveal(admin, admin.csrf("/"))
    page, told = (
        admin.post("/reveal", data=form),
        admin.post("/reveal", data=form, headers={"Accept": "application/json"}),
    )
    assert SECRET in page.text
    assert told.json() == {"value": SECRET}
    assert page.headers["cache-control"] == told.headers["cache-control"] == "no-store"
    assert source.asked == [("db", "password")] * 2
    assert SECRET not in admin.get("/").text


def test_what_is_no_credential_of_a_shown_component_is_not_read(admin: Browser, source: MadeUp) -> None:
    csrf = admin.csrf("/")
    for wrong in ({"part": "other"}, {"credential": "superuser"}, {"part": "../db"}):
        assert admin.post("/reveal", data=reveal(admin, csrf, **wrong)).status_code == 404
    assert source.asked == []


def test_the_log_says_who_saw_what_and_never_the_secret(visitor: Browser, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)
    visitor.log_in("wrong-password")
    visitor.log_in()
    visitor.post("/reveal", data=reveal(visitor, visitor.csrf("/")))
    assert "sees password of db" in caplog.text
    assert "with a wrong name or password" in caplog.text
    assert SECRET not in caplog.text
    assert "wrong-password" not in caplog.text


def test_what_cannot_be_read_was_seen_by_nobody_and_the_log_says_why(
    admin: Browser, source: MadeUp, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    source.secrets = {}
    answer = admin.post("/reveal", data=reveal(admin, admin.csrf("/")))
    assert (answer.status_code, answer.text) == (503, "It cannot be read now. The log says why.")
    assert "password of db cannot be read: KeyError: ('db', 'password')" in caplog.text
    assert "sees" not in caplog.text


# States


def until_seen(it: Browser, text: str, seconds: float = 60.0) -> None:
    until(lambda: text in it.get("/").text, seconds, lambda: text)


def test_what_dies_is_shown_as_dead_in_time(admin: Browser, source: MadeUp) -> None:
    assert "3 of 3 up." in admin.get("/").text
    source.stand["db"] = DOWN
    until_seen(admin, "Down: db.")
    assert watcher.EVERY <= 5
    told = admin.get("/states").json()
    assert told["parts"]["db"]["label"] == "Down"
    assert told["bad"]
    assert [it["level"] for it in told["alerts"]] == ["P0"]


def test_where_nobody_can_look_that_is_said_and_it_is_looked_again(admin: Browser, source: MadeUp) -> None:
    source.fails = OSError("the host does not answer")
    until_seen(admin, "the host does not answer")
    source.fails = None
    until_seen(admin, '<p id="failure" class="problem" role="alert"></p>')
    assert "3 of 3 up." in admin.get("/").text


def test_without_a_plan_the_page_says_who_makes_one(source: MadeUp, admin: Browser) -> None:
    source.planned = None
    assert "Not planned yet" in admin.get("/").text


@pytest.mark.parametrize("count", [30])
def test_a_page_with_thirty_services_is_ready_in_less_than_300_ms(count: int) -> None:
    with browser(MadeUp(count)) as it:
        it.log_in()
        took = []
        for _ in range(TRIES):
            begun = time.process_time()
            assert "api-29" in it.get("/").text
            took.append(time.process_time() - begun)
    assert min(took) < 0.15
