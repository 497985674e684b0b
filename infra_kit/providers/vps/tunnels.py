"""The way from outside to what runs on a VPS: SSH, with the key of the host that the settings name.

A component is reached at its container's address, which only the host itself reaches and which a restart may change:
so the host is asked for it first. Nothing is made or opened there, and who may not log in gets nowhere.
"""

from __future__ import annotations

import json
import shlex
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from urllib.parse import urlsplit

from infra_kit.errors import ToolError, TunnelError
from infra_kit.providers.common.programs import ask, check
from infra_kit.providers.common.standing import Standing
from infra_kit.providers.common.tunnels import LOOPBACK, Destination, Wait, held

PRIVATE = frozenset(
    {
        "Alerts",
        "Dashboard",
        "DocumentStore",
        "EventBus",
        "Grafana",
        "Monitoring",
        "ObjectStore",
        "Postgres",
        "Redis",
        "Search",
        "Service",
        "Traces",
        "Uptime",
        "Panel",
        "Logs",
    }
)
"""The components that have an address which is not reached from outside."""
CONTAINER = "docker:index/container:Container"


@contextmanager
def open_tunnel(to: Destination, port: int) -> Iterator[Wait]:
    """Holds `port` of this machine open to the component."""
    check("ssh")
    login = login_of(to)
    address = ask(_asks_for(login, container)) if (container := _container(to)) else to.host
    if not address:
        raise TunnelError(f"{to.what}: its container has no address, so it does not run. Run infra-kit up.")
    with held(forwards(login, port, address.split()[0], to.port), port) as wait:
        yield wait


def login_of(to: Standing) -> list[str]:
    """The command that runs another on the host that has the component."""
    provider = to.provider("docker")
    if "host" not in provider:
        raise ToolError(f"{to.what}: the stack's state names no host that it runs on. Run infra-kit up.")
    return login(str(provider["host"]), _list(provider.get("sshOpts")))


def login(host: str, options: list[str]) -> list[str]:
    """The command that runs another on a host.

    Args:
        host: `ssh://user@host:port`, as Docker's client has it.
        options: of ssh.
    """
    parts = urlsplit(host)
    return ["ssh", *options, "-p", str(parts.port or 22), f"{parts.username}@{parts.hostname}"]


def forwards(login: list[str], port: int, address: str, far_port: int) -> list[str]:
    """The command that holds a port open."""
    program, *rest = login
    asked = ["-N", "-o", "ExitOnForwardFailure=yes", "-o", "ServerAliveInterval=15", "-o", "ServerAliveCountMax=3"]
    return [program, *asked, "-L", f"{LOOPBACK}:{port}:{address}:{far_port}", *rest]


def _asks_for(login: list[str], container: str) -> list[str]:
    """The command that prints a container's addresses, one a network."""
    addresses = "{{range .NetworkSettings.Networks}}{{.IPAddress}} {{end}}"
    return [*login, "--", shlex.join(["docker", "inspect", "--format", addresses, container])]


def _container(to: Destination) -> str:
    """The id of the container that has the name which the component is reached by; empty for an address."""
    containers = (it for it in to.stack if it["type"] == CONTAINER and it["outputs"].get("hostname") == to.host)
    return next((str(it["id"]) for it in containers), "")


def _list(value: Any) -> list[str]:
    """Providers have their lists as JSON in the state."""
    return [str(it) for it in (json.loads(value) if isinstance(value, str) else value or [])]
