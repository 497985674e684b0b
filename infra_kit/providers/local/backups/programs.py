"""Programs that read or write a server's files, as its user."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from infra_kit.errors import BackupError
from infra_kit.providers.local.backups.rclone import PIPE
from infra_kit.providers.local.box import Box


@contextmanager
def program(box: Box, command: Sequence[str], **pipes: Any) -> Iterator[tuple[Any, Callable[[], str]]]:
    """A program as the servers' user, and what it has said on its standard error so far."""
    errors = box.path / "backup.err"

    def said() -> str:
        return errors.read_text(errors="replace").strip()[-600:]

    how: dict[str, Any] = {"env": {"PATH": os.defpath, "LANG": "C.UTF-8"}, "cwd": "/", "pipesize": PIPE, **pipes}
    try:
        with (
            errors.open("wb") as words,
            subprocess.Popen([*box.user.prefix, *command], stderr=words, **how) as process,
        ):
            try:
                yield process, said
            except BackupError:
                process.kill()
                raise
        if process.returncode:
            raise BackupError("changed", f"{Path(command[0]).name} failed: {said()}")
    finally:
        errors.unlink()
