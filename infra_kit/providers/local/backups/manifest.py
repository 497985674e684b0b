"""A copy: what a run has written, and what a restore of it must show."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from infra_kit.errors import BackupError
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


def parts(copy: Copy) -> Iterator[Part]:
    """All files that a copy needs, but for its manifest and the log."""
    for noted in copy.components.values():
        for it in noted["parts"]:
            yield Part(**it)
