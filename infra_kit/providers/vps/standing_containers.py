"""What a stack's state tells of the containers of its components, and programs on their host."""

from __future__ import annotations

import re
import shlex

from infra_kit.errors import BackupError
from infra_kit.naming import child
from infra_kit.providers.common.by_hand import StandingBackup, StandingDrill
from infra_kit.providers.common.programs import ask, check
from infra_kit.providers.common.standing import Resource, Standing, logical_name
from infra_kit.providers.vps import tunnels
from infra_kit.providers.vps.tunnels import CONTAINER

KINDS = {"Postgres": "postgres", "Redis": "redis", "EventBus": "event_bus", "ObjectStore": "object_store"}
"""As the scripts call them."""
DATA = "/data"
"""Where servers but PostgreSQL's have their volume."""
_KEEP_ALIVE = ("-o", "ServerAliveInterval=15")
"""A copy says nothing for a while."""


def on_the_host(backup: Standing, command: list[str]) -> str:
    check("ssh")
    program, *login = tunnels.login_of(backup)
    return ask([program, *_KEEP_ALIVE, *login, "--", shlex.join(command)])


def parts(of: StandingBackup | StandingDrill, roles: str) -> dict[str, Resource]:
    """By the component's name, the container that does this for it."""
    own = {host_name(it): it for it in of.own if it["type"] == CONTAINER}
    found = re.compile(rf"{re.escape(of.name)}-(.+)-({roles})")
    return {match[1]: it for host, it in own.items() if (match := found.fullmatch(host))}


def kind_of(backup: Standing, component: str) -> str:
    return KINDS[str(component_of(backup, component)["type"]).rpartition(":")[2]]


def component_of(backup: Standing, component: str) -> Resource:
    for it in backup.stack:
        if logical_name(it) == component and it["type"].rpartition(":")[2] in KINDS:
            return it
    raise _gone(component)


def server_of(backup: StandingBackup, component: str) -> Resource:
    host = child(component, "server")
    for it in backup.stack:
        if it["type"] == CONTAINER and host_name(it) == host:
            return it
    raise _gone(component)


def _gone(component: str) -> BackupError:
    return BackupError(
        "missing", f"{component}: its server is not in the stack's state any more. Run infra-kit up first."
    )


def host_name(container: Resource) -> str:
    return str(container["outputs"].get("hostname") or "")


def folder_of(server: Resource) -> str:
    """Where a server has its volume."""
    variables = dict(it.partition("=")[::2] for it in server["outputs"].get("envs") or ())
    return variables["PGDATA"].removesuffix("/pgdata") if "PGDATA" in variables else DATA
