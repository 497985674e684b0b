"""Backups as their handlers make them, and what is done to them."""

from __future__ import annotations

import dataclasses
import shutil
import subprocess
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from unittest.mock import patch

import psycopg

from infra_kit._dynamic import Props
from infra_kit.providers.local.backups import drill, rclone, run, settings
from infra_kit.providers.local.box import Box
from infra_kit.providers.local.ports import LOOPBACK
from infra_kit.providers.local.servers import backup, object_store, postgres, restore_drill
from tests.live.servers import s3_client
from tests.live.servers.database import props_in

STACK = "test"
KEY = "a passphrase, which the user holds"
NEVER = "0 0 29 2 *"
"""On the 29th of February: tests say themselves when what is done."""


@dataclasses.dataclass
class Safe:
    """A backup of servers in a home."""

    home: Path
    of: Sequence[str]
    store: dict[str, Any] | None = None
    """A bucket as the driver names it. None: a folder."""
    changes: dict[str, Any] = dataclasses.field(default_factory=dict)

    @property
    def props(self) -> Props:
        asked: Props = {
            "kind": "local/backup", "home": str(self.home), "stack": STACK, "name": "safe", "retain": False,
            "of": list(self.of), "schedule": NEVER, "keep": {"every": "7d", "daily": None, "weekly": None},
            "key": KEY, "store": self.store,
        }  # fmt: skip
        return {**asked, **self.changes}

    @property
    def box(self) -> Box:
        return backup.HANDLER.box(self.props)

    def make(self) -> None:
        """The database, where it is one of them, and the backup."""
        if "db" in self.of:
            postgres.HANDLER.ensure(props_in(self.home))
        self.make_backup()

    def make_backup(self) -> None:
        """Its supervisor looks never: a look of its own would be beside those of the tests."""
        with patch.object(backup, "LOOKS", NEVER):
            backup.HANDLER.ensure(self.props)

    def tick(self) -> None:
        """As a supervisor does it every five minutes."""
        run.tick(self.box)

    def take(self) -> None:
        """A whole copy, as when one is due."""
        settings.note(self.box, last_backup=None, copied={})
        self.tick()

    @property
    def report(self) -> dict[str, Any]:
        return settings.report(self.box)

    def box_of(self, name: str) -> Box:
        return Box(self.home, STACK, name)

    def rclone(self, *arguments: str) -> str:
        """rclone with the passphrase, as a user would call it."""
        conf = self.box.conf / settings.RCLONE
        done = subprocess.run(
            [rclone.program(), f"--config={conf}", *arguments], capture_output=True, text=True, check=True
        )
        return done.stdout

    def files(self) -> list[str]:
        return sorted(self.rclone("lsf", "-R", "--files-only", "copies:").split())

    def stored(self, path: str) -> Path:
        """Where a file is in the folder that has the copies, under its encrypted name."""
        (_, encrypted) = self.rclone("cryptdecode", "--reverse", "copies:", path).split()
        return self.box.data / "copies" / STACK / "safe" / encrypted

    def drill(self, checks: dict[str, dict[str, str]] | None = None, rto: str = "15m") -> dict[str, Any]:
        """Makes a drill and runs it once; returns its report. Raises `BackupError` where it fails."""
        props: Props = {
            "kind": "local/restore_drill", "home": str(self.home), "stack": STACK, "name": "drill", "retain": False,
            "backup": "safe", "schedule": NEVER, "checks": checks or {}, "rto": rto,
        }  # fmt: skip
        restore_drill.HANDLER.ensure(props)
        box = restore_drill.HANDLER.box(props)
        drill.run(box)
        return settings.report(box)


def connect(box: Box, database: str = "app") -> psycopg.Connection:
    """As the application does."""
    record = box.record
    return psycopg.connect(
        host=LOOPBACK, port=record.ports[0], user="app", password=record.secrets["password"], dbname=database,
        autocommit=True,
    )  # fmt: skip


def entries(box: Box) -> list[str]:
    with connect(box) as session:
        return [entry for (entry,) in session.execute("SELECT entry FROM ledger ORDER BY id")]


def write(box: Box, *texts: str) -> None:
    with connect(box) as session:
        session.execute("CREATE TABLE IF NOT EXISTS ledger (id serial PRIMARY KEY, entry text)")
        for text in texts:
            session.execute("INSERT INTO ledger (entry) VALUES (%s)", [text])


def moment(box: Box) -> datetime:
    """Now, by the database's own clock, between what was and what will be written."""
    with connect(box) as session:
        row = session.execute("SELECT clock_timestamp()").fetchone()
    assert row
    now: datetime = row[0]
    return now.astimezone(UTC)


def destroy(box: Box) -> None:
    """As a broken disk does it."""
    box.process.stop()
    shutil.rmtree(box.path)


def bucket(home: Path, name: str, **changes: Any) -> tuple[Props, dict[str, Any]]:
    """A store, and as a Backup's driver names it."""
    props = s3_client.props(home, name=name, bucket=f"shop-{name}", **changes)
    _, outs = object_store.HANDLER.ensure(props)
    told = {key: outs["public"][key] for key in ("bucket", "s3_endpoint", "region", "access_key")}
    return outs, {**told, "secret_key": outs["private"]["secret_key"], "force_path_style": True}
