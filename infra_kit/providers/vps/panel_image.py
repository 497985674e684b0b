"""The image of a panel, built on the host: this package's `infra_kit.panel`, and what it needs, by hashes.

No registry has it, so whoever runs infra_kit needs none, and what runs is what is installed here. The host's Docker
gets it as an archive on standard input: no path of this machine stands in the state.
"""

from __future__ import annotations

import base64
import gzip
import io
import tarfile
from functools import cache
from pathlib import Path

import pulumi

import infra_kit.panel
from infra_kit.component import Scope
from infra_kit.providers.vps import images, ssh

BUILD = "base64 -d | docker build --quiet --pull=false --tag infra-kit-panel -"
"""Prints the image's id, which names its content."""
_LEFT_OUT = "__pycache__"


def build(scope: Scope, role: str = "image") -> pulumi.Output[str]:
    """Has the host build it: the child `role` of the component. Returns the id by which containers name it."""
    built = ssh.run(scope, role, BUILD, stdin=archive())
    return built.stdout.apply(str.strip)


@cache
def archive() -> str:
    """All that Docker is to build of, the same bytes for the same package: only another one is another image."""
    home = Path(infra_kit.panel.__path__[0])
    files = sorted(it for it in home.rglob("*") if it.is_file() and _LEFT_OUT not in it.parts)
    packed = io.BytesIO()
    with gzip.GzipFile(fileobj=packed, mode="wb", mtime=0) as zipped, tarfile.open(fileobj=zipped, mode="w") as tar:
        _add(tar, "Dockerfile", _dockerfile(home))
        for file in files:
            _add(tar, f"panel/{file.relative_to(home)}", file.read_bytes())
    return base64.encodebytes(packed.getvalue()).decode()


def _dockerfile(home: Path) -> bytes:
    text = (home / "container" / "Dockerfile").read_text()
    return text.replace("@python@", images.PYTHON.reference).encode()


def _add(tar: tarfile.TarFile, name: str, content: bytes) -> None:
    """Of nobody, at no time."""
    entry = tarfile.TarInfo(name)
    entry.size, entry.mode = len(content), 0o644
    tar.addfile(entry, io.BytesIO(content))
