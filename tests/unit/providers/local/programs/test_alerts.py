"""The checker of Alerts, as far as it needs no server: judging, and what each kind of route is sent."""

from __future__ import annotations

import dataclasses
import json
import socketserver
import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from infra_kit.providers.common.posting import UntoldError
from infra_kit.providers.local.alerts_file import Alert
from infra_kit.providers.local.programs.alerts import judge, routes
from infra_kit.providers.local.programs.alerts.routes import Message, sender
from infra_kit.providers.local.programs.alerts.wanted import Rule
from infra_kit.signals import Signal

BEGUN = datetime(2026, 3, 1, 12, 0, 0, tzinfo=UTC)
EVERY = 10.0


def rule(lasting: float = 30.0, *, above: float | None = 80.0, below: float | None = None) -> Rule:
    return Rule(
        "full", "db", Signal.CONNECTIONS, above, below, lasting, "P1", "connections > 80 % for 30s", "%", told="P0"
    )


def looks(of: Rule, *values: float | None) -> list[str]:
    """How it stands after each look."""
    alert = judge.first(of, BEGUN)
    states: list[str] = []
    for number, value in enumerate(values):
        alert = judge.judged(alert, of, value, BEGUN + timedelta(seconds=number * EVERY), EVERY)
        states.append(alert.state)
    return states


def test_what_is_wrong_for_long_enough_without_a_break_fires() -> None:
    assert looks(rule(), 81, 90, 85, 99) == ["pending", "pending", "pending", "firing"]
    assert looks(rule(), 81, 90, 80, 99, 99) == ["pending", "pending", "ok", "pending", "pending"]


def test_a_rule_shorter_than_the_time_between_two_looks_fires_at_the_first() -> None:
    assert looks(rule(lasting=10), 81) == ["firing"]
    assert looks(rule(lasting=11), 81, 81, 81) == ["pending", "pending", "firing"]


def test_what_is_pending_says_when_it_fires_and_nothing_else_does() -> None:
    pending = judge.judged(judge.first(rule(), BEGUN), rule(), 81, BEGUN, EVERY)
    firing = judge.judged(pending, rule(), 81, BEGUN + timedelta(seconds=30), EVERY)

    assert (pending.state, pending.fires) == ("pending", "2026-03-01T12:00:30+00:00")
    assert (firing.state, firing.fires) == ("firing", "")


def test_it_ends_with_the_first_look_that_is_well() -> None:
    assert looks(rule(lasting=1), 81, 80, 81) == ["firing", "ok", "firing"]


def test_what_cannot_be_measured_is_not_wrong_and_what_was_wrong_still_is() -> None:
    """A server that is full takes not even the one who would count its connections."""
    assert looks(rule(lasting=1), None, 81, None, None, 80) == ["ok", "firing", "firing", "firing", "ok"]
    assert looks(rule(), 81, None, None, 81, None) == ["pending", "pending", "pending", "firing", "firing"]


@pytest.mark.parametrize("signal", ["errors", "client-errors", "latency", "latency-p95", "cache-hits"])
def test_without_a_request_nothing_is_wrong_with_the_answers(signal: str) -> None:
    answers = dataclasses.replace(rule(lasting=1), signal=Signal(signal))
    assert looks(answers, 81, None, 81) == ["firing", "ok", "firing"]


def test_below_is_wrong_beneath_its_bound_and_not_at_it() -> None:
    assert looks(rule(1, above=None, below=100), 100, 99.9, 0) == ["ok", "firing", "firing"]
    assert looks(rule(1, above=0), 0, 1) == ["ok", "firing"]


def test_a_firing_one_is_wrong_since_it_was_first_found_so() -> None:
    alert, of = judge.first(rule(), BEGUN), rule()
    for seconds in (10, 20, 30, 40, 50):
        alert = judge.judged(alert, of, 99, BEGUN + timedelta(seconds=seconds), EVERY)

    assert (alert.state, alert.since) == ("firing", "2026-03-01T12:00:10+00:00")


def test_a_time_in_which_nobody_looked_does_not_count() -> None:
    pending = judge.judged(judge.first(rule(), BEGUN), rule(), 99, BEGUN, EVERY)
    later = BEGUN + timedelta(hours=1)

    anew = judge.judged(judge.unseen(pending, later), rule(), 99, later, EVERY)

    assert (pending.state, anew.state, anew.since) == ("pending", "pending", judge.stamp(later))
    firing = Alert("full", "db", "P1", "x", "%", "firing", judge.stamp(BEGUN))
    assert judge.unseen(firing, later) == firing


ALERT = Alert("full", "db", "P1", "connections > 80 % for 5m", "%", "firing", judge.stamp(BEGUN), 93.5)
FIRST = Message(ALERT, "shop", "shop-development")
LAST = Message(ALERT, "shop", "shop-development", ended="2026-03-01T12:07:00+00:00")


@pytest.fixture
def posted(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, Any]]:
    sent: list[tuple[str, Any]] = []
    monkeypatch.setattr(routes, "post", lambda url, body: sent.append((url, body)))
    return sent


def test_pagerduty_opens_an_incident_and_closes_the_same(posted: list[tuple[str, Any]]) -> None:
    tell = sender("pagerduty", "key-0", None)
    tell(FIRST)
    tell(LAST)
    (url, opened), (_, closed) = posted

    assert url == "https://events.pagerduty.com/v2/enqueue"
    key = "shop/shop-development/db/full"
    assert closed == {"routing_key": "key-0", "event_action": "resolve", "dedup_key": key}
    assert (opened["event_action"], opened["dedup_key"]) == ("trigger", key)
    assert (
        opened["payload"].items()
        >= {
            "summary": "P1 db: connections > 80 % for 5m",
            "source": "shop-development/db",
            "severity": "error",
            "timestamp": "2026-03-01T12:00:00+00:00",
        }.items()
    )
    json.dumps(opened)


def test_a_webhook_gets_the_alert_as_it_was_and_when_it_was_over(posted: list[tuple[str, Any]]) -> None:
    tell = sender("webhook", "https://hook.example", None)
    tell(FIRST)
    tell(LAST)
    (_, begun), (_, over) = posted

    assert begun == {
        "status": "firing", "rule": "full", "component": "db", "level": "P1", "says": "connections > 80 % for 5m",
        "unit": "%", "since": "2026-03-01T12:00:00+00:00", "value": 93.5, "ended": None, "app": "shop",
        "stack": "shop-development",
    }  # fmt: skip
    assert over == {**begun, "status": "resolved", "ended": "2026-03-01T12:07:00+00:00"}


class _Relay(socketserver.ThreadingTCPServer):
    daemon_threads = True
    mails: list[list[str]]
    refuses = False


class _Dialogue(socketserver.StreamRequestHandler):
    """As much of RFC 5321 as smtplib needs."""

    server: _Relay

    def handle(self) -> None:
        self.say("220 relay")
        said: list[str] = []
        while line := self.rfile.readline().decode().strip():
            said.append(line)
            verb = line.split()[0].upper()
            if verb == "DATA":
                self.say("354 go on")
                while (text := self.rfile.readline().decode().strip()) != ".":
                    said.append(text)
            if verb == "QUIT":
                self.say("221 bye")
                break
            self.say("550 no such user" if verb == "RCPT" and self.server.refuses else "250 ok")
        self.server.mails.append(said)

    def say(self, text: str) -> None:
        self.wfile.write(f"{text}\r\n".encode())


@pytest.fixture
def relay() -> Iterator[_Relay]:
    server = _Relay(("127.0.0.1", 0), _Dialogue)
    server.mails = []
    threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
    yield server
    server.shutdown()
    server.server_close()


def _by(server: _Relay) -> routes.Send:
    port = server.server_address[1]
    smtp = {"host": "127.0.0.1", "port": float(port), "security": "none", "sender": "alerts@example.com"}
    return sender("email", ["ops@example.com", "cto@example.com"], smtp)


def test_one_mail_goes_to_all_addresses(relay: _Relay) -> None:
    _by(relay)(LAST)
    (said,) = relay.mails

    assert [line for line in said if line.startswith("rcpt")] == [
        "rcpt TO:<ops@example.com>",
        "rcpt TO:<cto@example.com>",
    ]
    assert "Subject: P1 db: connections > 80 % for 5m is over" in said
    assert any(line.startswith("It was 93.5 % then. Wrong since 2026-03-01T12:00:00+00:00, until") for line in said)


def test_a_relay_that_refuses_is_a_route_that_was_not_told(relay: _Relay) -> None:
    relay.refuses = True
    with pytest.raises(UntoldError) as caught:
        _by(relay)(FIRST)
    assert "example.com" not in str(caught.value)


def test_a_relay_that_cannot_encrypt_gets_no_mail(relay: _Relay) -> None:
    smtp = {"host": "127.0.0.1", "port": relay.server_address[1], "security": "starttls", "sender": "a@example.com"}
    with pytest.raises(UntoldError):
        sender("email", ["ops@example.com"], smtp)(FIRST)
    assert not [line for said in relay.mails for line in said if line.startswith("Subject")]
