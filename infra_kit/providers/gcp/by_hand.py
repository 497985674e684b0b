"""Copies on Google Cloud, taken and restored by hand, by the user's own gcloud and rights.

- A copy is taken by the Backup's own job (`backup_jobs`), of all that it holds and into each vault, as its first tier's
  are: it goes where theirs go, and is kept as long.
- A Postgres is restored by cloning the server as it was at a moment
  (https://cloud.google.com/sql/docs/postgres/backup-recovery/pitr). What else is in the vault is restored by Google's
  own commands, which the message says.
"""

from __future__ import annotations

import base64
import json
import time
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from infra_kit.errors import BackupError
from infra_kit.providers.common.backup_tiers import TIERS
from infra_kit.providers.common.by_hand import Copied, Restored, StandingBackup
from infra_kit.providers.common.programs import ask, check
from infra_kit.providers.common.standing import Resource, logical_name
from infra_kit.providers.gcp import cli
from infra_kit.providers.gcp.backup_vaults import OBJECTS

NEVER_OVER = "a copy on Google Cloud is restored into a new server or bucket alone"
JOB = "gcp:cloudrunv2/job:Job"
SCHEDULE = "gcp:cloudscheduler/job:Job"


def holds(backup: StandingBackup) -> list[str]:
    """None of one that is not up yet."""
    return sorted(_sources(backup)) if any(it["type"] == JOB for it in backup.own) else []


def back_up(backup: StandingBackup) -> list[Copied]:
    """All of them, once each is in each vault: the job fails where one is not, and says in its log which."""
    began, job, arguments = time.monotonic(), _job(backup), _arguments(backup)
    backup.say(f"{job['name']} takes a copy of {', '.join(holds(backup))} …")
    run = _gcloud(
        backup, "run", "jobs", "execute", str(job["name"]), f"--region={job['location']}",
        f"--args={','.join(arguments)}", "--wait", "--format=json",
    )  # fmt: skip
    since = datetime.fromisoformat(json.loads(run)["metadata"]["creationTimestamp"]).replace(microsecond=0)
    seconds, copies = time.monotonic() - began, _copies(backup, arguments[1])
    return [
        Copied(component=name, where=f"{backup.place}/{where}", at=at, size=None, seconds=seconds)
        for name, (at, where) in sorted(copies.items())
        if at >= since
    ]


def new_name(backup: StandingBackup, component: str) -> str:
    return f"{_server(backup, component)}-restored"


def into(backup: StandingBackup, component: str, to: datetime | None, name: str) -> Restored:
    began, server = time.monotonic(), _server(backup, component)
    moment = [f"--point-in-time={to.astimezone(UTC):%Y-%m-%dT%H:%M:%S.%fZ}"] if to else []
    backup.say(f"Cloning {server} to {name} (some minutes) …")
    _gcloud(backup, "sql", "instances", "clone", server, name, *moment)
    made = json.loads(_gcloud(backup, "sql", "instances", "describe", name, "--format=json"))
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


def _gcloud(backup: StandingBackup, *words: str) -> str:
    check("gcloud")
    return ask([*cli.command(backup, _told(backup)["PROJECT"]), *words])


def _copies(backup: StandingBackup, tier: str) -> dict[str, tuple[datetime, str]]:
    """By the component's name, when its newest whole copy of a tier began, and its folder in the Backup's own vault."""
    found = _gcloud(backup, "storage", "ls", f"{backup.place}/{tier}/*/*/manifest.json").splitlines()
    folders = [url.removeprefix(f"{backup.place}/").removesuffix("/manifest.json") for url in found]
    parts = sorted((datetime.fromisoformat(it.split("/")[2]), it) for it in folders)
    return {folder.split("/")[1]: (at, folder) for at, folder in parts}


def _one(backup: StandingBackup, kind: str, *names: str) -> Resource:
    """The first of its resources of that kind, by name where names are said. Raises `BackupError`."""
    there = {logical_name(it): it for it in backup.own if it["type"] == kind}
    found = next((there[name] for name in names or there if name in there), None)
    if found is None:
        raise BackupError("missing", f"{backup.what}: not all of it is in the stack's state. Run infra-kit up.")
    return found


def _job(backup: StandingBackup) -> Mapping[str, Any]:
    outputs: Mapping[str, Any] = _one(backup, JOB)["outputs"]
    return outputs


def _told(backup: StandingBackup) -> dict[str, str]:
    """The job's environment, as `programs/copies.py` reads it."""
    (container,) = _job(backup)["template"]["template"]["containers"]
    return {it["name"]: it["value"] for it in container["envs"]}


def _sources(backup: StandingBackup) -> dict[str, dict[str, Any]]:
    """By the component's name, its kind and what is copied."""
    sources: dict[str, dict[str, Any]] = json.loads(_told(backup)["SOURCES"])
    return sources


def _arguments(backup: StandingBackup) -> Sequence[str]:
    """`copy <tier> <days>`, as the first tier's schedule says it."""
    schedule = _one(backup, SCHEDULE, *(f"{backup.name}-{tier}" for tier in TIERS))
    body = json.loads(base64.b64decode(schedule["inputs"]["httpTarget"]["body"]))
    arguments: Sequence[str] = body["overrides"]["containerOverrides"][0]["args"]
    return arguments


def _server(backup: StandingBackup, component: str) -> str:
    """The name of a Postgres' server. Raises `BackupError` with Google's own commands for what is restored by them."""
    source = _sources(backup)[component]
    if source["kind"] == "redis":
        raise BackupError(
            "kind",
            f"{component}: a Redis is restored by gcloud, into an instance that you make: gcloud storage ls "
            f"'{backup.place}/*/{component}/*/dump.rdb' shows its copies; gcloud redis instances import <copy> "
            f"<instance> --region={_job(backup)['location']} loads one, over what that instance holds. The instance's "
            "persistenceIamIdentity must be able to read the vault (roles/storage.objectViewer, legacyBucketReader).",
        )
    if source["kind"] == "object_store":
        objects = f"{backup.place}/{OBJECTS}{component}"
        raise BackupError(
            "kind",
            f"{component}: an ObjectStore is restored by gcloud: gcloud storage rsync --recursive {objects} "
            f"gs://<bucket> writes what it held last; gcloud storage ls --all-versions '{objects}/**' shows what was "
            "there before, and gcloud storage cp <object>#<version> gs://<bucket>/<object> brings one of these.",
        )
    return str(source["server"])
