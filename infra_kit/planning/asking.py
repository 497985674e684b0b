"""A program of this machine that is asked whether something is there: by the doctor, who changes nothing."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

SECONDS = 60
"""How long an answer may take; ssh itself gives up connecting after 15."""
NO_ANSWER = 255
"""As ssh itself exits where it does not come through (https://man.openbsd.org/ssh#EXIT_STATUS)."""


@dataclass(frozen=True)
class Answer:
    """What came of a question."""

    found: str = ""
    """What is there, e.g. a version; empty: it is not there, or does not answer."""
    said: str = ""
    """Why not."""
    mend: str = ""
    """The command that mends it."""
    needed: bool = True
    """False: nobody knows whether it is there."""


def run(command: Sequence[str], environment: Mapping[str, str]) -> tuple[int, str, str]:
    """Its exit code, what it printed, and the last line of what went wrong."""
    program = shutil.which(command[0], path=environment.get("PATH")) or command[0]
    try:
        done = subprocess.run(
            [program, *command[1:]], env=dict(environment), stdin=subprocess.DEVNULL, capture_output=True, text=True,
            timeout=SECONDS, check=False,
        )  # fmt: skip
    except subprocess.TimeoutExpired:
        return NO_ANSWER, "", f"no answer within {SECONDS} s"
    lines = [line.strip() for line in (done.stderr or done.stdout).splitlines() if line.strip()]
    return done.returncode, done.stdout.strip(), lines[-1] if lines else f"exit code {done.returncode}"
