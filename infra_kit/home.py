"""Home: the private folder of a project on this machine: state, passphrase, locks, and what the local target keeps."""

from __future__ import annotations

import os
import secrets
from pathlib import Path

VARIABLE = "INFRA_KIT_HOME"


def of_project(root: Path) -> Path:
    """`<project>/.infra-kit`; with `$INFRA_KIT_HOME`, the project's own folder below it."""
    base = os.environ.get(VARIABLE)
    if not base:
        return _own(root)
    return (root / Path(base).expanduser()).resolve() / mark(root)


def mark(root: Path) -> str:
    """`<folder>-<random>`: tells two clones of one name apart, and stays with its clone when that is moved."""
    file = _own(root) / "id"
    if not file.exists():
        file.parent.mkdir(parents=True, exist_ok=True)
        fresh = file.with_name(f"id.{os.getpid()}.{secrets.token_hex(2)}")
        fresh.write_text(f"{root.resolve().name}-{secrets.token_hex(4)}")
        try:
            os.link(fresh, file)  # unlike a rename, a link never overwrites: of two at once the first one counts
        except FileExistsError:
            pass
        finally:
            fresh.unlink()
    return file.read_text()


def is_project(place: Path) -> bool:
    """Whether a folder is a Pulumi project."""
    return any((place / name).exists() for name in ("Pulumi.yaml", "Pulumi.yml"))


def _own(root: Path) -> Path:
    return root.resolve() / ".infra-kit"
