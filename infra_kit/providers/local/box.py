"""Box: the directory of one server, and the record in it of what must not change: ports, secrets, version."""

from __future__ import annotations

import json
import secrets
import shutil
from contextlib import suppress
from dataclasses import asdict, dataclass, field
from functools import cached_property
from pathlib import Path
from signal import SIGTERM
from typing import Any

from infra_kit.errors import ServerError
from infra_kit.home import is_project
from infra_kit.providers.local import home as homes
from infra_kit.providers.local import kept_ports, ports
from infra_kit.providers.local.process import STOP_SECONDS, Process

RECORD = "server.json"
ASIDE = "data.before-"
"""What begins the name of data that a restore over it has put aside; its time follows."""
RESTORING = "-restoring"
"""What ends the name of the box that a restore over it fills first, and that goes last."""


@dataclass
class Record:
    """What a server keeps for its whole life, beside its data: it outlives a lost Pulumi state."""

    kind: str
    """`local/postgres`."""
    ports: list[int]
    secrets: dict[str, str]
    facts: dict[str, str] = field(default_factory=dict)
    """What its data is bound to, e.g. Postgres's major version."""
    inputs: dict[str, Any] = field(default_factory=dict)
    """What was asked of a server that can be backed up: one like it is made of them when a copy is restored."""
    restored_of: str = ""
    """The component that it is a restored copy of, beside it: no part of the stack."""
    owner: str = ""
    """The project it was made for, by its root: a copied project must not touch the original's servers."""
    stop: int = SIGTERM
    """The signal that ends it in good order."""
    stop_seconds: float = STOP_SECONDS
    """How long it may take to end by itself."""
    made_with: str = ""
    """The version of infra-kit that last wrote its configuration."""
    program: str = ""
    program_stamp: str = ""
    """What runs, and which build of it: an upgraded wheel gets a restart."""
    started_with: str = ""
    """Digest of the configuration that the running process was started with."""


@dataclass(frozen=True)
class Box:
    """`<home>/<stack>/<name>`: `data`, `conf`, the record, the log, the lock."""

    home: Path
    stack: str
    name: str
    user: homes.User = field(default_factory=homes.server_user)

    @cached_property
    def path(self) -> Path:
        return self.home / self.stack / self.name

    @property
    def data(self) -> Path:
        return self.path / "data"

    @property
    def conf(self) -> Path:
        return self.path / "conf"

    @cached_property
    def process(self) -> Process:
        return Process(self.name, self.path)

    @property
    def exists(self) -> bool:
        return (self.path / RECORD).exists()

    @property
    def record(self) -> Record:
        try:
            return Record(**json.loads((self.path / RECORD).read_text()))
        except (ValueError, TypeError) as error:
            raise ServerError(
                f"{self.name}: {self.path / RECORD} cannot be read ({error}). It keeps its ports and passwords: "
                "bring it back from a copy, or move the directory away to begin anew. Nothing was deleted."
            ) from error

    def save(self, record: Record) -> None:
        homes.write_private(self.path / RECORD, json.dumps(asdict(record), indent=1), self.user)

    def write(self, name: str, text: str) -> Path:
        """Writes a configuration file, readable by the server alone."""
        file = self.conf / name
        if not file.exists() or file.read_text() != text:
            homes.write_private(file, text, self.user)
        return file

    def open(self, kind: str, port_count: int, secret_names: tuple[str, ...], wanted: int | None) -> Record:
        """The box's record; made, with directories, free ports and fresh secrets, where there is none yet."""
        if self.exists:
            self.require_ours()
        self.put_back()
        for directory in (self.path, self.data, self.conf):
            homes.make_private(directory, self.user)
        with kept_ports.alone():
            if not self.exists:
                self._require_no_data()
                ports.require_free(self.name, [wanted] if wanted else [])
                picked = ports.pick(str(self.path), port_count, self._reserved() | kept_ports.taken(), wanted)
                self.save(Record(kind, picked, {name: secrets.token_urlsafe(24) for name in secret_names}))
            record = self.record
            kept_ports.note(self.path / RECORD, record.ports)
        record.owner = str(homes.current_project() or record.owner)
        if record.kind != kind:
            raise ServerError(
                f"{self.name}: {self.path} holds the data of a {record.kind}, and a {kind} is wanted there. Give the "
                "component another name, or move that directory away. Nothing was deleted."
            )
        return record

    def put_back(self) -> None:
        """What a restore has put aside, and was killed before it replaced it, is the data again."""
        if self.was_put_aside:
            max(self.path.glob(f"{ASIDE}*")).rename(self.data)

    @property
    def was_put_aside(self) -> bool:
        """By a restore that was killed. One that came to its end leaves what it replaced too, which is older than the
        data that is gone."""
        under_way = self.path.with_name(f"{self.name}{RESTORING}").exists()
        return under_way and not self.data.exists() and any(self.path.glob(f"{ASIDE}*"))

    def require_ours(self) -> None:
        """Raises `ServerError` where the box belongs to another project that still stands."""
        here = homes.current_project()
        if here and self.is_foreign_to(here):
            raise ServerError(
                f"{self.name}: {self.path} belongs to the project in {self.record.owner}, and this one is in {here}. "
                f"Was it copied together with its state? Remove {here / '.infra-kit'} in the copy, which then begins "
                "anew. Nothing was changed."
            )

    def is_foreign_to(self, project: Path) -> bool:
        """Whether it was made for another project, and that one has not just moved here."""
        owner = self.record.owner
        return bool(owner) and Path(owner) != project and is_project(Path(owner))

    def _require_no_data(self) -> None:
        if any(self.data.iterdir()):
            raise ServerError(
                f"{self.name}: {self.data} holds data, but {self.path / RECORD}, which keeps its ports and passwords, "
                "is gone. Bring that file back, or move the directory away to begin anew. Nothing was deleted."
            )

    def destroy(self) -> None:
        """Deletes the server's data for good, and the stack's directory with its last server."""
        shutil.rmtree(self.path)
        with suppress(OSError):
            self.path.parent.rmdir()

    def _reserved(self) -> frozenset[int]:
        """Ports kept by servers of every stack here, running or not, also where no note is left of them."""
        return frozenset(port for file in self.home.glob(f"*/*/{RECORD}") for port in _ports_in(file))


def _ports_in(record: Path) -> list[int]:
    """None of a record that cannot be read: its own server says so when it is its turn."""
    try:
        return list(json.loads(record.read_text())["ports"])
    except (ValueError, KeyError):
        return []
