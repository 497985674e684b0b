"""Copies of what a host holds, taken and restored by hand: by the containers of their Backup, and by scripts over SSH.

A copy is taken by what takes it on schedule. One is restored by `scripts/beside.sh`, into a server like the component's
own; of a Postgres also over it, by `scripts/postgres_over.sh`.
"""

from __future__ import annotations

import json
import re
import shlex
import time
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from infra_kit.errors import BackupError
from infra_kit.naming import child
from infra_kit.providers.common.by_hand import Copied, Restored, StandingBackup
from infra_kit.providers.common.programs import ask, check
from infra_kit.providers.common.standing import Resource, logical_name
from infra_kit.providers.vps import tunnels
from infra_kit.providers.vps.containers import FILES
from infra_kit.providers.vps.scripts import told
from infra_kit.providers.vps.tunnels import CONTAINER

NAME = re.compile(r"[a-z0-9][a-z0-9-]*")
KINDS = {"Postgres": "postgres", "Redis": "redis", "EventBus": "event_bus", "ObjectStore": "object_store"}
"""As the scripts call them."""
DATA = "/data"
"""Where servers but PostgreSQL's have their volume."""
NEWEST = f""". {FILES}/repository.sh; trap 'rm -rf "$hold"' EXIT; time=$(copies | head -n 1); echo "$time"
rclone size --json --include "/copies/$time/**" --include "/objects/$time/**" copies:"""
"""Tells the time of the newest copy that rclone took, and how large it is."""
_KEEP_ALIVE = ("-o", "ServerAliveInterval=15")
"""A copy says nothing for a while."""


def holds(backup: StandingBackup) -> list[str]:
    return list(_copiers(backup))


def back_up(backup: StandingBackup) -> list[Copied]:
    """One after the other: each waits for its turn where the schedule's own copy is at work."""
    return [_copy(backup, component) for component in _copiers(backup)]


def new_name(backup: StandingBackup, component: str) -> str:  # noqa: ARG001  as all targets' are called
    return f"{component}-restored"


def into(backup: StandingBackup, component: str, to: datetime | None, name: str) -> Restored:
    """Restores into a container and a volume of that name. Where it fails, neither is left."""
    if not NAME.fullmatch(name):
        raise BackupError("name", f"--into: given {name!r}; small letters, digits and hyphens are needed.")
    began, kind = time.monotonic(), _kind(backup, component)
    names = {"COPIES": _host_name(_copiers(backup)[component]), "SERVER": _host_name(_server(backup, component))}
    bucket = str(_component(backup, component)["outputs"].get("bucket") or "")
    asked = {"KIND": kind, **names, "INTO": name, "BUCKET": bucket}
    of, lacks = _restored(backup, component, to, "beside.sh", asked)
    return Restored(
        component=component,
        name=name,
        address=name,
        of=of,
        seconds=time.monotonic() - began,
        says=(
            *lacks,
            "It is a container of that name in the networks of the one that runs, with the same users and passwords: "
            f"docker exec {name} … on the host, or from the component's own network.",
            *([_take_back(backup, component, name)] if kind == "postgres" else []),
            f"Remove it before infra-kit down: docker rm --force {name} && docker volume rm {name}.",
        ),
    )


def over(backup: StandingBackup, component: str, to: datetime | None) -> Restored:
    """Restores into the server's own volume, where what it held is kept aside."""
    if _kind(backup, component) != "postgres":
        raise BackupError(
            "kind",
            f"{component}: of a Postgres alone a copy is restored over what runs. Restore it beside (leave --over "
            "out), and copy from there what is missed.",
        )
    began, server = time.monotonic(), _server(backup, component)
    aside = f"pgdata.before-{datetime.now(UTC):%Y%m%dT%H%M%SZ}"
    ids = {"COPIES": str(_copiers(backup)[component]["id"]), "SERVER": str(server["id"]), "ASIDE": aside}
    of, lacks = _restored(backup, component, to, "postgres_over.sh", ids)
    container = str(server["outputs"]["name"])
    return Restored(
        component=component,
        name=component,
        address=container,
        of=of,
        seconds=time.monotonic() - began,
        says=(
            *lacks,
            f"What it held before is in its volume, in {aside}. To delete it: docker exec {container} "
            f"rm -r {_folder(server)}/{aside}.",
            "It has the passwords of that time. Replicas follow it no more: remove their containers, and run "
            "infra-kit up.",
        ),
    )


def _take_back(backup: StandingBackup, component: str, name: str) -> str:
    server = _server(backup, component)["outputs"]["name"]
    return (
        f"To take a table back from it: docker exec {name} pg_dump --username postgres --table <table> <database> | "
        f"docker exec --interactive {server} psql --username postgres <database>."
    )


def _copy(backup: StandingBackup, component: str) -> Copied:
    began, container = time.monotonic(), str(_copiers(backup)[component]["id"])
    backup.say(f"{component}: a copy is taken on the host …")
    # Its words go to what is shown when it fails.
    _on_the_host(backup, ["docker", "exec", container, "sh", "-c", f"sh {FILES}/copy.sh >&2"])
    newest = _newest_of_pgbackrest if _kind(backup, component) == "postgres" else _newest_of_rclone
    label, at, size = newest(backup, container)
    seconds = time.monotonic() - began
    return Copied(component=component, where=f"{backup.place}: {label}", at=at, size=size, seconds=seconds)


def _newest_of_pgbackrest(backup: StandingBackup, container: str) -> tuple[str, datetime, int]:
    info = ["pgbackrest", "--stanza=main", "--output=json", "info"]
    newest: dict[str, Any] = json.loads(_on_the_host(backup, ["docker", "exec", container, *info]))[0]["backup"][-1]
    begun = datetime.fromtimestamp(newest["timestamp"]["start"], UTC)
    return str(newest["label"]), begun, int(newest["info"]["repository"]["delta"])


def _newest_of_rclone(backup: StandingBackup, container: str) -> tuple[str, datetime, int]:
    label, _, size = _on_the_host(backup, ["docker", "exec", container, "sh", "-c", NEWEST]).partition("\n")
    return label, datetime.strptime(label, "%Y%m%d-%H%M%S").replace(tzinfo=UTC), int(json.loads(size)["bytes"])


def _restored(
    backup: StandingBackup, component: str, to: datetime | None, name: str, asked: Mapping[str, str]
) -> tuple[datetime | None, list[str]]:
    """Runs the script on the host. Returns the moment that it is of, if anybody tells, and what did not come back. A
    log is replayed up to any moment; of the others there is what a copy has, which may be much older."""
    moment = f"{to.astimezone(UTC):%Y-%m-%d %H:%M:%S}" if to else ""
    variables = {**asked, "FOLDER": _folder(_server(backup, component)), "MOMENT": moment}
    backup.say(f"Restoring {component} on the host …")
    said = _on_the_host(backup, ["sh", "-c", told(name, variables)])
    last = re.search(r"^\d{4}-\d\d-\d\dT.*$", said, re.MULTILINE)
    of = datetime.fromisoformat(last[0]) if last else None
    if to and _kind(backup, component) == "postgres":
        of = to
    return of, re.findall(r"^lacks: (.*)$", said, re.MULTILINE)


def _on_the_host(backup: StandingBackup, command: list[str]) -> str:
    check("ssh")
    program, *login = tunnels.login_of(backup)
    return ask([program, *_KEEP_ALIVE, *login, "--", shlex.join(command)])


def _copiers(backup: StandingBackup) -> dict[str, Resource]:
    """By the component's name, the container that copies it."""
    own = {_host_name(it): it for it in backup.own if it["type"] == CONTAINER}
    found = re.compile(rf"{re.escape(backup.name)}-(.+)-(backup|copy)")
    return {match[1]: it for host, it in own.items() if (match := found.fullmatch(host))}


def _kind(backup: StandingBackup, component: str) -> str:
    return KINDS[str(_component(backup, component)["type"]).rpartition(":")[2]]


def _component(backup: StandingBackup, component: str) -> Resource:
    for it in backup.stack:
        if logical_name(it) == component and it["type"].rpartition(":")[2] in KINDS:
            return it
    raise _gone(component)


def _server(backup: StandingBackup, component: str) -> Resource:
    host = child(component, "server")
    for it in backup.stack:
        if it["type"] == CONTAINER and _host_name(it) == host:
            return it
    raise _gone(component)


def _gone(component: str) -> BackupError:
    return BackupError(
        "missing", f"{component}: its server is not in the stack's state any more. Run infra-kit up first."
    )


def _host_name(container: Resource) -> str:
    return str(container["outputs"].get("hostname") or "")


def _folder(server: Resource) -> str:
    """Where a server has its volume."""
    variables = dict(it.partition("=")[::2] for it in server["outputs"].get("envs") or ())
    return variables["PGDATA"].removesuffix("/pgdata") if "PGDATA" in variables else DATA
