"""Whose copies are: one Backup's, which alone writes where they are. Whoever else has the key reads and restores them.

A mark among the copies has the owner's id, a random one that the Backup's box keeps. A machine that takes the place of
one that was lost has another box: its databases are empty yet, and a copy of them must not become the newest.
"""

from __future__ import annotations

import json
import secrets
import socket
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from infra_kit.errors import BackupError
from infra_kit.providers.local import home
from infra_kit.providers.local.backups import settings
from infra_kit.providers.local.backups.repository import Repository
from infra_kit.providers.local.box import Box

FILE = "owner.json"


@dataclass(frozen=True)
class Mark:
    """Among the copies."""

    id: str
    machine: str
    since: str


@dataclass(frozen=True)
class Own:
    """What a Backup's box keeps."""

    id: str
    restored: Sequence[str] = ()
    """The components that were brought back here, over what ran, from copies that are another's yet."""


def require(box: Box, repository: Repository) -> None:
    """Before anything is written. Raises `BackupError` where the copies are another's."""
    if is_ours(box, repository):
        return
    mark, of = _mark(repository), settings.read(box).of
    whose = f"on {mark.machine}, since {mark.since}" if mark else "before copies had an owner's mark"
    lose = " ".join(f"--yes-lose {it}" for it in of)
    raise BackupError(
        "owner",
        f"the copies in {repository.place} are another Backup's ({whose}): nothing is copied there from here, and none "
        f"of them is deleted. To have here what they hold: infra-kit restore {box.name} --over {lose}, which takes the "
        "copies over when all is restored. To go on with what runs here instead: infra-kit backup "
        f"{box.name} --take-over. The other Backup, should it still run, takes none any more then.",
    )


def is_ours(box: Box, repository: Repository) -> bool:
    """Whether a Backup may write; copies that are nobody's, or only its own, are its own from now on."""
    mark = _mark(repository)
    if mark:
        return mark.id == _own(box).id
    report = settings.report(box)
    if not (report.get("copied") or report.get("last_backup")) and repository.files():
        return False
    take(box, repository)
    return True


def take(box: Box, repository: Repository) -> None:
    """From now on the copies are this Backup's."""
    own = Own(_own(box).id)
    repository.put_json(FILE, asdict(Mark(own.id, socket.gethostname(), settings.now().isoformat(timespec="seconds"))))
    _keep(box, own)


def restored(box: Box, repository: Repository, component: str) -> str:
    """Notes that a component was brought back over what ran from copies that are another's; with the last of them they
    are taken over. Returns what that means."""
    own = _own(box)
    back = sorted({*own.restored, component})
    if lacking := [it for it in settings.read(box).of if it not in back]:
        _keep(box, Own(own.id, back))
        return (
            f"Copies are taken here once {', '.join(lacking)} is restored over too, or by: infra-kit backup {box.name} "
            "--take-over."
        )
    take(box, repository)
    return "The copies are this machine's from now on: the Backup that took them before takes no more."


def _mark(repository: Repository) -> Mark | None:
    try:
        (told,) = repository.get_jsons([FILE])
    except BackupError as error:
        if error.check != "missing":
            raise
        return None
    return Mark(**told)


def _own(box: Box) -> Own:
    file = _file(box)
    if not file.exists():
        _keep(box, Own(secrets.token_hex(16)))
    return Own(**json.loads(file.read_text()))


def _keep(box: Box, own: Own) -> None:
    home.write_private(_file(box), json.dumps(asdict(own)), box.user)


def _file(box: Box) -> Path:
    return box.path / FILE
