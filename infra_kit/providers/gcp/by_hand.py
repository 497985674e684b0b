"""Copies on Google Cloud, taken and restored by hand, by the user's own gcloud and rights.

- A copy is one of Cloud SQL's own, on demand: it is kept until it is deleted, or the server is
  (https://cloud.google.com/sql/docs/postgres/backup-recovery/backups).
- A Postgres is restored by cloning the server as it was at a moment
  (https://cloud.google.com/sql/docs/postgres/backup-recovery/pitr).
"""

from __future__ import annotations

import json
import time
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from infra_kit.errors import BackupError
from infra_kit.naming import child
from infra_kit.providers.common.by_hand import Copied, Restored, StandingBackup
from infra_kit.providers.common.programs import ask, check
from infra_kit.providers.common.standing import logical_name, owner
from infra_kit.providers.gcp import cli

NEVER_OVER = "a copy of Cloud SQL is restored into a new server alone"
POSTGRES = "gcp:sql/databaseInstance:DatabaseInstance"
SCHEDULE = "gcp:cloudscheduler/job:Job"


def holds(backup: StandingBackup) -> list[str]:
    return list(_servers(backup))


def back_up(backup: StandingBackup) -> list[Copied]:
    return [_copy(backup, component, server) for component, server in _servers(backup).items()]


def new_name(backup: StandingBackup, component: str) -> str:
    return f"{_servers(backup)[component]['name']}-restored"


def into(backup: StandingBackup, component: str, to: datetime | None, name: str) -> Restored:
    began, server = time.monotonic(), _servers(backup)[component]
    moment = [f"--point-in-time={to.astimezone(UTC):%Y-%m-%dT%H:%M:%S.%fZ}"] if to else []
    backup.say(f"Cloning {server['name']} to {name} (some minutes) …")
    _gcloud(backup, "instances", "clone", str(server["name"]), name, *moment)
    made = _gcloud(backup, "instances", "describe", name)
    private = [it["ipAddress"] for it in made["ipAddresses"] if it["type"] == "PRIVATE"]
    return Restored(
        component=component,
        name=name,
        address=f"{(private or [it['ipAddress'] for it in made['ipAddresses']])[0]}:5432",
        of=to,
        seconds=time.monotonic() - began,
        says=(
            "It is in the network of the one that runs, with the users and passwords of that time, and no part of the "
            f"stack: it is paid for until you delete it (gcloud sql instances delete {name}).",
            f"To take it into the stack: point who uses it there with Postgres.existing({component!r}, url=…), or copy "
            "what is missed from it by pg_dump, from a Job in the network.",
        ),
    )


def _copy(backup: StandingBackup, component: str, server: Mapping[str, Any]) -> Copied:
    began = time.monotonic()
    backup.say(f"{component}: Cloud SQL takes a copy (some minutes) …")
    _gcloud(backup, "backups", "create", f"--instance={server['name']}", f"--description={backup.name} by hand")
    newest, *_ = _gcloud(backup, "backups", "list", f"--instance={server['name']}", "--sort-by=~startTime", "--limit=1")
    if newest["status"] != "SUCCESSFUL":
        raise BackupError(
            "unreachable", f"{component}: Cloud SQL did not take it: {newest.get('error') or newest['status']}"
        )
    size = newest.get("maxChargeableBytes")
    return Copied(
        component=component,
        where=f"{server['name']}: {newest['id']}",
        at=datetime.fromisoformat(newest["startTime"]),
        size=int(size) if size else None,
        seconds=time.monotonic() - began,
    )


def _gcloud(backup: StandingBackup, *words: str) -> Any:
    check("gcloud")
    answer = ask([*cli.command(backup, _project(backup)), "sql", *words, "--format=json"])
    return json.loads(answer) if answer else {}


def _project(backup: StandingBackup) -> str:
    """As the endpoint says it: `projects/<project>/backups`."""
    return backup.place.split("/")[1]


def _servers(backup: StandingBackup) -> dict[str, Mapping[str, Any]]:
    """By the component's name, what the state tells of the server that is copied."""
    primary = {
        owner(it): it["outputs"]
        for it in backup.stack
        if it["type"] == POSTGRES and logical_name(it) == child(owner(it), "server")
    }
    schedules = (logical_name(it).removeprefix(f"{backup.name}-") for it in backup.own if it["type"] == SCHEDULE)
    copied = {schedule.partition("-")[2] for schedule in schedules}
    return {component: primary[component] for component in sorted(copied & primary.keys())}
