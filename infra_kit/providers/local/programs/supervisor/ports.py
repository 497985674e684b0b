"""Ports of instances: picked free for each start; nobody outside learns them."""

from __future__ import annotations

import random
import socket
from dataclasses import dataclass

from .health import HOST

RANGE = range(30_000, 32_768)
"""Above the ports that servers keep (`providers/local/ports.py`), below those that Linux gives to outgoing connections
(https://docs.kernel.org/networking/ip-sysctl.html, ip_local_port_range)."""


@dataclass(frozen=True)
class Port:
    """One that is free, and no other supervisor of this machine picks it until it is given back."""

    number: int
    _mark: socket.socket

    def give_back(self) -> None:
        self._mark.close()


def pick() -> Port:
    """An instance listens a moment after its port was picked: what is only free by then is not yet its own."""
    begin = random.randrange(len(RANGE))  # noqa: S311  no secret
    for step in range(len(RANGE)):
        number = RANGE[(begin + step) % len(RANGE)]
        mark = socket.socket(socket.AF_UNIX)
        if _is_ours(mark, number) and _is_free(number):
            return Port(number, mark)
        mark.close()
    raise OSError(f"no free port between {RANGE.start} and {RANGE.stop} on {HOST}")


def _is_ours(mark: socket.socket, number: int) -> bool:
    """By a name without a file, which one process of the machine has at a time (`man 7 unix`, abstract)."""
    try:
        mark.bind(f"\0infra-kit-instance-{number}")
    except OSError:
        return False
    return True


def _is_free(port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except OSError:
            return False
    return True
