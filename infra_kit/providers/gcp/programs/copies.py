"""A program of a Cloud Run job: takes the copies of a Backup, and tells how old the newest one is.

Arguments:
    copy <tier> <days>: copies all, into `<tier>/<component>/<time>/` of each vault. `manifest.json` is written last:
        without one, there is no copy. What fails holds up nothing else.
    age: tells the age in hours, of the component and the vault whose newest copy is the oldest. What was never copied
        is as old as its vault.

Environment:
    PROJECT: its id.
    BACKUP: what Cloud SQL's own copies are called.
    VAULTS: names of buckets, parted by spaces.
    SOURCES: JSON, by the component's name, its `kind` and what it takes: `server` and `databases` of a postgres,
        `instance` of a redis, `bucket` and `jobs` of an object_store (the transfer that brings it up to date, of each
        vault).
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Any

from infra_kit.providers.gcp.programs.google import SQL, STORAGE, Failed, call, finished, found, say, write
from infra_kit.providers.gcp.programs.vault import INDEX, index, written

REDIS = "https://redis.googleapis.com/v1"
TRANSFER = "https://storagetransfer.googleapis.com/v1"
MOST_DAYS = 365
"""For which Cloud SQL keeps a copy (https://cloud.google.com/sql/docs/postgres/admin-api/rest/v1/Backups)."""

Source = dict[str, Any]


def main(arguments: list[str]) -> int:
    if arguments[0] == "age":
        return _tell()
    _, tier, days = arguments
    return _copy_all(tier, int(days))


def _sources() -> dict[str, Source]:
    found: dict[str, Source] = json.loads(os.environ["SOURCES"])
    return found


def _vaults() -> list[str]:
    return os.environ["VAULTS"].split()


def _copy_all(tier: str, days: int) -> int:
    began = datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    failed = [name for name, it in _sources().items() if not _copied(name, it, tier, days, began)]
    return 1 if failed else 0


def _copied(name: str, source: Source, tier: str, days: int, began: str) -> bool:
    """Whether there is a whole copy in each vault."""
    where = f"{tier}/{name}/{began}"
    try:
        for vault in _vaults():
            held = written(vault, COPY[source["kind"]](source, vault, where), where)
            write(vault, f"{where}/manifest.json", {"began": began, "kind": source["kind"], "objects": held})
        if source["kind"] == "postgres":
            _keep_beside(source["server"], tier, days)
    except (Failed, OSError) as error:
        say("ERROR", f"{name}: {tier}: no copy: {error}")
        return False
    say("INFO", f"{name}: {tier}: copied", component=name, tier=tier)
    return True


def _export(source: Source, vault: str, where: str) -> Iterator[str]:
    """Each database as SQL, by a machine of Cloud SQL's own, which leaves the server to its work
    (https://cloud.google.com/sql/docs/postgres/import-export#serverless)."""
    project = os.environ["PROJECT"]
    for database in source["databases"]:
        name = f"{where}/{database}.sql.gz"
        wanted = {"fileType": "SQL", "uri": f"gs://{vault}/{name}", "databases": [database], "offload": True}
        begun = call(f"{SQL}/projects/{project}/instances/{source['server']}/export", {"exportContext": wanted})
        finished(f"{SQL}/projects/{project}/operations", begun)
        yield name


def _keep_beside(server: str, tier: str, days: int) -> None:
    """Cloud SQL's own copy, from which a whole server is restored within minutes."""
    project = os.environ["PROJECT"]
    named = f"{os.environ['BACKUP']} {tier}"
    wanted = {"instance": server, "description": named, "ttlDays": str(min(days, MOST_DAYS))}
    finished(f"{SQL}/projects/{project}/operations", call(f"{SQL}/projects/{project}/backups", wanted))


def _dump(source: Source, vault: str, where: str) -> Iterator[str]:
    """https://cloud.google.com/memorystore/docs/redis/export-data"""
    name = f"{where}/dump.rdb"
    wanted = {"outputConfig": {"gcsDestination": {"uri": f"gs://{vault}/{name}"}}}
    finished(REDIS, call(f"{REDIS}/{source['instance']}:export", wanted))
    yield name


def _transfer(source: Source, vault: str, where: str) -> Iterator[str]:
    """Brings the vault's own objects up to date: what was there before stays among their older versions. Which ones
    are of this copy, its index says."""
    wanted, began = {"projectId": os.environ["PROJECT"]}, datetime.now(UTC)
    # Another tier's may be going on.
    begun = call(f"{TRANSFER}/{source['jobs'][_vaults().index(vault)]}:run", wanted, busy="FAILED_PRECONDITION")
    ended = finished(TRANSFER, begun)
    state = ended.get("metadata", {}).get("status")
    if state != "SUCCESS":
        raise Failed(f"the transfer of its objects ended with {state}: {json.dumps(ended)}")
    name = where.split("/")[1]
    write(vault, f"{where}/{INDEX}", index(source["bucket"], vault, name, began))
    yield f"{where}/{INDEX}"


COPY: dict[str, Callable[[Source, str, str], Iterator[str]]] = {
    "postgres": _export, "redis": _dump, "object_store": _transfer,
}  # fmt: skip


def _tell() -> int:
    now = datetime.now(UTC)
    ages = [(now - _newest(vault, name)).total_seconds() / 3600 for vault in _vaults() for name in _sources()]
    if ages:  # of nothing no copy is new
        say("INFO", "the newest whole copy", backup_age_hours=round(max(ages), 3))
    return 0


def _newest(vault: str, name: str) -> datetime:
    """When the last whole copy was begun, which may take half a day; when the vault was made where there is none."""
    there = found(vault, matchGlob=f"*/{name}/*/manifest.json", fields="items(name),nextPageToken")
    whole = [datetime.fromisoformat(it["name"].split("/")[-2]) for it in there]
    return max(whole) if whole else datetime.fromisoformat(call(f"{STORAGE}/storage/v1/b/{vault}")["timeCreated"])


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
