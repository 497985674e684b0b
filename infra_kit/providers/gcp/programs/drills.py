"""A program of a Cloud Run job: proves that a Backup can be restored, and tells how old the last proof is.

Of each Postgres the newest of Cloud SQL's own copies is restored as a server of its own, which is deleted after that;
so is what a run left that was killed. Once all of them are proven, the proof is written into the vault.

Arguments:
    drill: restores, asks, measures. A failure says which check of which Postgres it was.
    age: tells the age of the last proof in days. Where there is none, it counts since it was first asked.

Environment:
    PROJECT: its id.
    BACKUP: what the copies are called.
    DRILL: the folder of proofs in VAULT, a bucket.
    SCRATCH: what the names of restored servers begin with, and no others.
    RTO: seconds that restoring may take.
    SOURCES: JSON, by the component's name, its `server`, `databases`, `user` and `secret` (the version with the user's
        password), and `checks`: by name, `database`, `sql` and `expects`.
"""

from __future__ import annotations

import json
import os
import sys
import time
import urllib.parse
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any

from infra_kit.providers.gcp.programs.google import SQL, Failed, call, finished, objects, say, write

ALONE = {
    "availabilityType": "ZONAL",
    "backupConfiguration": {"enabled": False},
    "deletionProtectionEnabled": False,
    "finalBackupConfig": {"enabled": False},
}
"""A restored server is as the one that was copied, but for what keeps that one safe."""
TABLES = "SELECT count(*) FROM information_schema.tables WHERE table_schema NOT IN ('pg_catalog', 'information_schema')"
BOOLEANS = {"true": "t", "false": "f"}

Source = dict[str, Any]


def main(arguments: list[str]) -> int:
    return _tell() if arguments == ["age"] else _drill()


def _project() -> str:
    return f"{SQL}/projects/{os.environ['PROJECT']}"


def _drill() -> int:
    sources: dict[str, Source] = json.loads(os.environ["SOURCES"])
    try:
        _clear()
        proofs = {name: _proven(name, it) for name, it in sources.items()}
    except (Failed, OSError) as error:
        say("ERROR", f"not proven: {error}", failure=str(error))
        return 1
    finally:
        _clear()
    now = datetime.now(UTC)
    longest = max((it["seconds"] for it in proofs.values()), default=0)
    proof = {"last_proven_restore": now.isoformat(), "seconds": longest, "restored": proofs}
    write(os.environ["VAULT"], f"{os.environ['DRILL']}/{now:%Y-%m-%dT%H:%M:%SZ}.json", proof)
    say("INFO", "proven", **proof)
    return 0


def _clear() -> None:
    """Deletes every restored server."""
    asked = urllib.parse.urlencode({"filter": f"name:{os.environ['SCRATCH']}*"})
    found = call(f"{_project()}/instances?{asked}").get("items", ())
    for name in (it["name"] for it in found if it["name"].startswith(os.environ["SCRATCH"])):
        begun = call(f"{_project()}/instances/{name}?enableFinalBackup=false", method="DELETE")
        finished(f"{_project()}/operations", begun)
        say("INFO", f"{name} is deleted")


def _proven(name: str, source: Source) -> dict[str, Any]:
    with _check(name, "missing"):
        copy = _newest(source["server"])
    began = time.monotonic()
    with _check(name, "restore"):
        server = _restored(copy["name"])
    with _check(name, "start"):
        tables = {database: _answer(server, source, database, TABLES) for database in source["databases"]}
    took = round(time.monotonic() - began)
    with _check(name, "rto"):
        if took > int(os.environ["RTO"]):
            raise Failed(f"it took {took} s, of {os.environ['RTO']} s that it may take")
    for check, asked in source["checks"].items():
        with _check(name, check):
            _must_answer(server, source, asked)
    return {"copy": copy["name"], "of": copy["backupInterval"]["endTime"], "seconds": took, "tables": tables}


@contextmanager
def _check(name: str, what: str) -> Iterator[None]:
    """Says which it was that failed."""
    try:
        yield
    except Failed as error:
        raise Failed(f"{name}: {what}: {error}") from error


def _must_answer(server: str, source: Source, asked: dict[str, str]) -> None:
    said = _answer(server, source, asked["database"], asked["sql"])
    if said != asked["expects"]:
        raise Failed(f"{asked['sql']} is answered with {said!r}, expected {asked['expects']!r}")


def _newest(server: str) -> dict[str, Any]:
    """The last whole copy that the Backup had taken."""
    asked = urllib.parse.urlencode({"filter": f'instance:"{server}"', "pageSize": 500})
    found = call(f"{_project()}/backups?{asked}").get("backups", ())
    ours = [it for it in found if str(it.get("description", "")).startswith(os.environ["BACKUP"] + " ")]
    whole = [it for it in ours if it["state"] == "SUCCESSFUL" and it["instance"] == server]
    if not whole:
        raise Failed(f"there is no copy of {server}")
    newest: dict[str, Any] = max(whole, key=lambda it: datetime.fromisoformat(it["backupInterval"]["endTime"]))
    return newest


def _restored(copy: str) -> str:
    """The name of a server that did not stand before."""
    name = f"{os.environ['SCRATCH']}{datetime.now(UTC):%Y%m%d%H%M%S%f}"
    wanted = {"backup": copy, "restoreInstanceSettings": {"settings": ALONE}}
    finished(f"{_project()}/operations", call(f"{_project()}/instances/{name}/restoreBackup", wanted))
    return name


def _answer(server: str, source: Source, database: str, sql: str) -> str:
    """As `psql -At` prints it (https://cloud.google.com/sql/docs/postgres/executesql-instance)."""
    asked = {
        "database": database, "user": source["user"], "passwordSecretVersion": source["secret"], "sqlStatement": sql,
    }  # fmt: skip
    (told, *_) = call(f"{_project()}/instances/{server}/executeSql", asked).get("results", [{}])
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
