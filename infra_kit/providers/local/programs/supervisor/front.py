"""What stands before the instances: an nginx that balances over those that are well; nothing for a worker."""

from __future__ import annotations

import asyncio
import os
import signal
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Protocol

import psutil

from .health import HOST
from .instance import Instance, Program
from .log import Log
from .told import RefusedError, in_short
from .wanted import Edge

POLL_SECONDS = 0.02
RELOAD_SECONDS = 10.0
IDLE_SECONDS = 1
"""How long a visitor's open connection may rest before a worker that shuts down closes it: a request that is just
being sent on it is answered, not cut (https://nginx.org/en/docs/http/ngx_http_core_module.html#keepalive_min_timeout).
"""


class Front(Protocol):
    """Brings requests to instances."""

    async def serve(self, ports: Sequence[int], *, count: bool = False) -> None:
        """New requests go to these from now on; with `count`, their answers are counted."""

    async def drained(self, seconds: float) -> None:
        """Waits until no request is left at instances that were served before, at most so long."""

    async def stop(self, seconds: float) -> None: ...


class NoFront:
    """Of a worker: nothing connects to it."""

    async def serve(self, ports: Sequence[int], *, count: bool = False) -> None: ...

    async def drained(self, seconds: float) -> None: ...

    async def stop(self, seconds: float) -> None: ...


class Nginx:
    """An nginx on one port, kept running."""

    def __init__(self, box: Path, edge: Edge, log: Log, answered: Callable[[int], None]) -> None:
        self._box = box
        self.edge = edge
        self._log = log
        self._answered = answered
        self._master: Instance | None = None
        self._keeping: asyncio.Task[None] | None = None
        self._old: set[int] = set()
        self._in_force = ""
        self._one_at_a_time = asyncio.Lock()

    async def serve(self, ports: Sequence[int], *, count: bool = False) -> None:
        text = render(self._box, self.edge, ports, count=count)
        file = self._box / "nginx.conf"
        async with self._one_at_a_time:
            if text == self._in_force:
                return
            file.write_text(text)
            if self._master is None:
                await self._start()
                self._keeping = self._log.task(self._keep())
            else:
                await self._reload(self._master)
            self._in_force = text

    async def drained(self, seconds: float) -> None:
        await _until(lambda: not self._old & _children(self._master), seconds)

    async def stop(self, seconds: float) -> None:
        if self._keeping:
            self._keeping.cancel()
        if self._master:
            await self._master.stop(seconds, signal.SIGQUIT)

    async def _start(self) -> None:
        conf = str(self._box / "nginx.conf")
        command = [self.edge.program, "-e", "stderr", "-p", str(self._box), "-c", conf]
        master = await Instance.start(Program("nginx", command, str(self._box), {}), self._log, self._takes)
        if not await _until(lambda: bool(_children(master)) or master.has_ended, RELOAD_SECONDS) or master.has_ended:
            await master.stop(0)
            raise RefusedError(f"nginx did not start.\n{master.last_words}")
        self._master = master

    async def _reload(self, master: Instance) -> None:
        """In force when new workers are there, and the old ones take no more connections."""
        before = _children(master)
        os.kill(master.pid, signal.SIGHUP)

        def in_force() -> bool:
            now = _children(master)
            return bool(now - before) and not any(_serves(pid) for pid in before & now)

        if not await _until(in_force, RELOAD_SECONDS):
            raise RefusedError(f"nginx did not take its configuration over.\n{master.last_words}")
        self._old |= before

    async def _keep(self) -> None:
        while self._master:
            await self._master.wait()
            self._log.say("nginx ended; another one takes its place")
            async with self._one_at_a_time:
                try:
                    await self._start()
                except RefusedError as error:
                    self._log.say(f"{in_short(error)}; it is tried again in {RELOAD_SECONDS:.0f} s")
                    await asyncio.sleep(RELOAD_SECONDS)

    def _takes(self, line: str) -> bool:
        """The status of a counted answer is told, not logged."""
        kind, _, status = line.partition(" ")
        is_answer = kind == "answer" and status.isdigit()
        if is_answer:
            self._answered(int(status))
        return is_answer


def render(box: Path, edge: Edge, ports: Sequence[int], *, count: bool) -> str:
    """The whole of nginx.conf. It has no secrets."""
    sticky = [" sticky cookie infra_kit_instance path=/ httponly;"] if edge.sticky else []
    # What is not there refuses at once, so no instance is left out for a while because it once was not.
    servers = [f" server {HOST}:{port} max_fails=0;" for port in ports]
    upstream = (
        ["upstream instances {", " zone instances 64k;", *servers, *sticky, " keepalive 0;", "}"] if ports else []
    )
    temporary = [
        f'{kind}_temp_path "{box}/data/{kind}";' for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    ]
    return "\n".join(
        [
            "daemon off;\nworker_processes 1;\nworker_rlimit_nofile 16384;\nerror_log stderr warn;",
            f'pid "{box}/nginx.pid";',
            *(["user root;"] if os.geteuid() == 0 else []),
            "events { worker_connections 8192; }",
            "http {",
            *temporary,
            "log_format answer 'answer $status';",
            f"access_log {'/dev/stdout answer' if count else 'off'};",
            "map $http_upgrade $connection_wanted { default upgrade; '' close; }",
            "map $http_x_forwarded_proto $forwarded_proto { default $http_x_forwarded_proto; '' $scheme; }",
            *(upstream if ports else []),
            *_server(edge, answers=bool(ports)),
            "}\n",
        ]
    )


def _server(edge: Edge, *, answers: bool) -> list[str]:
    there = [
        "proxy_pass http://instances;",
        # A request that was not answered goes to the next; one that may change something only if it was never sent.
        "proxy_next_upstream error;",
        "proxy_connect_timeout 2s;",
        "proxy_buffering off;",
        "proxy_set_header Host $http_host;",
        "proxy_set_header Upgrade $http_upgrade;",
        "proxy_set_header Connection $connection_wanted;",
        "proxy_set_header X-Forwarded-For $proxy_add_x_forwarded_for;",
        "proxy_set_header X-Forwarded-Proto $forwarded_proto;",
    ]
    none = ["add_header Retry-After 1 always;", "return 503;"]
    return [
        "server {",
        f" listen {HOST}:{edge.port};",
        f" keepalive_min_timeout {IDLE_SECONDS}s;",
        " client_max_body_size 0;",
        " server_tokens off;",
        " location / {",
        *(f"  {line}" for line in (there if answers else none)),
        " }",
        "}",
    ]


def _children(master: Instance | None) -> set[int]:
    if master is None:
        return set()
    try:
        return {child.pid for child in psutil.Process(master.pid).children()}
    except psutil.NoSuchProcess:
        return set()


def _serves(pid: int) -> bool:
    """Whether a worker takes connections: one that finishes its last ones says so in its title."""
    try:
        title = " ".join(psutil.Process(pid).cmdline())
    except psutil.NoSuchProcess:
        return False
    return bool(title) and "shutting down" not in title


async def _until(condition: Callable[[], bool], seconds: float) -> bool:
    deadline = asyncio.get_running_loop().time() + seconds
    while not condition():
        if asyncio.get_running_loop().time() > deadline:
            return False
        await asyncio.sleep(POLL_SECONDS)
    return True
