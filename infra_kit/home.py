"""Home: the private folder of a project on this machine: state, passphrase, locks, and what the local target keeps."""

from __future__ import annotations

import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from infra_kit.errors import ConfigError

VARIABLE = "INFRA_KIT_HOME"


def of_project(root: Path) -> Path:
    """`<project>/.infra-kit`; with `$INFRA_KIT_HOME`, the project's own folder below it."""
    chosen = base(root)
    return chosen / mark(root) if chosen else _own(root)


def base(root: Path) -> Path | None:
    """What `$INFRA_KIT_HOME` names, if it is set; a relative path begins at the project."""
    given = os.environ.get(VARIABLE)
    return (root / Path(given).expanduser()).resolve() if given else None


def mark(root: Path) -> str:
    """`<folder>-<random>`: tells two clones of one name apart, and stays with its clone when that is moved."""
    file = _own(root) / "id"
    if not file.exists():
        make(root)
        fresh = file.with_name(f"id.{os.getpid()}.{secrets.token_hex(2)}")
        with refusals_told():
            fresh.write_text(f"{root.resolve().name}-{secrets.token_hex(4)}")
        try:
            os.link(fresh, file)  # unlike a rename, a link never overwrites: of two at once the first one counts
        except FileExistsError:
            pass
        finally:
            fresh.unlink()
    return file.read_text()


def make(root: Path) -> None:
    """Makes `<project>/.infra-kit`, which git must never take: it holds the passphrase. Raises `ConfigError`."""
    own = _own(root)
    with refusals_told():
        own.mkdir(parents=True, exist_ok=True)
        (own / ".gitignore").write_text("*\n")
        chosen = base(root)
        if chosen:
            chosen.mkdir(mode=0o711, parents=True, exist_ok=True)


@contextmanager
def refusals_told() -> Iterator[None]:
    """What the system refuses (no rights, no room, no such place) becomes a `ConfigError` with the way out."""
    try:
        yield
    except OSError as error:
        raise ConfigError(
            f"cannot write infra_kit's private {error.filename}: {error.strerror}. Give this user a writable place "
            f"there, or set {VARIABLE} to one."
        ) from error


def plan_file(root: Path, stack: str) -> Path:
    """Where `infra-kit up` leaves what the planner says of a stack, for its Panel."""
    return of_project(root) / "plans" / f"{stack}.json"


def is_project(place: Path) -> bool:
    """Whether a folder is a Pulumi project."""
    return any((place / name).exists() for name in ("Pulumi.yaml", "Pulumi.yml"))


def _own(root: Path) -> Path:
    return (root / ".infra-kit").resolve()
