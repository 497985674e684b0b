"""Tunnels: a port of this machine that leads to a component in a network that nobody reaches from outside.

`infra-kit connect` opens one by its target's `tunnels.open_tunnel`, which gets all it needs from the stack's state. The
programs of SSH, AWS and Google Cloud do the work: they know the user's agents, profiles and second factors.
"""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, TypeVar

from infra_kit.errors import TunnelError

LOOPBACK = "127.0.0.1"
OPEN_SECONDS = 60.0
"""How long a program may take until its port answers: it logs in, which may go by a browser."""
CLOSE_SECONDS = 10.0
EVERY_SECONDS = 2.0

HOW_TO_GET: Mapping[str, str] = {
    "ssh": "install OpenSSH (on Debian and Ubuntu: apt install openssh-client)",
    "aws": "install the AWS CLI, https://docs.aws.amazon.com/cli/latest/userguide/getting-started-install.html",
    "session-manager-plugin": "install it beside the AWS CLI, https://docs.aws.amazon.com/systems-manager/latest/"
    "userguide/session-manager-working-with-install-plugin.html",
    "gcloud": "install the Google Cloud CLI, https://cloud.google.com/sdk/docs/install",
}

Resource = Mapping[str, Any]
"""One of a stack's state, as the engine writes it."""


@dataclass(frozen=True, kw_only=True)
class Destination:
    """Where a tunnel leads to.

    Args:
        what: the component, as errors name it: `Postgres 'db'`.
        host: its address in its own network.
        port: its port there.
        own: its own resources in the state.
        stack: all of the stack's.
        say: tells the user what is being done.
    """

    what: str
    host: str
    port: int
    own: Sequence[Resource]
    stack: Sequence[Resource]
    say: Callable[[str], None]

    def provider(self, package: str) -> Mapping[str, Any]:
        """The inputs of the Pulumi provider that made what the component has."""
        made_by = {str(it["provider"]).rpartition("::")[0] for it in self.own if it.get("provider")}
        kind = f"pulumi:providers:{package}"
        return next((it.get("inputs") or {} for it in self.stack if it["type"] == kind and it["urn"] in made_by), {})

    def beside(self, kind: str) -> list[Mapping[str, Any]]:
        """The outputs of the stack's resources of a type."""
        return [it.get("outputs") or {} for it in self.stack if it["type"] == kind]


def check(*programs: str) -> None:
    """Raises `TunnelError` with the way to get it, for a program that is not here."""
    for program in programs:
        if shutil.which(program) is None:
            raise TunnelError(f"{program!r} is needed for this, and is not on the PATH: {HOW_TO_GET[program]}.")


def ask(command: Sequence[str]) -> str:
    """What a program prints. Raises `TunnelError` with its own words when it fails."""
    done = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise TunnelError(_failed(command, done.stderr))
    return done.stdout.strip()


T = TypeVar("T")


def found(look: Callable[[], T | None], seconds: float) -> T | None:
    """What is found at last, None once the time is over. No cloud tells when something has begun, so it is asked."""
    deadline = time.monotonic() + seconds
    while not (it := look()) and time.monotonic() < deadline:
        time.sleep(EVERY_SECONDS)
    return it


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
            raise TunnelError(_failed(command, said.read()))

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


def _failed(command: Sequence[str], said: str) -> str:
    lines = said.strip().splitlines() or ["it said nothing"]
    return f"{' '.join(command[:3])} … failed:\n" + "\n".join(lines[-10:])
