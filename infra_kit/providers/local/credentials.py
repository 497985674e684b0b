"""Credentials that links made, kept in the box of the server that they are for: they outlive a lost Pulumi state, and
whatever writes the server's configuration finds them."""

from __future__ import annotations

import fcntl
import json
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from infra_kit.providers.local import home
from infra_kit.providers.local.box import Box


@dataclass(frozen=True)
class Credential:
    """A user of a server."""

    user: str
    password: str
    rights: Mapping[str, Any]
    """What its link grants, as the module of its kind reads it."""


def kept(box: Box) -> list[Credential]:
    """All of a server, by the user's name."""
    return [_read(file) for file in sorted(_folder(box).glob("*.json"))]


def find(box: Box, user: str) -> Credential | None:
    file = _file(box, user)
    return _read(file) if file.exists() else None


def holders(box: Box, user: str) -> list[Box]:
    """The boxes of its stack that keep a credential of this user."""
    files = (box.home / box.stack).glob(f"*/links/{user}.json")
    return [Box(box.home, box.stack, file.parent.parent.name) for file in files]


def keep(box: Box, credential: Credential) -> None:
    """Readable by the servers' user alone."""
    home.make_private(_folder(box), box.user)
    home.write_private(_file(box, credential.user), json.dumps(asdict(credential), indent=1), box.user)


def forget(box: Box, user: str) -> None:
    _file(box, user).unlink(missing_ok=True)


@contextmanager
def changing(box: Box) -> Iterator[None]:
    """Links are made side by side: one at a time may change a server's users."""
    descriptor = os.open(box.path / "links.lock", os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)


def _folder(box: Box) -> Path:
    return box.path / "links"


def _file(box: Box, user: str) -> Path:
    return _folder(box) / f"{user}.json"


def _read(file: Path) -> Credential:
    return Credential(**json.loads(file.read_text()))
