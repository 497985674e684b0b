from __future__ import annotations

import os
import socket

import pytest

from infra_kit.errors import ServerError
from infra_kit.providers.local import ports


def test_the_same_seed_finds_the_same_free_ports() -> None:
    assert ports.pick("shop/db", 3, frozenset()) == ports.pick("shop/db", 3, frozenset())


def test_a_port_that_is_kept_by_another_server_or_in_use_is_not_picked() -> None:
    first, second = ports.pick("shop/db", 2, frozenset())
    assert first not in ports.pick("shop/db", 2, frozenset({first}))
    with socket.create_server((ports.LOOPBACK, second)):
        assert second not in ports.pick("shop/db", 2, frozenset())


def test_a_wanted_port_comes_first() -> None:
    assert ports.pick("shop/db", 2, frozenset(), wanted=5432)[0] == 5432


def test_a_taken_port_is_named_with_its_holder_and_the_way_out() -> None:
    with socket.create_server((ports.LOOPBACK, 0)) as holder:
        port = holder.getsockname()[1]
        with pytest.raises(ServerError) as refused:
            ports.require_free("db", [port])
    message = str(refused.value)
    assert message.startswith(f"db: port {port}")
    assert f"(pid {os.getpid()})" in message
    assert "infra-kit:local: {ports: {db: <port>}}" in message
