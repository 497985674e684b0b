"""Ports of instances: picked free for each start; nobody outside learns them."""

from __future__ import annotations

import random
import socket

from .health import HOST

RANGE = range(30_000, 32_768)
"""Above the ports that servers keep (`providers/local/ports.py`), below those that Linux gives to outgoing connections
(https://docs.kernel.org/networking/ip-sysctl.html, ip_local_port_range)."""


def pick() -> int:
    """Begins anywhere, so that supervisors which pick at the same moment do not pick the same."""
    begin = random.randrange(len(RANGE))  # noqa: S311  no secret
    for step in range(len(RANGE)):
        port = RANGE[(begin + step) % len(RANGE)]
        if _is_free(port):
            return port
    raise OSError(f"no free port between {RANGE.start} and {RANGE.stop} on {HOST}")


def _is_free(port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except OSError:
            return False
    return True
