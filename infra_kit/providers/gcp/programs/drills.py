"""A program of a Cloud Run job: proves that what a Backup's vault holds can be restored, and tells how old the last
proof is.

- A Postgres: the newest of Cloud SQL's own copies is restored as a server of its own, and the newest dump in the vault
  into databases of that server: beside the roles that it names, which no dump has. A server's account is known once it
  stands, so it gets dumps by way of a bucket of the drill's own, where it is let in, and never into the vault.
- A Redis: its dump is read as a server does it, each key and the checksum over all. No Memorystore is made: whether the
  keys came back, it tells inside of the network alone.
- An ObjectStore: each object is in the vault, in the version, size and checksum that it was copied with.

Once all are proven, the proof is written into the vault. What was restored is deleted, and what a killed run left. A
run may begin while another is at work (Cloud Scheduler delivers at least once): what that one restores it leaves alone.

Arguments:
    drill: restores, asks, measures. A failure says which check of which component it was.
    age: tells the age of the last proof in days. Where there is none, it counts since it was first asked.

Environment:
    PROJECT: its id.
    BACKUP: what Cloud SQL's own copies are called.
    DRILL: the folder of proofs in VAULT, a bucket.
    TRANSIT: a bucket, by way of which restored servers get dumps; empty without a postgres.
    SCRATCH: what the names of restored servers begin with, and no others.
    LASTS: seconds after which no run is at work any more: its job's timeout.
    RTO: seconds that restoring may take.
    SOURCES: JSON, by the component's name, its `kind`; of a postgres its `server`, `databases`, `user` and `secret`
        (the version with the user's password), and `checks`: by name, `database`, `sql` and `expects`.
"""

from __future__ import annotations

import json
import os
import sys
import time
import urllib.parse
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

from infra_kit.providers.gcp.programs.google import (
    SQL,
    STORAGE,
    Failed,
    Named,
    address,
    call,
    check,
    content,
    finished,
    found,
    listed,
    objects,
    say,
    write,
)
from infra_kit.providers.gcp.programs.rdb import keys
from infra_kit.providers.gcp.programs.vault import Stored, hold, hold_objects, newest

ALONE = {
    "availabilityType": "ZONAL",
    "backupConfiguration": {"enabled": False},
    "deletionProtectionEnabled": False,
    "finalBackupConfig": {"enabled": False},
    "storageAutoResize": True,
    "storageAutoResizeLimit": "0",
}
"""A restored server is as the one that was copied, but for what keeps that one safe, and has room for a dump beside."""
FROM_VAULT = "vault-"
"""What the names of databases begin with into which a dump is restored."""
READERS = ("roles/storage.legacyBucketReader", "roles/storage.legacyObjectReader")
UNKNOWN_YET = "required permissions"
"""In Cloud SQL's words, where a right is so new that it does not hold yet."""
TABLES = "SELECT count(*) FROM information_schema.tables WHERE table_schema NOT IN ('pg_catalog', 'information_schema')"
STAMP = "%Y%m%d%H%M%S%f"
"""When a run began, in the names of all that it restores: the earlier one is the smaller."""
BOOLEANS = {"true": "t", "false": "f"}

Source = dict[str, Any]


def main(arguments: list[str]) -> int:
    return _tell() if arguments == ["age"] else _drill()


def _project() -> str:
    return f"{SQL}/projects/{os.environ['PROJECT']}"


def _drill() -> int:
    sources: dict[str, Source] = json.loads(os.environ["SOURCES"])
    if not sources:
        say("WARNING", "nothing is proven, for nothing is copied")
        return 0
    scratch, began = os.environ["SCRATCH"], datetime.now(UTC)
    own = f"{scratch}{began:{STAMP}}"
    oldest_at_work = f"{scratch}{began - timedelta(seconds=int(os.environ['LASTS'])):{STAMP}}"
    try:
        _clear(lambda name: name < oldest_at_work)
        numbered = enumerate(sources.items())
        proofs = {name: _proven(name, {**it, "scratch": f"{own}-{number}"}) for number, (name, it) in numbered}
    except (Failed, OSError) as error:
        failure = str(error) if isinstance(error, Failed) else f"unreachable: {error}"
        say("ERROR", f"not proven: {failure}", failure=failure)
        return 1
    finally:
        _clear(lambda name: name.startswith(own))
    now = datetime.now(UTC)
    longest = max(it["seconds"] for it in proofs.values())
    proof = {"last_proven_restore": now.isoformat(), "seconds": longest, "restored": proofs}
    write(os.environ["VAULT"], f"{os.environ['DRILL']}/{now:%Y-%m-%dT%H:%M:%SZ}.json", proof)
    say("INFO", "proven", **proof)
    return 0


def _clear(goes: Callable[[str], bool]) -> None:
    """Deletes the restored servers whose names are so, and what was on the way there."""
    transit = os.environ["TRANSIT"]
    if not transit:
        return
    for name in (it["name"] for it in _standing() if goes(it["name"])):
        begun = call(f"{_project()}/instances/{name}?enableFinalBackup=false", method="DELETE")
        finished(f"{_project()}/operations", begun)
        say("INFO", f"{name} is deleted")
    for name in [it["name"] for it in found(transit, prefix=os.environ["SCRATCH"]) if goes(it["name"])]:
        call(address(transit, name), method="DELETE")


def _standing() -> list[dict[str, Any]]:
    """The restored servers of all runs."""
    scratch = os.environ["SCRATCH"]
    there = listed(f"{_project()}/instances", filter=f"name:{scratch}*")
    return [it for it in there if it["name"].startswith(scratch)]


def _proven(name: str, source: Source) -> dict[str, Any]:
    """Raises `Failed`, which says the component, then the check."""
    try:
        copy = newest(os.environ["VAULT"], name)
        hold(copy)
        return {"copy": copy.where, "of": copy.began, **PROVE[source["kind"]](name, source, copy)}
    except Failed as error:
        raise Failed(f"{name}: {error}") from error


def _postgres(_: str, source: Source, dump: Stored) -> dict[str, Any]:
    with check("missing"):
        own = _newest(source["server"])
    began = time.monotonic()
    with check("restore"):
        server = _restored(source["scratch"], own["name"])
    tables = _counted(server, source, "")
    stood = _in_time(began)
    with check("restore"):
        _from_vault(server, source, dump)
    tables |= _counted(server, source, FROM_VAULT)
    took = _in_time(began)
    for name, asked in source["checks"].items():
        for prefix in ("", FROM_VAULT):
            with check(name):
                _must_answer(server, source, {**asked, "database": prefix + asked["database"]})
    kept = {"copy": own["name"], "of": own["backupInterval"]["endTime"], "seconds": stood}
    return {"seconds": took, "tables": tables, "cloud_sql": kept}


def _counted(server: str, source: Source, prefix: str) -> dict[str, str]:
    """How many tables each database has, which therefore answers."""
    with check("start"):
        return {prefix + it: _answer(server, source, prefix + it, TABLES) for it in source["databases"]}


def _in_time(began: float) -> int:
    """Seconds since."""
    took = round(time.monotonic() - began)
    if took > int(os.environ["RTO"]):
        raise Named(f"rto: it took {took} s, of {os.environ['RTO']} s that it may take")
    return took


def _from_vault(server: str, source: Source, dump: Stored) -> None:
    """Each database's dump into an empty one beside it."""
    api, transit = f"{_project()}/instances/{server}", os.environ["TRANSIT"]
    _let_in(transit)
    for database in source["databases"]:
        wanted = f"{dump.where}/{database}.sql.gz"
        if wanted not in dump.objects:
            raise Failed(f"{wanted} is not of the copy")
        passed = f"{server}/{database}.sql.gz"
        _pass(dump.vault, wanted, transit, passed)
        into = FROM_VAULT + database
        finished(f"{_project()}/operations", call(f"{api}/databases", {"name": into}))
        asked = {"fileType": "SQL", "uri": f"gs://{transit}/{passed}", "database": into}
        begun = call(f"{api}/import", {"importContext": asked}, busy=UNKNOWN_YET)
        finished(f"{_project()}/operations", begun)


def _let_in(bucket: str) -> None:
    """The restored servers that stand, those of another run at work too, in place of those that were let in before."""
    there = f"{STORAGE}/storage/v1/b/{bucket}/iam"
    policy = call(there)
    others = [it for it in policy.get("bindings", ()) if it["role"] not in READERS]
    accounts = [it["serviceAccountEmailAddress"] for it in _standing() if it["state"] == "RUNNABLE"]
    ours = [{"role": role, "members": [f"serviceAccount:{it}" for it in accounts]} for role in READERS]
    call(there, {**policy, "bindings": [*others, *ours]}, method="PUT")


def _pass(vault: str, name: str, transit: str, passed: str) -> None:
    """Copies an object, piece by piece where it is large
    (https://cloud.google.com/storage/docs/json_api/v1/objects/rewrite)."""
    there = f"{address(vault, name)}/rewriteTo/b/{transit}/o/{urllib.parse.quote(passed, safe='')}"
    answer = call(there, {})
    while not answer["done"]:
        answer = call(f"{there}?{urllib.parse.urlencode({'rewriteToken': answer['rewriteToken']})}", {})


def _redis(_: str, source: Source, dump: Stored) -> dict[str, Any]:  # noqa: ARG001  it has nothing else
    began = time.monotonic()
    with check("missing"):
        came_back = [content(dump.vault, name, keys) for name in dump.objects]
    return {"seconds": _in_time(began), "keys": sum(came_back)}


def _object_store(name: str, source: Source, copy: Stored) -> dict[str, Any]:  # noqa: ARG001  it has nothing else
    began = time.monotonic()
    count = hold_objects(copy, name)
    return {"seconds": _in_time(began), "objects": count}


PROVE: dict[str, Callable[[str, Source, Stored], dict[str, Any]]] = {
    "postgres": _postgres, "redis": _redis, "object_store": _object_store,
}  # fmt: skip


def _must_answer(server: str, source: Source, asked: dict[str, str]) -> None:
    said = _answer(server, source, asked["database"], asked["sql"])
    if said != asked["expects"]:
        raise Failed(f"{asked['sql']} is answered with {said!r}, expected {asked['expects']!r}, by {asked['database']}")


def _newest(server: str) -> dict[str, Any]:
    """The last whole copy that the Backup had taken."""
    there = listed(f"{_project()}/backups", "backups", filter=f'instance:"{server}"', pageSize="500")
    ours = [it for it in there if str(it.get("description", "")).startswith(os.environ["BACKUP"] + " ")]
    whole = [it for it in ours if it["state"] == "SUCCESSFUL" and it["instance"] == server]
    if not whole:
        raise Failed(f"there is no copy of {server}")
    last: dict[str, Any] = max(whole, key=lambda it: datetime.fromisoformat(it["backupInterval"]["endTime"]))
    return last


def _restored(name: str, copy: str) -> str:
    """The name of a server that did not stand before."""
    wanted = {"backup": copy, "restoreInstanceSettings": {"settings": ALONE}}
    finished(f"{_project()}/operations", call(f"{_project()}/instances/{name}/restoreBackup", wanted))
    return name


def _answer(server: str, source: Source, database: str, sql: str) -> str:
    """As `psql -At` prints it (https://cloud.google.com/sql/docs/postgres/executesql-instance). Raises `Failed` where
    it is not answered, or not in whole: both may come as a result."""
    asked = {
        "database": database, "user": source["user"], "passwordSecretVersion": source["secret"], "sqlStatement": sql,
    }  # fmt: skip
    answer = call(f"{_project()}/instances/{server}/executeSql", asked)
    results = answer.get("results", [])
    for it in (answer, *results):
        if it.get("partialResult") or it.get("status", {}).get("code") or not results:
            raise Failed(f"{sql} is not answered by {database}: {it.get('status', {}).get('message', 'no reason')}")
    told = results[0]
    kinds = [column.get("type", "") for column in told.get("columns", ())]
    return "\n".join(
        "|".join(_printed(kind, it) for kind, it in zip(kinds, row.get("values", ()), strict=True))
        for row in told.get("rows", ())
    )


def _printed(kind: str, value: dict[str, Any]) -> str:
    text = "" if value.get("nullValue") else str(value.get("value", ""))
    return BOOLEANS.get(text, text) if kind.startswith("BOOL") else text


def _tell() -> int:
    vault, folder, now = os.environ["VAULT"], os.environ["DRILL"], datetime.now(UTC)
    last = max(objects(vault, f"{folder}/*.json"), default=None) or max(objects(vault, f"{folder}/begun"), default=None)
    if last is None:
        write(vault, f"{folder}/begun", {})
    age = (now - (last or now)).total_seconds() / 86_400
    say("INFO", "the last proof", drill_age_days=round(age, 4))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
