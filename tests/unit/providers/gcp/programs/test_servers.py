"""The program that takes a step with NATS's servers: what it is told, what it keeps, and how it fails."""

from __future__ import annotations

import json
import socket
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from infra_kit.providers.common import nats_machines
from infra_kit.providers.gcp.programs import servers

TOLD = {"servers": {"nats-a": "nats-a.bus.internal:4222"}, "ca": "", "system": "s", "admin": "a", "seconds": 1}


@pytest.fixture(autouse=True)
def network(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """What is always there."""
    with socket.create_server(("127.0.0.1", 0)) as there:
        monkeypatch.setattr(servers, "FIRST", there.getsockname())
        yield


@pytest.fixture
def cluster(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """What is kept for the next steps."""
    (tmp_path / "event.json").write_text(json.dumps(TOLD))
    monkeypatch.setenv("TOLD", str(tmp_path / "event.json"))
    monkeypatch.setenv("CLUSTER", str(tmp_path / "cluster"))
    return tmp_path / "cluster"


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[dict[str, Any]]:
    """What the servers' step was told."""
    found: list[dict[str, Any]] = []

    async def run(event: dict[str, Any]) -> str:
        found.append(event)
        return "begins" if event["does"] == "well" else "done"

    monkeypatch.setattr(nats_machines, "run", run)
    return found


def test_a_step_is_told_what_all_are_told_and_its_own(cluster: Path, asked: list[dict[str, Any]]) -> None:
    assert servers.main(['{"does": "settle", "mark": "m"}']) == 0
    assert asked == [{**TOLD, "does": "settle", "mark": "m"}]
    assert not cluster.exists()


def test_what_was_found_before_the_first_machine_is_known_to_those_who_wait_for_one(
    cluster: Path, asked: list[dict[str, Any]]
) -> None:
    assert servers.main(['{"does": "well"}']) == 0
    assert servers.main(['{"does": "join", "name": "nats-a"}']) == 0
    assert cluster.read_text() == asked[1]["cluster"] == "begins"


def test_where_that_was_lost_the_server_must_be_well(cluster: Path, asked: list[dict[str, Any]]) -> None:
    assert not cluster.exists()
    assert servers.main(['{"does": "join", "name": "nats-a"}']) == 0
    assert asked[0]["cluster"] == nats_machines.STANDS


def test_a_refusal_fails_the_step_and_its_log_says_why(
    cluster: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    async def run(_: dict[str, Any]) -> str:
        raise nats_machines.SetupError("nats-b is not well")

    monkeypatch.setattr(nats_machines, "run", run)
    assert servers.main(['{"does": "well"}']) == 1
    assert json.loads(capsys.readouterr().out) == {"severity": "ERROR", "message": "nats-b is not well"}
    assert not cluster.exists()


def test_no_server_is_asked_before_the_way_into_the_network_is_there(
    cluster: Path, asked: list[dict[str, Any]], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Until then servers that stand look as if there were none, and all would be allowed."""
    connect, tries = socket.create_connection, []

    def late(*where: Any, **how: Any) -> socket.socket:
        tries.append(where)
        if len(tries) < 3:
            raise OSError("no way yet")
        assert not asked
        return connect(*where, **how)

    monkeypatch.setattr(socket, "create_connection", late)
    monkeypatch.setattr(servers, "PAUSE", 0)
    assert servers.main(['{"does": "allow"}']) == 0
    assert len(tries) == 3
    assert cluster.parent.exists()


def test_without_a_way_the_step_fails(
    cluster: Path, asked: list[dict[str, Any]], monkeypatch: pytest.MonkeyPatch
) -> None:
    def none(*_: Any, **__: Any) -> socket.socket:
        raise OSError("no way")

    monkeypatch.setattr(socket, "create_connection", none)
    monkeypatch.setattr(servers, "PATIENCE", 0)
    monkeypatch.setattr(servers, "PAUSE", 0)
    assert servers.main(['{"does": "allow"}']) == 1
    assert not asked
    assert not cluster.exists()
