"""Copies of what a host holds, taken, restored and proven by hand: by the containers of their Backup and RestoreDrill,
and by scripts over SSH.

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

from infra_kit.errors import BackupError, ToolError
from infra_kit.providers.common.by_hand import (
    OF_FILES,
    Copied,
    Proven,
    Restored,
    StandingBackup,
    StandingDrill,
    too_late,
)
from infra_kit.providers.common.standing import Resource
from infra_kit.providers.vps import postgres_backup
from infra_kit.providers.vps.containers import FILES
from infra_kit.providers.vps.drills import FOLDER as RESTORED
from infra_kit.providers.vps.scripts import told
from infra_kit.providers.vps.standing_containers import (
    component_of,
    folder_of,
    host_name,
    kind_of,
    on_the_host,
    parts,
    server_of,
)

NAME = re.compile(r"[a-z0-9][a-z0-9-]*")
NEWEST = f""". {FILES}/repository.sh; trap 'rm -rf "$hold"' EXIT; time=$(copies | head -n 1); echo "$time"
rclone size --json --include "/copies/$time/**" --include "/objects/$time/**" copies:"""
"""Tells the time of the newest copy that rclone took, and how large it is."""
SHIPPED_WITHIN = 120
"""Seconds that the log may take to the copies: who takes it away looks every five."""
UNREACHED = "recovery ended before configured recovery target was reached"
LAST = re.compile(r"last completed transaction was at log time (\S+ \S+)")
"""PostgreSQL's words where the log ends before the moment that was asked for."""
CHECKS = {
    "postgres": ("restore", "start", "missing-log", "rows"),
    "redis": ("start", "keys"),
    "event_bus": ("start", "events"),
    "object_store": (),
}
"""Beside those of files and the user's own."""
DRILL = f"""said=$(sh {FILES}/drill.sh {RESTORED} 2>&1) || {{ echo "$said" >&2; exit 1; }}
echo "$said" """
"""Its words go to what is shown when it fails, too."""


def holds(backup: StandingBackup) -> list[str]:
    return list(_copiers(backup))


def back_up(backup: StandingBackup) -> list[Copied]:
    """One after the other: each waits for its turn where the schedule's own copy is at work."""
    return [_copy(backup, component) for component in _copiers(backup)]


def new_name(backup: StandingBackup, component: str) -> str:  # noqa: ARG001  as all targets' are called
    return f"{component}-restored"


def into(
    backup: StandingBackup, component: str, to: datetime | None, name: str, *, or_latest: bool = False
) -> Restored:
    """Restores into a container and a volume of that name. Where it fails, neither is left."""
    _check_name("--into", name)
    began, kind = time.monotonic(), kind_of(backup, component)
    names = {"COPIES": host_name(_copiers(backup)[component]), "SERVER": host_name(server_of(backup, component))}
    bucket = str(component_of(backup, component)["outputs"].get("bucket") or "")
    asked = {"KIND": kind, **names, "INTO": name, "BUCKET": bucket}
    of, lacks = _restored(backup, component, to, "beside.sh", asked, or_latest=or_latest)
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
            f"Its password is that of that time: infra-kit show {component} has it, where none was changed since.",
            f"Remove it before infra-kit down: infra-kit restore --remove {name}, or on the host docker rm --force "
            f"{name} && docker volume rm {name}.",
        ),
    )


def remove(backup: StandingBackup, name: str) -> bool:
    """Only what `into` has made."""
    _check_name("--remove", name)
    return on_the_host(backup, ["sh", "-c", told("beside_gone.sh", {"NAME": name})]) == "gone"


def _check_name(option: str, name: str) -> None:
    if not NAME.fullmatch(name):
        raise BackupError("name", f"{option}: given {name!r}; small letters, digits and hyphens are needed.")


def over(backup: StandingBackup, component: str, to: datetime | None, *, or_latest: bool = False) -> Restored:
    """Restores into the server's own volume, where what it held is kept aside."""
    if kind_of(backup, component) != "postgres":
        raise BackupError(
            "kind",
            f"{component}: of a Postgres alone a copy is restored over what runs. Restore it beside (leave --over "
            "out), and copy from there what is missed.",
        )
    began, server = time.monotonic(), server_of(backup, component)
    aside = f"pgdata.before-{datetime.now(UTC):%Y%m%dT%H%M%SZ}"
    ids = {"COPIES": str(_copiers(backup)[component]["id"]), "SERVER": str(server["id"]), "ASIDE": aside}
    of, lacks = _restored(backup, component, to, "postgres_over.sh", ids, or_latest=or_latest)
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
            f"rm -r {folder_of(server)}/{aside}.",
            "It has the passwords of that time. Replicas follow it no more: remove their containers, and run "
            "infra-kit up.",
        ),
    )


def _take_back(backup: StandingBackup, component: str, name: str) -> str:
    server = server_of(backup, component)["outputs"]["name"]
    return (
        f"To take a table back from it: docker exec {name} pg_dump --username postgres --table <table> <database> | "
        f"docker exec --interactive {server} psql --username postgres <database>."
    )


def _copy(backup: StandingBackup, component: str) -> Copied:
    began, container = time.monotonic(), str(_copiers(backup)[component]["id"])
    backup.say(f"{component}: a copy is taken on the host …")
    # Its words go to what is shown when it fails.
    on_the_host(backup, ["docker", "exec", container, "sh", "-c", f"sh {FILES}/copy.sh >&2"])
    newest = _newest_of_pgbackrest if kind_of(backup, component) == "postgres" else _newest_of_rclone
    label, at, size = newest(backup, container)
    seconds = time.monotonic() - began
    return Copied(component=component, where=f"{backup.place}: {label}", at=at, size=size, seconds=seconds)


def _newest_of_pgbackrest(backup: StandingBackup, container: str) -> tuple[str, datetime, int]:
    info = ["pgbackrest", "--stanza=main", "--output=json", "info"]
    newest: dict[str, Any] = json.loads(on_the_host(backup, ["docker", "exec", container, *info]))[0]["backup"][-1]
    begun = datetime.fromtimestamp(newest["timestamp"]["start"], UTC)
    return str(newest["label"]), begun, int(newest["info"]["repository"]["delta"])


def _newest_of_rclone(backup: StandingBackup, container: str) -> tuple[str, datetime, int]:
    label, _, size = on_the_host(backup, ["docker", "exec", container, "sh", "-c", NEWEST]).partition("\n")
    return label, datetime.strptime(label, "%Y%m%d-%H%M%S").replace(tzinfo=UTC), int(json.loads(size)["bytes"])


def drill(drill: StandingDrill) -> list[Proven]:
    """One component after the other, by what drills on schedule: each waits for its turn where that is at work. Raises
    `BackupError` with all that failed."""
    proven, failed = list[Proven](), list[str]()
    for component, container in parts(drill, "restore").items():
        drill.say(f"{component}: its newest copy is restored on the host, and looked at …")
        try:
            said = on_the_host(drill, ["docker", "exec", str(container["id"]), "sh", "-c", DRILL])
        except ToolError as error:
            failed.append(f"{component}: {str(error).partition('the drill failed: ')[2] or error}")
            continue
        took = re.search(r"in (\d+) s$", said)
        checks = _checks(drill, component)
        proven.append(Proven(component=component, checks=checks, seconds=float(took[1]) if took else 0.0))
    if failed:
        raise BackupError("drill", "the drill failed:\n" + "\n".join(failed))
    return proven


def _checks(drill: StandingDrill, component: str) -> list[str]:
    """The user's own are in the file that `postgres_prove.sh` reads: `check NAME DATABASE SQL EXPECTED` each."""
    kind = kind_of(drill, component)
    if kind != "postgres":
        return [*OF_FILES, *CHECKS[kind], "rto"]
    proof = str(parts(drill, "proof")[component]["id"])
    own = shlex.split(on_the_host(drill, ["docker", "exec", proof, "cat", f"{FILES}/checks.sh"]))
    return [*CHECKS[kind], *own[1::5], "rto"]


def _restored(
    backup: StandingBackup,
    component: str,
    to: datetime | None,
    name: str,
    asked: Mapping[str, str],
    *,
    or_latest: bool,
) -> tuple[datetime | None, list[str]]:
    """Runs the script on the host. Returns the moment that it is of, if anybody tells, and what did not come back. A
    log is replayed up to any moment that it reaches; of the others there is what a copy has, which may be much older.
    """
    is_postgres = kind_of(backup, component) == "postgres"
    unshipped = _ship(backup, component) if is_postgres else ""
    backup.say(f"Restoring {component} on the host …")
    try:
        said, exact = _run(backup, component, to, name, asked), is_postgres
    except ToolError as error:
        latest = LAST.search(str(error))
        if to is None or latest is None or UNREACHED not in str(error):
            raise
        why = unshipped or "its log goes on after that, and something between cannot be had"
        if not or_latest:
            raise too_late(to, datetime.fromisoformat(latest[1]), why, component) from error
        said, exact = _run(backup, component, None, name, asked), False
    last = re.search(r"^\d{4}-\d\d-\d\dT.*$", said, re.MULTILINE)
    of = to if to and exact else datetime.fromisoformat(last[0]) if last else None
    lacks = re.findall(r"^lacks: (.*)$", said, re.MULTILINE)
    return of, [*lacks, *([f"What was written last may lack: {unshipped}."] if unshipped and of != to else [])]


def _run(backup: StandingBackup, component: str, to: datetime | None, name: str, asked: Mapping[str, str]) -> str:
    moment = to.astimezone(UTC).replace(tzinfo=None).isoformat(" ") if to else ""
    variables = {**asked, "FOLDER": folder_of(server_of(backup, component)), "MOMENT": moment}
    return on_the_host(backup, ["sh", "-c", told(name, variables)])


def _ship(backup: StandingBackup, component: str) -> str:
    """Has the server's log with the copies until now. Returns why that could not be, or nothing."""
    server = server_of(backup, component)
    folder = f"{folder_of(server)}/{postgres_backup.WAL}-for/{backup.name}"
    asked = {"SERVER": str(server["id"]), "FOLDER": folder, "AT_MOST": str(SHIPPED_WITHIN)}
    backup.say(f"Shipping the log of {component} …")
    try:
        on_the_host(backup, ["sh", "-c", told("postgres_ship.sh", asked)])
    except ToolError as error:
        return f"what was written since could not be shipped ({str(error).splitlines()[-1]})"
    return ""


def _copiers(backup: StandingBackup) -> dict[str, Resource]:
    """By the component's name, the container that copies it."""
    return parts(backup, "backup|copy")
