"""Cloud SQL and a vault as a drill finds them."""

from __future__ import annotations

import json
import time
import urllib.parse
from collections.abc import Sequence
from typing import Any

import pytest

from infra_kit.providers.gcp.programs import drills
from tests.unit.providers.gcp.programs.google import Google, lines, refused

HAS_ORDERS = {"database": "app", "sql": "SELECT count(*) > 0 FROM orders", "expects": "t"}
SOURCE = {
    "kind": "postgres", "server": "shop-db", "databases": ["app"], "user": "infra_kit",
    "secret": "projects/shop/secrets/a/versions/1", "checks": {"orders": HAS_ORDERS},
}  # fmt: skip


def copy(name: str, *, hour: int = 6, **other: Any) -> dict[str, Any]:
    return {
        "name": f"projects/shop/backups/{name}",
        "instance": "shop-db",
        "description": "shop safe every",
        "state": "SUCCESSFUL",
        "backupInterval": {"endTime": f"2026-11-25T{hour:02}:00:00Z"},
        **other,
    }


DUMP = "every/db/2026-11-25T12:00:00Z"


def paged(url: str, items: str, all_of_them: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """One a page."""
    (at,) = urllib.parse.parse_qs(urllib.parse.urlsplit(url).query).get("pageToken", ["0"])
    following = int(at) + 1
    more = {"nextPageToken": str(following)} if following < len(all_of_them) else {}
    return {items: all_of_them[int(at) : following], **more}


class CloudSql:
    """With servers and copies; restoring takes so many seconds, and importing a dump."""

    def __init__(self, *copies: dict[str, Any], takes: float = 60, importing: float = 30) -> None:
        self.copies, self.takes, self.importing = copies, takes, importing
        self.servers = {"shop-db"}
        self.databases: list[str] = []
        self.deleted: list[str] = []
        self.clock = 0.0
        self.warnings: list[dict[str, str]] = []
        """Of the list of copies."""
        self.said: dict[str, Any] = {drills.TABLES: [["INT8", "12"]], HAS_ORDERS["sql"]: [["BOOL", "true"]]}
        self.of_dump: dict[str, Any] = {}
        """What a database answers otherwise that was restored from a dump."""

    def __call__(self, method: str, url: str, body: Any) -> Any:
        path = url.partition("/projects/shop/")[2].partition("?")[0]
        if path == "instances":
            return paged(url, "items", [listed(name) for name in sorted(self.servers)])
        if path == "backups":
            return {**paged(url, "backups", self.copies), "warnings": self.warnings}
        name = path.split("/")[1]
        if method == "GET" and path == f"instances/{name}":
            return listed(name)
        if method == "DELETE":
            self.servers.remove(name)
            self.deleted.append(name)
        if path.endswith("/executeSql"):
            return self._answer(url, body)
        self._restore(path, name, body)
        return {"name": "op", "status": "DONE"}

    def _restore(self, path: str, name: str, body: Any) -> None:
        if path.endswith("/restoreBackup"):
            self.servers.add(name)
            self.clock += self.takes
        if path.endswith("/databases"):
            self.databases.append(body["name"])
        if path.endswith("/import"):
            assert body["importContext"]["database"] in self.databases
            self.clock += self.importing

    def _answer(self, url: str, body: Any) -> Any:
        of_dump = self.of_dump if body["database"].startswith("vault-") else {}
        said = {**self.said, **of_dump}[body["sqlStatement"]]
        if isinstance(said, str):
            raise refused(url, 400, said)
        if isinstance(said, dict):
            return said
        row = {"values": [{"value": value} if value is not None else {"nullValue": True} for _, value in said]}
        return {"results": [{"columns": [{"type": kind} for kind, _ in said], "rows": [row]}]}


def listed(server: str) -> dict[str, str]:
    return {"name": server, "state": "RUNNABLE", "serviceAccountEmailAddress": f"of-{server}@google"}


def tell(monkeypatch: pytest.MonkeyPatch) -> None:
    """What the program is told."""
    known = {
        "PROJECT": "shop", "BACKUP": "shop safe", "DRILL": "proofs/drill", "VAULT": "near", "SCRATCH": "drill-1a2b-",
        "TRANSIT": "way", "LASTS": "43200", "RTO": "900", "SOURCES": json.dumps({"db": SOURCE}),
    }  # fmt: skip
    for name, value in known.items():
        monkeypatch.setenv(name, value)


def vault(patch: pytest.MonkeyPatch, sql: CloudSql) -> Google:
    """With a dump of the database, and an older one."""
    google = Google(patch, sql)
    patch.setattr(time, "monotonic", lambda: sql.clock)
    for where, began in (("daily/db/2026-11-20T12:00:00Z", "2026-11-20T12:00:00Z"), (DUMP, "2026-11-25T12:00:00Z")):
        google.put("near", f"{where}/app.sql.gz", b"all that was in app")
        google.manifest("near", where, began, f"{where}/app.sql.gz")
    return google


def drill(patch: pytest.MonkeyPatch, sql: CloudSql) -> tuple[int, Google]:
    google = vault(patch, sql)
    return drills.main(["drill"]), google


def proofs(google: Google) -> list[str]:
    return [name for name in google.buckets.get("near", {}) if name.startswith("proofs/drill/")]


def failure(capsys: pytest.CaptureFixture[str]) -> str:
    (wrong,) = [line for line in lines(capsys) if line["severity"] == "ERROR"]
    said: str = wrong["failure"]
    return said
