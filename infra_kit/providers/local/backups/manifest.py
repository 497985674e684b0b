"""A copy: what a run has written, and what a restore of it must show."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from infra_kit.errors import BackupError
from infra_kit.providers.common.by_hand import shown
from infra_kit.providers.local.backups.repository import Part, Repository

FOLDER, FILE = "copies", "manifest.json"
FORM = "%Y%m%dT%H%M%SZ"


@dataclass(frozen=True)
class Copy:
    """One run's."""

    name: str
    """The time at which it began, which orders them."""
    components: Mapping[str, Mapping[str, Any]]
    """By component what its module (`postgres`, `redis` …) noted: of those that were due and could be copied."""

    @property
    def time(self) -> datetime:
        return time_of(self.name)

    @property
    def folder(self) -> str:
        return f"{FOLDER}/{self.name}"


def name_of(time: datetime) -> str:
    return time.astimezone(UTC).strftime(FORM)


def time_of(name: str) -> datetime:
    return datetime.strptime(name, FORM).replace(tzinfo=UTC)


def write(repository: Repository, copy: Copy) -> None:
    """Last: before it there is no copy."""
    repository.put_json(f"{copy.folder}/{FILE}", {"name": copy.name, "components": copy.components})


def read(repository: Repository, names: Sequence[str]) -> list[Copy]:
    return [Copy(**it) for it in repository.get_jsons([f"{FOLDER}/{name}/{FILE}" for name in names])]


def names(files: Mapping[str, int]) -> list[str]:
    """Of the whole copies among the files of a repository, oldest first."""
    parts = (path.split("/") for path in files)
    return sorted(part[1] for part in parts if len(part) == 3 and part[0] == FOLDER and part[2] == FILE)


def newest_first(repository: Repository) -> Iterator[Copy]:
    for name in reversed(names(repository.files(FOLDER))):
        yield from read(repository, [name])


def newest(repository: Repository, of: Sequence[str]) -> dict[str, Copy]:
    """Of each component the newest copy that it is in. Raises `BackupError` where one has none."""
    found: dict[str, Copy] = {}
    for copy in newest_first(repository):
        found = {**dict.fromkeys(copy.components, copy), **found}
        if found.keys() >= set(of):
            return {it: found[it] for it in of}
    raise BackupError("missing", f"there is no whole copy yet of {', '.join(it for it in of if it not in found)}")


def last_before(repository: Repository, component: str, to: datetime | None) -> Copy:
    """The last one of a component that was whole before the moment. Raises `BackupError` where there is none."""
    known = names(repository.files(FOLDER))
    for name in reversed(known):
        if to and time_of(name) > to:
            continue
        (copy,) = read(repository, [name])
        if component in copy.components and (to is None or _ended(copy, component) <= to):
            return copy
    earliest = (_ended(copy, component) for copy in read(repository, known) if component in copy.components)
    when, first = "yet", min(earliest, default=None)
    if to and first:
        when = f"before {shown(to)}. The earliest that can be restored: --to {first.isoformat()}"
    raise BackupError("missing", f"{component}: there is no whole copy {when}.")


def _ended(copy: Copy, component: str) -> datetime:
    """From when on the copy can be restored: a base backup is only whole with the log that was written meanwhile."""
    until = copy.components[component].get("until")
    return datetime.fromisoformat(until) if until else copy.time


def parts(copy: Copy) -> Iterator[Part]:
    """All files that a copy needs, but for its manifest and the log."""
    for noted in copy.components.values():
        for it in noted["parts"]:
            yield Part(**it)
