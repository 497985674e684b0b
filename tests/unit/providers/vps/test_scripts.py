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
  inspect)
    case "$3 $4" in
      *Hostname*old) echo other ;;
      *Hostname*new) echo "$THERE" ;;
      *Running*) echo "$RUNS" ;;
      *) echo 999:999 ;;
    esac
    ;;
  exec) shift; echo "$@" >>"$SEEN"; [ "$RUNS" = true ] || exit 1; exit "$FAILS" ;;
  run) eval "script=\\${$#}"; case "$*" in *'--volumes-from new '*) echo "volumes: $script" >>"$SEEN" ;; esac ;;
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
    known = {"PATH": f"{tmp_path}:/usr/bin:/bin", "SEEN": str(log), "THERE": there, "FAILS": str(fails), "RUNS": "true"}
    told = scripts.told("inside.sh", {"CONTAINER": "proxy", "SCRIPT": "rm it", "STOPPED": "rm"})

    done = subprocess.run(["sh", "-s"], input=told, text=True, check=False, env=known)

    assert (done.returncode, log.read_text()) == (fails, seen)


def test_what_a_stopped_container_keeps_in_files_is_taken_away_all_the_same(tmp_path: Path) -> None:
    (tmp_path / "docker").write_text(DOCKER)
    (tmp_path / "docker").chmod(0o755)
    log = tmp_path / "seen"
    known = {"PATH": f"{tmp_path}:/usr/bin:/bin", "SEEN": str(log), "THERE": "proxy", "FAILS": "0", "RUNS": "false"}
    told = {"CONTAINER": "proxy", "SCRIPT": "rm it and reload"}

    def taken_away(stopped: str) -> tuple[int, str]:
        text = scripts.told("inside.sh", {**told, "STOPPED": stopped})
        done = subprocess.run(["sh", "-s"], input=text, text=True, check=False, env=known)
        return done.returncode, log.read_text()

    assert taken_away("rm it") == (0, "volumes: rm it\n")
    assert taken_away("")[0] == 1
