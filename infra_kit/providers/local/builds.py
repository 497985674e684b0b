"""Programs of the servers: found in their wheels, and put where the servers' user can run them."""

from __future__ import annotations

import importlib.util
import os
import shutil
import stat
import sys
import tempfile
import zlib
from functools import cache
from pathlib import Path

from infra_kit._installation import pip_install
from infra_kit.errors import ServerError
from infra_kit.providers.local.home import SYSTEM_HOME, server_user


def package(module: str) -> Path | None:
    """Where an installed package stands; it is not imported."""
    found = importlib.util.find_spec(module)
    return Path(found.origin).parent if found and found.origin else None


def script(name: str) -> Path:
    """A program that a wheel put beside the interpreter."""
    return runnable(Path(sys.prefix) / "bin" / name)


@cache
def runnable(path: Path) -> Path:
    """A program or a package directory where the servers' user can run it.

    That is the place itself, unless root's own directories, which are closed to that user, are above it: then a copy
    (hard links where the file system allows) under `/var/lib/infra-kit/programs`.
    """
    if not path.exists():
        raise ServerError(f"{path} is missing: its package is not installed. Run: {pip_install('local')}")
    if server_user().uid == os.geteuid() or _is_open_to_others(path):
        return path
    mark = zlib.crc32(f"{path}{path.stat().st_mtime_ns}".encode())
    place = SYSTEM_HOME / "programs" / f"{path.name}-{mark:08x}"
    if not place.exists():
        _stage(path, place)
    return place / path.name


def _is_open_to_others(path: Path) -> bool:
    return all(place.stat().st_mode & stat.S_IXOTH for place in (path, *path.parents))


def _stage(path: Path, place: Path) -> None:
    """Copies the path, and the libraries that its wheel keeps in `<name>.libs` beside it, whole or not at all."""
    place.parent.mkdir(mode=0o711, parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=place.parent) as scratch:
        Path(scratch).chmod(0o711)
        for source in (path, path.with_name(f"{path.name}.libs")):
            if source.is_dir():
                shutil.copytree(source, Path(scratch) / source.name, symlinks=True, copy_function=_link)
            elif source.exists():
                _link(str(source), str(Path(scratch) / source.name))
        try:
            Path(scratch).rename(place)
        except OSError:
            if not place.exists():
                raise
        else:
            Path(scratch).mkdir()


def _link(source: str, destination: str) -> None:
    try:
        os.link(source, destination)
    except OSError:
        shutil.copy2(source, destination)
