"""Ports on the loopback: picked free once, then kept."""

from __future__ import annotations

import socket
import zlib
from collections.abc import Iterator, Sequence

import psutil

from infra_kit.errors import ServerError

LOOPBACK = "127.0.0.1"
RANGE = range(20_000, 30_000)
"""Below the ports that Linux gives to outgoing connections
(https://docs.kernel.org/networking/ip-sysctl.html, ip_local_port_range), so that a kept port is not taken meanwhile."""


def pick(seed: str, count: int, taken: frozenset[int], wanted: int | None = None) -> list[int]:
    """`count` free ports; the first is `wanted` where one is. The same seed begins its search at the same place."""
    picked = [] if wanted is None else [wanted]
    for port in _candidates(seed):
        if len(picked) == count:
            return picked
        if port not in taken and port not in picked and is_free(port):
            picked.append(port)
    raise ServerError(f"no {count} free ports between {RANGE.start} and {RANGE.stop} on {LOOPBACK}.")


def _candidates(seed: str) -> Iterator[int]:
    begin = zlib.crc32(seed.encode()) % len(RANGE)
    for step in range(len(RANGE)):
        yield RANGE[(begin + step) % len(RANGE)]


def is_free(port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((LOOPBACK, port))
        except OSError:
            return False
    return True


def answers(port: int) -> bool:
    """Whether something takes connections there."""
    with socket.socket() as probe:
        probe.settimeout(1)
        return probe.connect_ex((LOOPBACK, port)) == 0


def require_free(name: str, ports: Sequence[int]) -> None:
    """Raises a `ServerError` that names who holds a port that this server must have."""
    for port in ports:
        if not is_free(port):
            raise ServerError(
                f"{name}: port {port}, which its address promises, is taken by {_holder(port)}. Stop that process, or "
                f"choose another port in the stack's configuration: infra-kit:local: {{ports: {{{name}: <port>}}}}. "
                "Nothing was changed."
            )


def _holder(port: int) -> str:
    for connection in psutil.net_connections("tcp"):
        here = connection.laddr and connection.laddr.port == port
        if here and connection.status == psutil.CONN_LISTEN and connection.pid:
            return f"{psutil.Process(connection.pid).name()} (pid {connection.pid})"
    return "another process"
