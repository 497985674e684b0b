"""Where the local target keeps its data, and as whom its servers run."""

from __future__ import annotations

import os
import secrets
from dataclasses import dataclass
from pathlib import Path

from infra_kit import home as private
from infra_kit.errors import ConfigError, ServerError

SYSTEM_HOME = Path("/var/lib/infra-kit")


def for_program() -> Path:
    """The home of the project whose program runs now."""
    return of_project(Path(project()))


def project() -> str:
    """The folder of the project whose program runs now. Raises `ConfigError`."""
    import pulumi.runtime  # noqa: PLC0415  only programs ask; it is half the time of `infra-kit status`

    folder: str | None = pulumi.runtime.get_root_directory()
    if folder is None:
        raise ConfigError(
            "the target 'local' keeps its servers' data in the project's folder, and this program has none: it is an "
            "inline program of the Automation API, for which Pulumi tells no folder. Put it into a folder with a "
            "Pulumi.yaml and run that: create_or_select_stack(stack_name=…, work_dir=…)."
        )
    return folder


def of_project(root: Path) -> Path:
    """The project's home; for root, unless `$INFRA_KIT_HOME` says otherwise, `/var/lib/infra-kit/<project>`.

    Servers that refuse to run as root run as another user, who cannot enter root's own directories.
    """
    if os.geteuid() == 0 and not os.environ.get(private.VARIABLE):
        return SYSTEM_HOME / private.mark(root)
    return private.of_project(root)


def cache() -> Path:
    """Shared by all projects of this user."""
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "infra-kit"


def current_project() -> Path | None:
    """The project that the engine works for: its provider runs in the program's directory. None outside of any."""
    here = Path.cwd().resolve()
    return next((place for place in (here, *here.parents) if private.is_project(place)), None)


@dataclass(frozen=True)
class User:
    """As whom servers run."""

    uid: int
    gid: int

    @property
    def prefix(self) -> list[str]:
        """Put before a command, runs it as this user.

        Not `Popen(user=…)`: with it Python forks instead of vforks, which gRPC, whose threads run in the engine's
        provider, does not survive unharmed.
        """
        if self.uid == os.geteuid():
            return []
        return ["setpriv", f"--reuid={self.uid}", f"--regid={self.gid}", "--clear-groups", "--"]


def caller() -> User:
    """Whoever runs `up`."""
    return User(os.geteuid(), os.getegid())


def server_user() -> User:
    """Nobody for root, because Postgres refuses root and the others need none of its rights; else ourselves."""
    if os.geteuid() != 0:
        return caller()
    import pwd  # noqa: PLC0415  POSIX only

    nobody = pwd.getpwnam("nobody")
    return User(nobody.pw_uid, nobody.pw_gid)


def make_private(path: Path, user: User) -> None:
    """Makes a directory that only the servers' user can enter. Its parents can be passed, not listed, by others."""
    try:
        for parent in reversed([p for p in path.parents if not p.exists()]):
            parent.mkdir(mode=0o711, exist_ok=True)
        path.mkdir(mode=0o700, exist_ok=True)
        os.chown(path, user.uid, user.gid)
    except OSError as error:
        raise ServerError(
            f"cannot make the directory {path}: {error.strerror}. Give this user a writable place there, or set "
            "INFRA_KIT_HOME to one. Nothing was changed."
        ) from error


def write_private(path: Path, text: str, user: User) -> None:
    """Writes a file that only the servers' user can read, whole or not at all."""
    fresh = path.with_name(f"{path.name}.{secrets.token_hex(4)}")
    try:
        with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
            file.write(text)
            os.fchown(file.fileno(), user.uid, user.gid)
        fresh.replace(path)
    except OSError as error:
        fresh.unlink(missing_ok=True)
        raise ServerError(f"cannot write {path}: {error.strerror}. Nothing was changed.") from error
