"""Programs of SSH, AWS and Google Cloud that do a command's work: they know the user's agents, profiles and second
factors."""

from __future__ import annotations

import shutil
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from typing import TypeVar

from infra_kit.errors import ToolError

EVERY_SECONDS = 2.0

HOW_TO_GET: Mapping[str, str] = {
    "ssh": "install OpenSSH (on Debian and Ubuntu: apt install openssh-client)",
    "aws": "install the AWS CLI, https://docs.aws.amazon.com/cli/latest/userguide/getting-started-install.html",
    "session-manager-plugin": "install it beside the AWS CLI, https://docs.aws.amazon.com/systems-manager/latest/"
    "userguide/session-manager-working-with-install-plugin.html",
    "gcloud": "install the Google Cloud CLI, https://cloud.google.com/sdk/docs/install",
}


def check(*programs: str) -> None:
    """Raises `ToolError` with the way to get it, for a program that is not here."""
    for program in programs:
        if shutil.which(program) is None:
            raise ToolError(f"{program!r} is needed for this, and is not on the PATH: {HOW_TO_GET[program]}.")


def ask(command: Sequence[str], told: str = "") -> str:
    """What a program prints; `told`: what it reads. Raises `ToolError` with its own words when it fails."""
    done = subprocess.run(command, input=told, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise ToolError(failed(command, done.stderr))
    return done.stdout.strip()


T = TypeVar("T")


def found(look: Callable[[], T | None], seconds: float, every: float = EVERY_SECONDS) -> T | None:
    """What is found at last, None once the time is over. No cloud tells when something has begun, so it is asked."""
    deadline = time.monotonic() + seconds
    while not (it := look()) and time.monotonic() < deadline:
        time.sleep(every)
    return it


def failed(command: Sequence[str], said: str) -> str:
    """How it is told: the command, and the end of what it said."""
    lines = said.strip().splitlines() or ["it said nothing"]
    return f"{' '.join(command[:3])} … failed:\n" + "\n".join(lines[-10:])
