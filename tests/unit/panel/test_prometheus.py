"""A host's panel, where its Prometheus does not answer as it should."""

from __future__ import annotations

import asyncio
import json
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from infra_kit.panel.facts import Facts, Part, Plan, Seen
from infra_kit.panel.prometheus import Host, Told
from infra_kit.panel.watcher import Watcher

FACTS = Facts(
    app="shop", stack="shop", environment="production", target="vps", parts=(Part(name="db", kind="Postgres"),)
)
BROKEN_OFF = b'HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n{"data":'
NO_HTTP = b"what?\r\n\r\n"
NO_JSON = b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nwell\n"
ANOTHER = b"HTTP/1.1 503 Starting\r\nContent-Length: 0\r\n\r\n"


@contextmanager
def answering(answer: bytes) -> Iterator[str]:
    """The URL of one that answers so, once."""
    with socket.create_server(("127.0.0.1", 0)) as listening:

        def visit() -> None:
            visitor, _ = listening.accept()
            with visitor:
                visitor.recv(65_536)
                visitor.sendall(answer)
                visitor.shutdown(socket.SHUT_WR)
                while visitor.recv(65_536):
                    pass

        visited = threading.Thread(target=visit)
        visited.start()
        yield f"http://127.0.0.1:{listening.getsockname()[1]}"
        visited.join(10)
        assert not visited.is_alive(), "its connection is still open"


@pytest.mark.parametrize("answer", [BROKEN_OFF, NO_HTTP, NO_JSON, ANOTHER, b""])
def test_an_answer_that_is_none_is_told_and_ends_nothing(tmp_path: Path, answer: bytes) -> None:
    with answering(answer) as url:
        told = Told(facts=FACTS, username="admin", hash="", prometheus=url, states={"db": "100"})
        watcher = Watcher(Host(told, tmp_path / "credentials.json", tmp_path / "plan.json"))
        asyncio.run(watcher.look())
    assert watcher.seen.failure
    assert watcher.seen.parts["db"].state == "unknown"


def test_an_alert_that_is_about_to_fire_says_when(tmp_path: Path) -> None:
    """As `GET /api/v1/rules` has it (https://prometheus.io/docs/prometheus/latest/querying/api/#rules)."""
    down = {
        "labels": {"alertname": "down", "alerts": "alerts", "level": "P0", "component": "db"},
        "annotations": {"summary": "P0 Postgres db: uptime < 100 % for 2m", "value": "0"},
        "state": "pending",
        "activeAt": "2026-11-26T06:00:00.123456789Z",
    }
    others = {**down, "labels": {"alerts": "of-another-stack", "level": "P0"}}
    seen = look(tmp_path, rule("down", down, {**down, "state": "firing"}), rule("down", others, alerts="another"))
    pending, firing = seen.alerts

    assert (pending.since, pending.fires) == ("2026-11-26T06:00:00+00:00", "2026-11-26T06:02:00+00:00")
    assert (pending.level, pending.component, pending.says) == ("P0", "db", "Postgres db: uptime < 100 % for 2m")
    assert firing.fires == ""
    assert seen.failure == ""


def test_a_rule_that_cannot_be_evaluated_is_no_good_news(tmp_path: Path) -> None:
    broken = rule("slow") | {"health": "err", "lastError": "many-to-many matching not allowed"}
    seen = look(tmp_path, rule("down"), broken)
    assert seen.alerts == ()
    assert "slow" in seen.failure
    assert "many-to-many matching not allowed" in seen.failure
    assert "down" not in seen.failure


def test_where_no_rule_is_loaded_no_silence_is_shown(tmp_path: Path) -> None:
    assert "no rule of alerts" in look(tmp_path).failure
    assert "no rule of alerts" in look(tmp_path, rule("down", alerts="another")).failure


def test_a_rule_that_was_not_evaluated_yet_and_one_of_another_stack_are_no_failure(tmp_path: Path) -> None:
    others = rule("slow", alerts="another") | {"health": "err", "lastError": "of another stack"}
    assert look(tmp_path, rule("down") | {"health": "unknown"}, others).failure == ""


def rule(name: str, *active: object, alerts: str = "alerts") -> dict[str, object]:
    return {
        "type": "alerting", "name": name, "duration": 120, "health": "ok", "alerts": active,
        "labels": {"alerts": alerts, "level": "P0"},
    }  # fmt: skip


def look(folder: Path, *rules: object) -> Seen:
    """Of a host whose Prometheus has these rules."""
    with answering(json_answer({"data": {"groups": [{"rules": [it]} for it in rules]}})) as url:
        told = Told(facts=FACTS, username="admin", hash="", prometheus=url, alerts=("alerts",))
        return Host(told, folder / "credentials.json", folder / "plan.json").look()


def test_the_plan_is_shown_once_it_was_brought(tmp_path: Path) -> None:
    file = tmp_path / "plan.json"
    told = Told(facts=FACTS, username="admin", hash="", prometheus="http://127.0.0.1:1")
    host = Host(told, tmp_path / "credentials.json", file)
    assert host.plan() is None
    file.write_text('{"monthly": "12.00 USD", "unpriced": 0}')
    assert host.plan() == Plan(monthly="12.00 USD", unpriced=0)


def json_answer(body: object) -> bytes:
    text = json.dumps(body).encode()
    return b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%s" % (len(text), text)
