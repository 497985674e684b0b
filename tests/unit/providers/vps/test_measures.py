"""What poolers lend, as `measure.sh` tells it: from what PgBouncer 1.18 and 1.25 answer to SHOW POOLS; and what it
tells while Docker does not answer."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from infra_kit.providers.vps.scripts import script
from tests.awaiting import until

DOCKER = """#!/bin/sh
case "$1" in
  ps) echo "1a2b3c db" ;;
  exec) [ "$2" = 1a2b3c ] && [ -n "$SAID" ] && echo "$SAID" ;;
esac
"""
OLD = """database|user|cl_active|cl_waiting|cl_cancel_req|sv_active|sv_idle|sv_used|maxwait|pool_mode
app|app|9|3|0|25|0|0|4|transaction
app|l_api|1|1|0|15|1|2|4|transaction
second|app|0|0|0|0|1|0|0|transaction
pgbouncer|pgbouncer|1|0|0|0|0|0|0|statement
(4 rows)"""
NEW = """database|user|cl_active|cl_waiting|cl_active_cancel_req|cl_waiting_cancel_req|sv_active|sv_idle|pool_mode
app|app|4|0|0|0|4|1|transaction
(1 row)"""


def told(folder: Path, said: str) -> tuple[int, dict[str, int]]:
    (folder / "docker").write_text(DOCKER)
    (folder / "docker").chmod(0o755)
    text = script("measure.sh")
    functions = text[text.index("\nlent='") : text.index("\nmeasure() {")]
    known = {**os.environ, "SAID": said, "PATH": f"{folder}:{os.environ['PATH']}"}
    done = subprocess.run(["sh", "-euc", f"{functions}\npools"], env=known, capture_output=True, text=True, check=False)
    lines = (line.rpartition(" ") for line in done.stdout.splitlines())
    return done.returncode, {name: int(value) for name, _, value in lines}


def test_of_each_database_all_roles_count_together(tmp_path: Path) -> None:
    assert told(tmp_path, OLD) == (
        0,
        {
            'infra_kit_pooler_used{component="db",database="app"}': 40,
            'infra_kit_pooler_waiting{component="db",database="app"}': 4,
            'infra_kit_pooler_used{component="db",database="second"}': 0,
            'infra_kit_pooler_waiting{component="db",database="second"}': 0,
        },
    )


def test_columns_are_known_by_their_names(tmp_path: Path) -> None:
    assert told(tmp_path, NEW)[1] == {
        'infra_kit_pooler_used{component="db",database="app"}': 4,
        'infra_kit_pooler_waiting{component="db",database="app"}': 0,
    }


@pytest.mark.parametrize("said", ["", "psql: error: connection refused"])
def test_a_pooler_that_does_not_answer_tells_nothing_and_holds_up_nothing_else(tmp_path: Path, said: str) -> None:
    assert told(tmp_path, said) == (0, {})


MEASURED = """#!/bin/sh
[ ! -e "$FOLDER/away" ] || exec sh "$FOLDER/away" "$@"
case "$1 $2" in
  'volume ls') case "$*" in *infra-kit-measures) echo measures ;; esac ;;
  'volume inspect') echo "$FOLDER" ;;
esac
"""
# The script's ten seconds are one here.
TIMEOUT = f"""#!/bin/sh
shift
exec {shutil.which("timeout")} 1 "$@"
"""


@pytest.fixture
def measured(tmp_path: Path) -> Iterator[Path]:
    """The folder that the script writes into, with a Docker that does what `away` says while that is there."""
    programs = tmp_path / "programs"
    programs.mkdir()
    for name, text in {"docker": MEASURED, "timeout": TIMEOUT}.items():
        (programs / name).write_text(text)
        (programs / name).chmod(0o755)
    (tmp_path / "measure.sh").write_text(script("measure.sh"))
    known = {**os.environ, "FOLDER": str(tmp_path), "PATH": f"{programs}:{os.environ['PATH']}"}
    measuring = subprocess.Popen(["sh", tmp_path / "measure.sh", "0.05"], env=known, stderr=subprocess.DEVNULL)
    yield tmp_path
    measuring.kill()
    measuring.wait()


ONE_HANGS = """
case "$1 $2" in
  'ps --all') echo 1a2b3c ;;
  'inspect '*) exec sleep 100 ;;
  'volume ls') case "$*" in *infra-kit-measures) echo measures ;; esac ;;
  'volume inspect') echo "$FOLDER" ;;
esac
"""


@pytest.mark.parametrize("away", ["exit 1", "exec sleep 100", ONE_HANGS], ids=["it is down", "it hangs", "one hangs"])
def test_while_docker_does_not_answer_nothing_that_it_said_before_is_told_on(measured: Path, away: str) -> None:
    """With `live-restore` all else goes on: what a panel then called up might be down for days."""
    figures = measured / "containers.prom"
    until(figures.exists)

    (measured / "away.new").write_text(away)
    (measured / "away.new").rename(measured / "away")
    until(lambda: not figures.exists())

    (measured / "away").unlink()
    until(figures.exists)
