"""Copies of a host's databases, taken and restored by hand: by the containers of their Backup, and scripts over SSH.

A copy is taken by what takes it on schedule. One is restored into a volume of its own, in which a server like the
database's own is started, without a network: it answers who is on the host, and whom the host's user lets in by SSH.
"""

from __future__ import annotations

import json
import re
import shlex
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

from infra_kit.errors import BackupError
from infra_kit.naming import child
from infra_kit.providers.common.by_hand import Copied, Restored, StandingBackup
from infra_kit.providers.common.programs import ask, check
from infra_kit.providers.common.standing import Resource
from infra_kit.providers.vps import tunnels
from infra_kit.providers.vps.containers import FILES
from infra_kit.providers.vps.scripts import script
from infra_kit.providers.vps.tunnels import CONTAINER

NAME = re.compile(r"[a-z0-9][a-z0-9-]*")
_KEEP_ALIVE = ("-o", "ServerAliveInterval=15")
"""A copy says nothing for a while."""


def holds(backup: StandingBackup) -> list[str]:
    return list(_copiers(backup))


def back_up(backup: StandingBackup) -> list[Copied]:
    """One after the other: each waits for its turn where the schedule's own copy is at work."""
    return [_copy(backup, name, container) for name, container in _copiers(backup).items()]


def new_name(backup: StandingBackup, component: str) -> str:  # noqa: ARG001  as all targets' are called
    return f"{component}-restored"


def into(backup: StandingBackup, component: str, to: datetime | None, name: str) -> Restored:
    """Restores into a container and a volume of that name. Where it fails, neither is left."""
    if not NAME.fullmatch(name):
        raise BackupError("name", f"--into: given {name!r}; small letters, digits and hyphens are needed.")
    began = time.monotonic()
    of = _restored(backup, component, to, "beside", name)
    removed = f"docker rm --force {name} && docker volume rm {name}"
    return Restored(
        component=component,
        name=name,
        address=f"docker exec {name} psql --username postgres",
        of=of,
        seconds=time.monotonic() - began,
        says=(
            "It has no network: ask it on the host. To take a table back from it: "
            f"docker exec {name} pg_dump --username postgres --table <table> <database> | docker exec --interactive "
            f"{_name(backup, component)} psql --username postgres <database>.",
            f"To remove it: {removed}.",
        ),
    )


def over(backup: StandingBackup, component: str, to: datetime | None) -> Restored:
    """Restores into the server's own volume, where what it held is kept aside. Where the copy does not come up, what
    was there is put back."""
    began = time.monotonic()
    aside = f"pgdata.before-{datetime.now(UTC):%Y%m%dT%H%M%SZ}"
    of = _restored(backup, component, to, "over", aside)
    container = _name(backup, component)
    return Restored(
        component=component,
        name=component,
        address=container,
        of=of,
        seconds=time.monotonic() - began,
        says=(
            f"What it held before is in its volume, in {aside}. To delete it: docker exec {container} sh -c "
            f"'rm -r \"$PGDATA/../{aside}\"'.",
            "It has the passwords of that time. Replicas are to be made anew: remove their containers, and run "
            "infra-kit up.",
        ),
    )


def _copy(backup: StandingBackup, name: str, container: str) -> Copied:
    began = time.monotonic()
    # Its words go to what is shown when it fails.
    _on_the_host(backup, ["docker", "exec", container, "sh", "-c", f"sh {FILES}/copy.sh >&2"])
    told = json.loads(
        _on_the_host(backup, ["docker", "exec", container, "pgbackrest", "--stanza=main", "--output=json", "info"])
    )
    newest: dict[str, Any] = told[0]["backup"][-1]
    return Copied(
        component=name,
        where=f"{backup.place}: {newest['label']}",
        at=datetime.fromtimestamp(newest["timestamp"]["start"], UTC),
        size=int(newest["info"]["repository"]["delta"]),
        seconds=time.monotonic() - began,
    )


def _restored(backup: StandingBackup, component: str, to: datetime | None, how: str, name: str) -> datetime | None:
    """The moment that it is of, as the server tells it."""
    copier, server = _copiers(backup)[component], str(_server(backup, component)["id"])
    moment = f"{to.astimezone(UTC):%Y-%m-%d %H:%M:%S.%f}+00" if to else ""
    backup.say(f"Restoring {component} on the host …")
    told = _on_the_host(backup, ["sh", "-c", script("postgres_by_hand.sh"), "sh", how, copier, server, name, moment])
    last = told.splitlines()[-1] if told else ""
    return to or (datetime.fromisoformat(last) if last else None)


def _on_the_host(backup: StandingBackup, command: list[str]) -> str:
    check("ssh")
    program, *login = tunnels.login_of(backup)
    return ask([program, *_KEEP_ALIVE, *login, "--", shlex.join(command)])


def _copiers(backup: StandingBackup) -> dict[str, str]:
    """By the component's name, the container that copies it."""
    begin, end = f"{backup.name}-", "-backup"
    own = ((str(it["outputs"].get("hostname") or ""), str(it["id"])) for it in _containers(backup))
    return {host[len(begin) : -len(end)]: id_ for host, id_ in own if host.startswith(begin) and host.endswith(end)}


def _containers(backup: StandingBackup) -> Iterator[Any]:
    return (it for it in backup.own if it["type"] == CONTAINER)


def _server(backup: StandingBackup, component: str) -> Resource:
    host = child(component, "server")
    for it in backup.stack:
        if it["type"] == CONTAINER and it["outputs"].get("hostname") == host:
            return it
    raise BackupError(
        "missing", f"{component}: its server is not in the stack's state any more. Run infra-kit up first."
    )


def _name(backup: StandingBackup, component: str) -> str:
    """Of the server's container."""
    return str(_server(backup, component)["outputs"]["name"])
