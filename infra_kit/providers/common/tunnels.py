"""Tunnels: a port of this machine that leads to a component in a network that nobody reaches from outside.

`infra-kit connect` opens one by its target's `tunnels.open_tunnel`, which gets all it needs from the stack's state.
"""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

from infra_kit.errors import TunnelError
from infra_kit.providers.common.programs import failed
from infra_kit.providers.common.standing import Standing

LOOPBACK = "127.0.0.1"
OPEN_SECONDS = 60.0
"""How long a program may take until its port answers: it logs in, which may go by a browser."""
CLOSE_SECONDS = 10.0


@dataclass(frozen=True, kw_only=True)
class Destination(Standing):
    """Where a tunnel leads to.

    Args:
        host: its address in its own network.
        port: its port there.
    """

    host: str
    port: int


Wait = Callable[[], None]
"""Returns never: raises `TunnelError` when the tunnel has closed by itself."""


@contextmanager
def held(command: Sequence[str], port: int) -> Iterator[Wait]:
    """Runs a program as long as its port on this machine is needed; entered when it answers there.

    It and what it starts stand in a session of their own: the terminal's Ctrl-C is for whoever uses the tunnel.
    """
    with (
        tempfile.TemporaryFile("w+", encoding="utf-8") as said,
        subprocess.Popen(
            command, stdin=subprocess.DEVNULL, stdout=said, stderr=subprocess.STDOUT, start_new_session=True
        ) as process,
    ):

        def ended() -> None:
            process.wait()
            said.seek(0)
            raise TunnelError(failed(command, said.read()))

        try:
            if not _answers(process, port):
                _end(process)
                ended()
            yield ended
        finally:
            _end(process)


def _answers(process: subprocess.Popen[bytes], port: int) -> bool:
    deadline = time.monotonic() + OPEN_SECONDS
    while process.poll() is None and time.monotonic() < deadline:
        try:
            socket.create_connection((LOOPBACK, port), timeout=1).close()
        except OSError:
            _wait_for_end(process, 0.1)
            continue
        return True
    return False


def _wait_for_end(process: subprocess.Popen[bytes], seconds: float) -> bool:
    try:
        process.wait(timeout=seconds)
    except subprocess.TimeoutExpired:
        return False
    return True


def _end(process: subprocess.Popen[bytes]) -> None:
    """The program's whole group: what aws and gcloud start holds the port."""
    for sign in (signal.SIGTERM, signal.SIGKILL):
        try:
            os.killpg(process.pid, sign)
        except ProcessLookupError:
            return
        if _wait_for_end(process, CLOSE_SECONDS):
            return
