"""A backup: runs on a schedule, by a supervisor."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any, ClassVar

import psycopg

from infra_kit._dynamic import Props
from infra_kit.providers.local.backups import postgres_log, rclone, settings
from infra_kit.providers.local.box import Box, Record
from infra_kit.providers.local.server import box_of
from infra_kit.providers.local.servers.own_program import OwnProgram

LOOKS = "*/5 * * * *"
"""How often the log follows: no more than that is lost (seeds/001 asks for less than an hour)."""
DAY = 24 * 3600.0


class OwnRuns(OwnProgram):
    """Runs of a program of ours, each to its end."""

    DOES: str

    def schedule(self, props: Props) -> str:
        return str(props["schedule"])

    def module(self, box: Box) -> list[str]:
        return ["infra_kit.providers.local.backups", self.DOES, str(box.home), box.stack, box.name]

    def wanted(self, box: Box, record: Record, props: Props) -> dict[str, Any]:  # noqa: ARG002
        return {"instances": 0, "runs": {"schedule": self.schedule(props), "timeout": DAY, "retries": 0}}

    def work_seconds(self, props: Props) -> float:  # noqa: ARG002
        return 0

    def outputs(self, box: Box, record: Record, props: Props) -> tuple[dict[str, Any], dict[str, Any]]:  # noqa: ARG002
        return {"log": str(box.process.log), "report": str(settings.report_file(box))}, {}


class BackupServer(OwnRuns):
    KIND = "local/backup"
    DOES = "tick"
    SECRETS: ClassVar[tuple[str, ...]] = ("key",)
    """Of copies that stay on this machine; others are encrypted with the user's own."""

    def holds(self, box: Box, props: Props) -> Path | None:
        """Copies that stay on this machine."""
        return None if props.get("store") else _copies(box)

    def forget_data(self, box: Box, record: Record) -> None:
        """The first copy is due."""
        super().forget_data(box, record)
        settings.report_file(box).unlink(missing_ok=True)

    def schedule(self, props: Props) -> str:  # noqa: ARG002
        return LOOKS

    def write(self, box: Box, record: Record, props: Props) -> None:
        asked = {key: props.get(key) for key in ("of", "schedule", "keep", "lock")}
        box.write(settings.FILE, json.dumps(asked))
        key = props.get("key") or record.secrets["key"]
        box.write(settings.RCLONE, rclone.configuration(_store(box, props), key, _folder(box), props.get("lock")))

    def refuse(self, olds: Props, news: Props) -> Mapping[str, str]:
        same_place = _place(box_of(olds), olds) == _place(box_of(news), news) if olds else False
        # In a preview, what is not known yet is not there.
        if not same_place or not news.get("key") or olds.get("key") == news["key"]:
            return {}
        return {
            "key": f"{news['name']}: another key cannot read the copies that are there. The safe way: leave it, add a "
            "second Backup by another name with the new key, and remove this one when its copies are no longer needed."
        }

    def outputs(self, box: Box, record: Record, props: Props) -> tuple[dict[str, Any], dict[str, Any]]:
        public, private = super().outputs(box, record, props)
        return {**public, "place": _place(box, props)}, private

    def delete(self, resource_id: str, props: Props) -> None:
        """The servers let go of the log that they keep for it, when no run is left that could claim it anew."""
        box = self.box(props)
        if box.exists:
            box.require_ours()
            self._stop(box)
            for name in settings.read(box).of:
                _let_go(Box(box.home, box.stack, name), box.name)
        super().delete(resource_id, props)


def _let_go(source: Box, backup: str) -> None:
    if not source.exists or source.record.kind != "local/postgres":
        return
    try:
        postgres_log.forget(source, backup)
    except psycopg.OperationalError:
        return  # it is stopped, and keeps its log until it runs again: 1 GB at most


def _store(box: Box, props: Props) -> Mapping[str, Any]:
    return props.get("store") or {"folder": str(_copies(box))}


def _copies(box: Box) -> Path:
    return box.data / "copies"


def _place(box: Box, props: Props) -> str:
    store = _store(box, props)
    where = f"s3://{store['bucket']}" if store.get("bucket") else store.get("folder", "")
    return f"{where}/{_folder(box)}"


def _folder(box: Box) -> str:
    return f"{box.stack}/{box.name}"


HANDLER = BackupServer()
