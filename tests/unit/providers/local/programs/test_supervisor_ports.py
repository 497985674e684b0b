"""Ports of instances, as supervisors pick them side by side."""

from __future__ import annotations

import socket

import pytest

from infra_kit.providers.local.programs.supervisor import ports
from infra_kit.providers.local.programs.supervisor.health import HOST


@pytest.fixture
def only(monkeypatch: pytest.MonkeyPatch) -> int:
    """The one port that there is to pick."""
    with socket.create_server((HOST, 0)) as probe:
        port = int(probe.getsockname()[1])
    monkeypatch.setattr(ports, "RANGE", range(port, port + 1))
    return port


def test_a_port_at_which_its_instance_does_not_listen_yet_is_picked_by_no_other(only: int) -> None:
    picked = ports.pick()
    with pytest.raises(OSError, match="no free port"):
        ports.pick()
    picked.give_back()
    again = ports.pick()
    assert (picked.number, again.number) == (only, only)
    again.give_back()


def test_a_port_at_which_somebody_listens_is_not_picked(only: int) -> None:
    with socket.create_server((HOST, only)), pytest.raises(OSError, match="no free port"):
        ports.pick()
