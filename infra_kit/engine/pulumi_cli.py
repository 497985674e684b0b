"""The Pulumi CLI: the one that is there, else the one of Pulumi's own installer, else one built from Go modules."""

from __future__ import annotations

import fcntl
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from infra_kit.engine.display import Progress
from infra_kit.errors import EngineError, PulumiNotFoundError

Version = tuple[int, int, int]

MINIMUM: Version = (3, 192, 0)
"""The oldest CLI that this package was tried with; tools/pulumi/go.mod pins the same one."""
INSTALLER_SECONDS = 300.0
"""How long Pulumi's installer may take before the build from Go modules has its turn (it loads about 150 MB)."""
GO_ELSEWHERE = "/usr/local/go/bin"
"""Where Go's own installation puts it, which many a PATH lacks."""

_COMMANDS = (
    "github.com/pulumi/pulumi/pkg/v3/cmd/pulumi",
    "github.com/pulumi/pulumi/sdk/python/cmd/pulumi-language-python/v3",
)
_HELPERS = ("cmd/pulumi-language-python-exec", "dist/pulumi-resource-pulumi-python")
_SDK = "github.com/pulumi/pulumi/sdk/v3"


def ensure(progress: Progress) -> Path:
    """The folder of a CLI that is recent enough; gets one if there is none. Raises PulumiNotFoundError."""
    if found := find():
        return found
    with _only_one(progress):
        if found := find():
            return found
        try:
            with progress.step("Getting Pulumi with its own installer", long=True, required=False):
                return _install()
        except EngineError as error:
            no_installer = str(error)
            progress.warn(f"Pulumi's own installer {_in_words(no_installer)}; building it with Go instead")
        try:
            with progress.step("Building Pulumi from Go modules (2 to 5 minutes, once)", long=True):
                return _build()
        except EngineError as error:
            no_build = str(error)
    raise PulumiNotFoundError(
        f"infra-kit needs the Pulumi CLI {_text(MINIMUM)} or newer, and could not get it.\n"
        + f"  Pulumi's own installer: {no_installer}\n  The build from Go modules: {no_build}\n"
        + "Install it (https://www.pulumi.com/docs/install/), or install Go 1.24 or newer "
        + "(https://go.dev/dl/) and run this again: the CLI is then built from Go modules."
    )


def _in_words(error: str) -> str:
    return "cannot be reached" if "urlopen error" in error or "timed out" in error else f"failed ({error})"


def find() -> Path | None:
    """The folder of a CLI that is recent enough: the one on PATH, else the newest that infra_kit got earlier."""
    on_path = shutil.which("pulumi")
    candidates = [Path(on_path).parent] if on_path else []
    candidates += sorted(cache().glob("pulumi-*/bin"), key=lambda folder: _parse(folder.parent.name), reverse=True)
    return next((folder for folder in candidates if version(folder) >= MINIMUM), None)


def cache() -> Path:
    """Where the CLIs that infra_kit got are kept, shared by all projects of this user."""
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "infra-kit"


def version(folder: Path) -> Version:
    """The version of the CLI in a folder; (0, 0, 0) if there is none or it cannot run here.

    One that infra_kit got has run here before it was kept, and is named by its version: to ask it again is a quarter of
    a second of every command.
    """
    if folder.parent.parent == cache() and os.access(folder / "pulumi", os.X_OK):
        return _parse(folder.parent.name)
    environment = os.environ | {"PULUMI_SKIP_UPDATE_CHECK": "true"}
    try:
        answer = subprocess.run(
            [folder / "pulumi", "version"], capture_output=True, text=True, timeout=30, env=environment, check=False
        )
    except (OSError, subprocess.TimeoutExpired):
        return (0, 0, 0)
    return _parse(answer.stdout)


def _parse(text: str) -> Version:
    match = re.search(r"(\d+)\.(\d+)\.(\d+)", text)
    return (int(match[1]), int(match[2]), int(match[3])) if match else (0, 0, 0)


def _text(number: Version) -> str:
    return ".".join(str(part) for part in number)


@contextmanager
def _only_one(progress: Progress) -> Iterator[None]:
    cache().mkdir(parents=True, exist_ok=True)
    with (cache() / "install.lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            with progress.step("Waiting for another infra-kit that is getting Pulumi", long=True):
                fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _install() -> Path:
    """Pulumi's installer, in a process of its own: it has no timeout, and it starts children."""
    script = "import sys, socket; socket.setdefaulttimeout(20)\n"
    script += "from pulumi.automation import PulumiCommand; PulumiCommand.install(root=sys.argv[1])"
    with _staging() as root:
        _run([sys.executable, "-c", script, str(root)], timeout=INSTALLER_SECONDS)
        return _keep(root)


def _build() -> Path:
    go = shutil.which("go") or shutil.which("go", path=GO_ELSEWHERE)
    if go is None:
        raise EngineError("there is no Go on PATH")
    module = _module()
    stamp = f"-X github.com/pulumi/pulumi/sdk/v3/go/common/version.Version=v{_text(MINIMUM)}"
    with _staging() as root:
        binaries = root / "bin"
        binaries.mkdir()
        flags = ["-trimpath", "-tags", "osusergo,grpcnotrace", "-ldflags", f"-s -w {stamp}"]
        _run([go, "build", *flags, "-o", str(binaries), *_COMMANDS], cwd=module)
        python = Path(_run([go, "list", "-m", "-f", "{{.Dir}}", _SDK], cwd=module).strip()) / "python"
        for helper in _HELPERS:
            shutil.copyfile(python / helper, binaries / Path(helper).name)
            (binaries / Path(helper).name).chmod(0o755)
        return _keep(root)


def _module() -> Path:
    """The Go module that pins the CLI: in the wheel beside this file, in a clone under tools/."""
    here = Path(__file__).resolve()
    for folder in (here.parent / "gomod", here.parents[2] / "tools" / "pulumi"):
        if (folder / "go.mod").is_file():
            return folder
    raise EngineError("the Go module of the CLI is missing from this installation of infra-kit")


@contextmanager
def _staging() -> Iterator[Path]:
    with tempfile.TemporaryDirectory(dir=cache(), prefix=".getting-", ignore_cleanup_errors=True) as folder:
        root = Path(folder) / "pulumi"
        root.mkdir(mode=0o755)
        yield root


def _keep(root: Path) -> Path:
    """Moves a complete CLI to its lasting place in one rename, so that no half of one is ever found there."""
    got = version(root / "bin")
    if got < MINIMUM:
        raise EngineError(f"what came is {_text(got)}, older than {_text(MINIMUM)}")
    lasting = cache() / f"pulumi-{_text(got)}"
    shutil.rmtree(lasting, ignore_errors=True)  # find() has just refused it
    root.rename(lasting)
    return lasting / "bin"


def _run(command: list[str], *, cwd: Path | None = None, timeout: float | None = None) -> str:
    environment = os.environ | {"CGO_ENABLED": "0"}
    with subprocess.Popen(
        command,
        cwd=cwd,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        process_group=0,
    ) as process:
        try:
            output, errors = process.communicate(timeout=timeout)
        except subprocess.TimeoutExpired:
            raise EngineError(f"not done after {timeout:.0f} s, given up") from None
        finally:
            if process.poll() is None:
                os.killpg(process.pid, signal.SIGKILL)
    if process.returncode != 0:
        raise EngineError(_last_line(errors or output))
    return output


def _last_line(text: str) -> str:
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    return lines[-1] if lines else "it failed without a word"
