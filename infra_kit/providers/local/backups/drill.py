"""A drill: the newest copy is restored into a place of its own, held to what was copied, and removed."""

from __future__ import annotations

import json
import shutil
import time
import zlib
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import psycopg

from infra_kit.durations import seconds
from infra_kit.errors import BackupError, InfraKitError
from infra_kit.providers.common.by_hand import OF_FILES, Proven
from infra_kit.providers.local.backups import failures, manifest, postgres_log, postgres_restored, restore, settings
from infra_kit.providers.local.backups.boxes import Moment
from infra_kit.providers.local.backups.manifest import Copy
from infra_kit.providers.local.backups.repository import Repository
from infra_kit.providers.local.box import RECORD, Box
from infra_kit.providers.local.servers import postgres_roles

FILE = "drill.json"


@dataclass(frozen=True)
class Asked:
    """Of a RestoreDrill."""

    backup: str
    checks: Mapping[str, Mapping[str, Any]]
    """By name: `of`, `database`, `sql`, `expects`."""
    rto: str


@dataclass(frozen=True)
class Failure:
    """A check that failed."""

    check: str
    """`truncated`, `wrong-key`, `missing-log`, `changed`, `rows`, `objects`, `events`, `keys`, `rto`, or the name of
    the user's own."""
    component: str
    text: str

    def __str__(self) -> str:
        return f"{self.check}: {self.component}: {self.text}" if self.component else f"{self.check}: {self.text}"


OWN_CHECKS = {"postgres": "rows", "redis": "keys", "object_store": "objects", "event_bus": "events"}
"""What is compared of each kind, as a check is called."""


def run(box: Box) -> list[Proven]:
    """Once, when the drill that is at work has ended. Raises `BackupError` with all that failed, which the report tells
    too."""
    with settings.alone(box):
        return _run(box)


def _run(box: Box) -> list[Proven]:
    asked = Asked(**json.loads((box.conf / FILE).read_text()))
    drill = Drill(box, asked)
    try:
        failures = drill.failures()
    except (InfraKitError, OSError) as error:
        failures = [Failure(getattr(error, "check", "unreachable"), "", str(error))]
    if failures:
        told = [{"check": it.check, "component": it.component, "text": it.text} for it in failures]
        text = "\n".join(map(str, failures))
        settings.note(box, failure=text, failures=told, failed_at=settings.now().isoformat())
        raise BackupError(failures[0].check, f"the drill failed:\n{text}")
    settings.note(
        box,
        last_proven_restore=settings.now().isoformat(),
        copy=drill.copy_name,
        seconds=round(drill.seconds, 1),
        not_compared=drill.not_compared,
        failure="",
        failures=[],
    )
    return drill.proven


class Drill:
    """One drill."""

    def __init__(self, box: Box, asked: Asked) -> None:
        self._asked = asked
        self._box = box
        self._backup = Box(box.home, box.stack, asked.backup)
        self.copy_name = ""
        self.seconds = 0.0
        """What restoring took, without checking."""
        self.proven: list[Proven] = []
        self.not_compared: list[str] = []
        """Databases whose copy was taken without counts (`without_checksums` of the Backup): their rows are taken on
        trust."""

    def failures(self) -> list[Failure]:
        """All checks that failed; none: the copy is proven."""
        repository = settings.repository(self._backup)
        copies = manifest.newest(repository, settings.read(self._backup).of)
        self.copy_name = max(copy.name for copy in copies.values())
        self.not_compared = [it for it, copy in copies.items() if copy.components[it].get("facts", ()) is None]
        found: list[Failure] = []
        with self._scratch() as stack:
            for component, copy in copies.items():
                found += self._of(component, copy, repository, Box(self._box.home, stack, component))
        limit = seconds(self._asked.rto)
        if self.seconds > limit:
            found.append(Failure("rto", "", f"restoring took {self.seconds:.1f} s, at most {limit} s are asked"))
        return found

    def _of(self, component: str, copy: Copy, repository: Repository, box: Box) -> list[Failure]:
        noted, began = copy.components[component], time.monotonic()
        try:
            with failures.of(component):
                self._require_newest_log(component, noted, repository)
            restore.filled(box, noted, repository, Moment(proves=True))
        except BackupError as error:
            return [Failure(error.check, component, str(error).removeprefix(f"{component}: "))]
        took = time.monotonic() - began
        self.seconds += took
        checks = self._checks(component, noted)
        self.proven.append(Proven(component=component, checks=checks, seconds=took, of=copy.time))
        found = self._compared(component, noted, box)
        if noted["kind"] == "postgres":
            found += self._answers(component, box)
            found += [Failure("changed", component, text) for text in postgres_restored.damages(box, noted)]
        restore.remove(box)
        return found

    def _checks(self, component: str, noted: Mapping[str, Any]) -> list[str]:
        own = [name for name, check in self._asked.checks.items() if check["of"] == component]
        compared = [] if component in self.not_compared else [OWN_CHECKS[noted["kind"]]]
        log = ["missing-log"] if noted["kind"] == "postgres" else []
        return list(dict.fromkeys([*OF_FILES, *log, *compared, *own, "rto"]))  # one of the user's may be called so too

    def _compared(self, component: str, noted: Mapping[str, Any], box: Box) -> list[Failure]:
        kind = noted["kind"]
        try:
            with failures.of(component):
                return [Failure(OWN_CHECKS[kind], component, text) for text in restore.CHECK[kind](box, noted)]
        except BackupError as error:  # what came back cannot be read
            return [Failure(OWN_CHECKS[kind], component, str(error).removeprefix(f"{component}: "))]

    def _require_newest_log(self, component: str, noted: Mapping[str, Any], repository: Repository) -> None:
        """What this machine knows to have been shipped is there: a log that lacks its end looks whole by itself."""
        shipped = settings.report(self._backup).get("log", {}).get(component)
        if not shipped or noted["kind"] != "postgres":
            return
        if postgres_log.reaches(postgres_log.shipped(repository, noted).batches) < datetime.fromisoformat(shipped):
            raise BackupError("missing-log", f"the end of the log is gone: it was shipped until {shipped}")

    def _answers(self, component: str, box: Box) -> Iterator[Failure]:
        for name, check in self._asked.checks.items():
            if check["of"] != component:
                continue
            try:
                with postgres_roles.connect(box.record, check["database"]) as connection:
                    answer = as_psql(connection.execute(check["sql"]).fetchall())
            except psycopg.Error as error:
                answer = f"an error: {str(error).strip()}"
            if answer != check["expects"]:
                yield Failure(name, component, f"{check['expects']!r} was expected, and the answer is {answer!r}")

    @contextmanager
    def _scratch(self) -> Iterator[str]:
        """The name of a stack beside the user's own, which no command shows; empty, also after a killed drill."""
        stack = f"drill-{zlib.crc32(f'{self._box.stack}/{self._box.name}'.encode()) & 0xFFFF:04x}"
        self._clear(stack)
        try:
            yield stack
        finally:
            self._clear(stack)

    def _clear(self, stack: str) -> None:
        for file in (self._box.home / stack).glob(f"*/{RECORD}"):
            restore.remove(Box(self._box.home, stack, file.parent.name))
        shutil.rmtree(self._box.home / stack, ignore_errors=True)


def as_psql(rows: Sequence[Sequence[Any]]) -> str:
    """As `psql -At` prints it."""
    return "\n".join("|".join(map(_text, row)) for row in rows)


def _text(value: object) -> str:
    match value:
        case None:
            return ""
        case bool():
            return "t" if value else "f"
    return str(value)
