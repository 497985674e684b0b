"""Gathers, keeps, ships and archives, each beside the others: a sink that hangs stops nothing else.

What is kept is committed together with where each source got to: after a crash nothing is missing, and nothing is there
twice.
"""

from __future__ import annotations

import threading
import time
import traceback
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timezone
from functools import partial
from pathlib import Path
from typing import Any

from .archive import Archive, Bucket
from .kept import Kept, LogClass
from .lines import Said, as_kept, now
from .shipping import Shipper, Sink, sinks
from .sources import Position, Source
from .state import read, write

TICK = 0.5
"""Seconds between two looks, where there is nothing new."""
LOOKS_EVERY = 5.0
"""Seconds between two looks for sources that came and went."""
TIDIES_EVERY = 30.0
REPORTS_EVERY = 5.0

Open = Callable[[Position | None], Source]


@dataclass(frozen=True)
class Settings:
    """What it is told."""

    generation: str
    classes: Mapping[str, LogClass]
    sinks: list[Sink]
    bucket: Mapping[str, Any] | None = field(repr=False)
    prefix: str
    """Before the names of what is archived."""

    @classmethod
    def of(cls, generation: str, told: Mapping[str, Any], host: Callable[[str], str]) -> Settings:
        classes = {name: LogClass(**it) for name, it in told["classes"].items()}
        return cls(generation, classes, sinks(told["sinks"], host), told["bucket"], told["prefix"])


class Collector:
    """All that is kept in one folder."""

    def __init__(
        self,
        folder: Path,
        settings: Settings,
        find: Callable[[], Mapping[str, Open]],
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._folder = folder
        self._settings = settings
        self._find = find
        self._clock = clock
        self._file = folder / "collected.json"
        self.kept = Kept(folder, settings.classes, clock)
        self._shippers = [Shipper(sink, self.kept, folder) for sink in settings.sinks]
        bucket = settings.bucket
        self._archive = Archive(Bucket(bucket), settings.prefix, self.kept, folder) if bucket else None
        self._sources: dict[str, Source] = {}
        self._positions: dict[str, Position] = {}
        self._failure = ""

    def run(self, ending: threading.Event) -> None:
        """Until it is asked to end, or until one of its works fails. It returns when all of them have ended: whoever
        takes over would post, or compress, the same beside them."""
        self.begin()
        works = (*(partial(self._ship, it) for it in self._shippers), self._tidy, self._report)
        threads = [threading.Thread(target=_work, args=(work, ending), daemon=True) for work in works]
        for thread in threads:
            thread.start()
        try:
            self._collect(ending)
        finally:
            ending.set()
            for thread in threads:
                thread.join()

    def _collect(self, ending: threading.Event) -> None:
        looked = float("-inf")
        while not ending.is_set():
            if time.monotonic() - looked >= LOOKS_EVERY:
                looked = time.monotonic()
                self.look()
            if not self.gather():
                ending.wait(TICK)
        self.gather()

    def begin(self) -> None:
        """From what was committed last."""
        known = read(self._file)
        self.kept.take_back(known and known["kept"])
        self._positions = dict(known["sources"]) if known else {}

    def look(self) -> None:
        """Opens sources that came, and closes those that went and that were read to their end."""
        found = self._find()
        for key in found.keys() - self._sources.keys():
            source = self._sources[key] = found[key](self._positions.get(key))
            if source.lost:
                self._say(f"lines of {key} were rotated away before they were read")
        for key in self._sources.keys() - found.keys():
            self._drain(self._sources.pop(key))
        for key in self._positions.keys() - found.keys():
            del self._positions[key]

    def gather(self) -> bool:
        """Takes what was written since, and commits it; whether there was anything. A full disk ends the program, and
        the next one goes on from what was committed."""
        took = False
        for source in self._sources.values():
            for said in source.read():
                self._keep(said)
                took = True
        if self.kept.turn() or took:
            self._commit()
        return took

    def _drain(self, source: Source) -> None:
        while lines := list(source.read()):
            for said in lines:
                self._keep(said)
        source.close()
        self._commit()

    def _keep(self, said: Said) -> None:
        of, line = as_kept(said, self._settings.classes)
        self.kept.write(of, line)

    def _say(self, text: str) -> None:
        print(text, flush=True)
        self._keep(Said("logs", "collector", text, now()))
        self._commit()

    def _commit(self) -> None:
        committed = self.kept.commit()
        self._positions.update({key: at for key, it in self._sources.items() if (at := it.position) is not None})
        write(self._file, {"kept": committed, "sources": self._positions})
        self.kept.settled(committed)

    def _ship(self, shipper: Shipper, ending: threading.Event) -> None:
        while not ending.is_set():
            if not shipper.step():
                ending.wait(shipper.delay or TICK)

    def _tidy(self, ending: threading.Event) -> None:
        while not ending.is_set():
            self.tidy()
            ending.wait(TIDIES_EVERY)

    def tidy(self) -> None:
        """Compresses, archives, deletes."""
        archive = self._archive
        try:
            self.kept.compress()
            if archive:
                archive.step(datetime.fromtimestamp(self._clock(), timezone.utc).date())  # noqa: UP017  3.10
            self.kept.expire(archive.has if archive else lambda _, __: False)
            self._failure = ""
        except OSError as error:
            if not self._failure:
                print(f"files cannot be tidied up: {error}; it is tried again", flush=True)
            self._failure = str(error)

    def _report(self, ending: threading.Event) -> None:
        while not ending.is_set():
            try:
                self.report()
            except OSError:
                traceback.print_exc()
            ending.wait(REPORTS_EVERY)

    def report(self) -> None:
        """`report.json`: by which configuration it goes, and how sinks and the archive do."""
        told = {
            "generation": self._settings.generation,
            "looked": now(),
            "sinks": {it.sink.name: it.told for it in self._shippers},
            "archive": self._archive.failure if self._archive else "",
            "failure": self._failure,
        }
        write(self._folder / "report.json", told)


def _work(work: Callable[[threading.Event], None], ending: threading.Event) -> None:
    """What fails ends all of it, and whoever keeps the program running starts another: none goes on half."""
    try:
        work(ending)
    finally:
        ending.set()
