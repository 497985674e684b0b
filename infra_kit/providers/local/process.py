"""Processes of servers: started once, found again, stopped.

A server holds a lock on its box's file `lock` for as long as it lives, inherited by whatever it forks. The kernel
drops it with the last of them, so a process number that was given to somebody else is never mistaken for the server.
"""

from __future__ import annotations

import fcntl
import os
import select
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from signal import SIGKILL, SIGTERM, Signals

import psutil

from infra_kit.errors import ServerError
from infra_kit.providers.local.home import User

STOP_SECONDS = 30
"""How long a server may take to stop by itself before it is killed, unless it says so."""
POLL_SECONDS = 0.02


class Process:
    """The process of one server, known by the directory of its box."""

    def __init__(self, name: str, directory: Path) -> None:
        self.name = name
        self._directory = directory
        self._pid_file = directory / "pid"
        self._child: subprocess.Popen[bytes] | None = None
        self.log = directory / "server.log"

    @property
    def pid(self) -> int | None:
        """The server's process number while it lives."""
        pid = self._recorded
        return pid if self._is_locked() and pid and _lives(pid) else None

    @property
    def died(self) -> bool:
        """Whether it ended without having been stopped."""
        return self.pid is None and self._recorded is not None

    @property
    def orphaned(self) -> bool:
        """Whether it died, and what it forked lives on: the workers of an nginx still answer."""
        return self.died and self._is_locked()

    def start(self, command: Sequence[str], environment: Mapping[str, str], user: User) -> None:
        """Starts the server in a session of its own, so that it outlives the engine that started it."""
        self.stop()
        lock = self._take_lock()
        self._pid_file.write_text("")
        os.chown(self._pid_file, user.uid, user.gid)
        # The server writes its own number before it becomes the server: were we killed here, it could still be found.
        script = 'echo $$ > "$0" && exec "$@"'
        try:
            with self.log.open("ab") as log:
                self._child = subprocess.Popen(
                    [*user.prefix, "/bin/sh", "-c", script, str(self._pid_file), *command],
                    env={"PATH": os.defpath, "LANG": "C.UTF-8", **environment},
                    cwd=self._directory,
                    stdin=subprocess.DEVNULL,
                    stdout=log,
                    stderr=log,
                    start_new_session=True,
                    pass_fds=(lock,),
                )
        finally:
            os.close(lock)

    def wait(self, ready: Callable[[], bool], seconds: float) -> None:
        """Returns when the server is ready; raises with the end of its log when it ends or is too late."""
        if not self.comes_up(ready, seconds):
            code = f" with status {self._child.returncode}" if self._child else ""
            raise ServerError(f"{self.name}: the server ended{code} while starting. {self.last_words()}")

    def comes_up(self, ready: Callable[[], bool], seconds: float) -> bool:
        """Waits until the server is ready (True) or has ended (False); raises when it is too late."""
        deadline = time.monotonic() + seconds
        while not ready():
            if self._ended_within(POLL_SECONDS):
                return ready()  # a job may end as soon as it is done
            if time.monotonic() > deadline:
                raise ServerError(f"{self.name}: the server did not answer within {seconds:.0f} s. {self.last_words()}")
        return True

    def signal(self, number: Signals) -> None:
        pid = self.pid
        if pid is not None:
            _kill(pid, number)

    def stop(self, number: Signals = SIGTERM, seconds: float | None = None) -> bool:
        """Stops the server and what it forked, by force after its time. Returns whether there was anything.

        Args:
            number: the signal that ends it in good order.
            seconds: how long it may take. Default: `STOP_SECONDS`.
        """
        family, runs = self._family(), self.pid is not None
        self.signal(number)
        stubborn = _still_alive(family, (seconds or STOP_SECONDS) if runs else 0)
        for pid in stubborn:
            _kill(pid, SIGKILL)
        _still_alive(family, STOP_SECONDS)
        self._await_burial(0 if runs and not stubborn else STOP_SECONDS)
        self._pid_file.unlink(missing_ok=True)
        return bool(family)

    def last_words(self) -> str:
        """The end of the log, for an error's text."""
        try:
            lines = self.log.read_text(errors="replace").splitlines()[-8:]
        except FileNotFoundError:
            lines = []
        return "\n".join([f"Nothing was deleted. The end of {self.log}:", *(f"  {line}" for line in lines)])

    def _family(self) -> list[int]:
        """The server and what it forked, also what a killed one left behind: workers of nginx, backends of Postgres."""
        lock = (self._directory / "lock").resolve()
        return [process.pid for process in psutil.process_iter() if _holds(process, lock)] if self._is_locked() else []

    def _await_burial(self, seconds: float) -> None:
        """A dead server that its parent has not reaped yet still counts as alive for a lock file that it left behind,
        as Postgres does. One that ended in good order left none: its parent (a container's first process may look for
        its dead every few seconds) is not waited for."""
        try:
            dead = psutil.Process(self._recorded)
            if dead.status() == psutil.STATUS_ZOMBIE:
                dead.wait(seconds)
        except (psutil.NoSuchProcess, psutil.TimeoutExpired):
            return

    @property
    def _recorded(self) -> int | None:
        try:
            return int(self._pid_file.read_text())
        except (FileNotFoundError, ValueError):
            return None

    def _ended_within(self, seconds: float) -> bool:
        """Waits for the server's end. Its own child is asked first: it may not have written its number yet."""
        if self._child:
            try:
                self._child.wait(seconds)
            except subprocess.TimeoutExpired:
                return False
            return True
        pid = self.pid
        return pid is None or _ends(pid, seconds)

    def _take_lock(self) -> int:
        """The exclusive lock's descriptor. A look by somebody else (`_is_locked`) can be in the way for a moment."""
        while True:
            descriptor = self._flock(fcntl.LOCK_EX)
            if descriptor is not None:
                return descriptor
            if self._is_locked():
                raise ServerError(f"{self.name}: this server runs already, or is being started by another process.")

    def _is_locked(self) -> bool:
        if not (self._directory / "lock").exists():
            return False
        descriptor = self._flock(fcntl.LOCK_SH)
        if descriptor is not None:
            os.close(descriptor)
        return descriptor is None

    def _flock(self, kind: int) -> int | None:
        descriptor = os.open(self._directory / "lock", os.O_RDWR | os.O_CREAT, 0o600)
        try:
            fcntl.flock(descriptor, kind | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(descriptor)
            return None
        return descriptor


def _kill(pid: int, number: Signals) -> None:
    with suppress(ProcessLookupError):  # it ended since it was looked for
        os.kill(pid, number)


def _lives(pid: int) -> bool:
    """One that was killed and that its parent has not reaped yet does not."""
    try:
        return bool(psutil.Process(pid).status() != psutil.STATUS_ZOMBIE)
    except psutil.NoSuchProcess:
        return False


def _still_alive(pids: Sequence[int], seconds: float) -> list[int]:
    """Waits for the end of all these processes; returns those that outlast the time."""
    deadline = time.monotonic() + seconds
    return [pid for pid in pids if not _ends(pid, deadline - time.monotonic())]


def _ends(pid: int, seconds: float) -> bool:
    try:
        descriptor = os.pidfd_open(pid)
    except ProcessLookupError:
        return True
    try:
        return bool(select.select([descriptor], [], [], max(0, seconds))[0])
    finally:
        os.close(descriptor)


def _holds(process: psutil.Process, file: Path) -> bool:
    try:
        return any(opened.path == str(file) for opened in process.open_files())
    except (psutil.NoSuchProcess, psutil.AccessDenied):
        return False
