"""The shell scripts of a VPS, and the one that aws has too: POSIX shell, which stops at the first failure."""

from __future__ import annotations

import subprocess
from importlib import resources
from pathlib import Path

import pytest

from infra_kit.providers.common import answers
from infra_kit.providers.vps import scripts

NAMES = sorted(file.name for file in resources.files(scripts).iterdir() if file.name.endswith(".sh"))
TEXTS = {"answers.sh": answers.script(), **{name: scripts.script(name) for name in NAMES}}


def test_there_are_scripts() -> None:
    assert {"bootstrap.sh", "bucket.sh", "event_bus.sh", "site.sh"} <= set(NAMES)


@pytest.mark.parametrize("text", TEXTS.values(), ids=TEXTS)
def test_a_script_is_posix_shell_and_stops_at_the_first_failure(text: str) -> None:
    subprocess.run(["sh", "-n"], input=text, text=True, check=True)
    assert text.startswith("#!/bin/sh\n")
    assert "\nset -eu\n" in text


DOCKER = """#!/bin/sh
case $1 in
  ps) echo old; echo new ;;
  inspect) case $4 in old) echo other ;; new) echo "$THERE" ;; esac ;;
  exec) shift; echo "$@" >>"$SEEN"; exit "$FAILS" ;;
esac
"""


@pytest.mark.parametrize(
    ("there", "fails", "seen"),
    [("proxy", 0, "new sh -c rm it\n"), ("proxy", 3, "new sh -c rm it\n"), ("gone", 0, "")],
)
def test_what_is_taken_away_is_sought_by_the_name_of_its_container(
    tmp_path: Path, there: str, fails: int, seen: str
) -> None:
    """The container that it was put into may have been replaced since, in the same `up` too."""
    (tmp_path / "docker").write_text(DOCKER)
    (tmp_path / "docker").chmod(0o755)
    log = tmp_path / "seen"
    log.touch()
    known = {"PATH": f"{tmp_path}:/usr/bin:/bin", "SEEN": str(log), "THERE": there, "FAILS": str(fails)}
    told = scripts.told("inside.sh", {"CONTAINER": "proxy", "SCRIPT": "rm it"})

    done = subprocess.run(["sh", "-s"], input=told, text=True, check=False, env=known)

    assert (done.returncode, log.read_text()) == (fails, seen)
