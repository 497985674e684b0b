"""Copies on Google Cloud, taken, restored and proven by hand, by the user's own gcloud and rights.

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

from infra_kit.errors import BackupError, ConfigError
from infra_kit.providers.common.backup_tiers import TIERS
from infra_kit.providers.common.by_hand import Copied, Proven, Restored, StandingBackup, StandingDrill, too_late
from infra_kit.providers.common.programs import ask, check
from infra_kit.providers.common.standing import Resource, Standing, logical_name
from infra_kit.providers.gcp import cli
from infra_kit.providers.gcp.backup_vaults import OBJECTS

NEVER_OVER = "a copy on Google Cloud is restored into a new server or bucket alone"
CHECKS = ("missing", "restore", "start", "rto")
"""Of a drill, beside the user's own (`programs/drills.py`)."""
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


def into(
    backup: StandingBackup, component: str, to: datetime | None, name: str, *, or_latest: bool = False
) -> Restored:
    began, server = time.monotonic(), _server(backup, component)
    of = _of(backup, component, to, or_latest=or_latest) if to else None
    moment = [f"--point-in-time={of.astimezone(UTC):%Y-%m-%dT%H:%M:%S.%fZ}"] if of else []
    backup.say(f"Cloning {server} to {name} (some minutes) …")
    _gcloud(backup, "sql", "instances", "clone", server, name, *moment)
    made = json.loads(_gcloud(backup, "sql", "instances", "describe", name, "--format=json"))
    private = [it["ipAddress"] for it in made["ipAddresses"] if it["type"] == "PRIVATE"]
    return Restored(
        component=component,
        name=name,
        address=f"{(private or [it['ipAddress'] for it in made['ipAddresses']])[0]}:5432",
        of=of,
        seconds=time.monotonic() - began,
        says=(
            *([] if to else ["It is as the server was when it was cloned."]),
            "It is in the network of the one that runs, with the users and passwords of that time, and no part of the "
            f"stack: it is paid for until you delete it ({_deletes(backup, name)}).",
            f"To take it into the stack: point who uses it there with Postgres.existing({component!r}, url=…), or copy "
            "what is missed from it by pg_dump, from a Job in the network.",
        ),
    )


def remove(backup: StandingBackup, name: str) -> bool:
    raise ConfigError(
        f"{name}: what was restored on Google Cloud is no part of the stack, and Google's own command deletes it: "
        f"{_deletes(backup, name)}"
    )


def drill(drill: StandingDrill) -> list[Proven]:
    """By its own job, which writes a proof when all are proven; else it fails, and its log says which check did."""
    job, told = _job(drill), _told(drill)
    drill.say(f"{job['name']} restores and asks {', '.join(sorted(_sources(drill)))} (some minutes) …")
    _gcloud(
        drill, "run", "jobs", "execute", str(job["name"]), f"--region={job['location']}", "--args=drill", "--wait",
        "--format=json",
    )  # fmt: skip
    proofs = _gcloud(drill, "storage", "ls", f"gs://{told['VAULT']}/{told['DRILL']}/*.json").splitlines()
    restored: Mapping[str, Any] = json.loads(_gcloud(drill, "storage", "cat", max(proofs)))["restored"]
    return [
        Proven(component=name, checks=(*CHECKS, *_sources(drill)[name]["checks"]), seconds=float(it["seconds"]))
        for name, it in sorted(restored.items())
    ]


def _deletes(backup: StandingBackup, name: str) -> str:
    return f"gcloud sql instances delete {name} --project={_told(backup)['PROJECT']}"


def _of(backup: StandingBackup, component: str, to: datetime, *, or_latest: bool) -> datetime:
    """The moment, or the latest that Cloud SQL's log reaches where that will do; a server that is gone tells none
    (https://cloud.google.com/sql/docs/postgres/backup-recovery/pitr#get-the-latest-recovery-time)."""
    asked = ("sql", "instances", "get-latest-recovery-time", _server(backup, component), "--format=json")
    latest = datetime.fromisoformat(json.loads(_gcloud(backup, *asked))["latestRecoveryTime"])
    if to > latest and not or_latest:
        raise too_late(to, latest, "Cloud SQL ships its log by itself; wait some minutes", component)
    return min(to, latest)


def _gcloud(backup: Standing, *words: str) -> str:
    check("gcloud")
    return ask([*cli.command(backup, _told(backup)["PROJECT"]), *words])


def _copies(backup: StandingBackup, tier: str) -> dict[str, tuple[datetime, str]]:
    """By the component's name, when its newest whole copy of a tier began, and its folder in the Backup's own vault."""
    found = _gcloud(backup, "storage", "ls", f"{backup.place}/{tier}/*/*/manifest.json").splitlines()
    folders = [url.removeprefix(f"{backup.place}/").removesuffix("/manifest.json") for url in found]
    parts = sorted((datetime.fromisoformat(it.split("/")[2]), it) for it in folders)
    return {folder.split("/")[1]: (at, folder) for at, folder in parts}


def _one(backup: Standing, kind: str, *names: str) -> Resource:
    """The first of its resources of that kind, by name where names are said. Raises `BackupError`."""
    there = {logical_name(it): it for it in backup.own if it["type"] == kind}
    found = next((there[name] for name in names or there if name in there), None)
    if found is None:
        raise BackupError("missing", f"{backup.what}: not all of it is in the stack's state. Run infra-kit up.")
    return found


def _job(backup: Standing) -> Mapping[str, Any]:
    outputs: Mapping[str, Any] = _one(backup, JOB)["outputs"]
    return outputs


def _told(backup: Standing) -> dict[str, str]:
    """The job's environment, as `programs/copies.py` reads it."""
    (container,) = _job(backup)["template"]["template"]["containers"]
    return {it["name"]: it["value"] for it in container["envs"]}


def _sources(backup: Standing) -> dict[str, dict[str, Any]]:
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
