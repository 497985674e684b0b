"""A Job: run by `up`, which waits for its end, or kept by a supervisor for its time."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import psutil
import pytest

from infra_kit.errors import ServerError
from infra_kit.providers.local import inventory
from infra_kit.providers.local.servers.job import HANDLER
from tests.awaiting import until
from tests.live.servers.workloads import box, log, processes, workload


def job(home: Path, code: str, **changes: Any) -> dict[str, Any]:
    runs = {"schedule": None, "timeout": 10.0, "retries": 0, "stop_timeout": 1.0}
    return workload(home, "job", "tidy", sys.executable, "-c", code, **{**runs, **changes})


def runs(home: Path) -> int:
    return log(home, "tidy").count(" started (process")


def test_up_waits_for_its_end_and_does_not_run_it_again(home_dir: Path) -> None:
    wanted = job(home_dir, "import time; time.sleep(0.5); print('tidied')")

    HANDLER.ensure(wanted)

    assert "tidy-1 | tidied" in log(home_dir, "tidy")
    until(lambda: not inventory.servers("test", home_dir)[0].running)
    assert inventory.servers("test", home_dir)[0].done
    assert not HANDLER.changed(wanted, wanted)
    inventory.stop("test", home_dir)
    assert not HANDLER.changed(wanted, wanted)
    HANDLER.ensure(wanted)  # as after a lost state
    assert runs(home_dir) == 1


def test_it_runs_again_when_anything_of_it_changes(home_dir: Path) -> None:
    before = job(home_dir, "print('tidied')")
    after = {**before, "secrets": {"TOKEN": "another"}}
    HANDLER.ensure(before)

    assert HANDLER.changed(before, after)
    HANDLER.ensure(after, before)

    assert runs(home_dir) == 2


def test_one_that_fails_fails_up_with_its_last_words_and_is_run_again_by_the_next(home_dir: Path) -> None:
    mark = home_dir / "mark"
    code = f"import pathlib, sys; pathlib.Path({str(mark)!r}).exists() or sys.exit('no such table')"

    with pytest.raises(ServerError, match=r"(?s)tidy: the job failed: tidy-1 ended with status 1.*no such table"):
        HANDLER.ensure(job(home_dir, code))
    mark.touch()
    HANDLER.ensure(job(home_dir, code))

    assert runs(home_dir) == 2


def test_one_that_fails_is_tried_again_as_often_as_asked(home_dir: Path) -> None:
    with pytest.raises(ServerError, match="ended with status 3"):
        HANDLER.ensure(job(home_dir, "raise SystemExit(3)", retries=2))

    assert runs(home_dir) == 3
    assert "tidy-1 ended with status 3; tried again, 2 left" in log(home_dir, "tidy")
    assert "tidy-3 ended with status 3; it has failed" in log(home_dir, "tidy")


def test_one_that_takes_too_long_is_stopped_with_all_that_it_started(home_dir: Path) -> None:
    code = "import subprocess, sys; subprocess.run([sys.executable, '-c', 'import time; time.sleep(60)'])"

    with pytest.raises(ServerError, match="was stopped: it ran longer than 1 s"):
        HANDLER.ensure(job(home_dir, code, timeout=1.0))

    until(lambda: processes(home_dir, "tidy") == [])


def test_a_scheduled_one_waits_for_its_time_and_is_there_again_after_a_stop(home_dir: Path) -> None:
    wanted = job(home_dir, "print('tidied')", schedule="0 3 1 1 *")
    HANDLER.ensure(wanted)
    first = box(home_dir, "tidy").process.pid

    HANDLER.ensure({**wanted, "schedule": "0 4 1 1 *"}, wanted)
    assert box(home_dir, "tidy").process.pid == first
    inventory.stop("test", home_dir)
    assert HANDLER.changed(wanted, wanted)
    HANDLER.ensure(wanted)

    assert psutil.pid_exists(box(home_dir, "tidy").process.pid or 0)
    assert not HANDLER.changed(wanted, wanted)
    assert runs(home_dir) == 0


def test_one_that_is_no_longer_scheduled_is_run_by_up(home_dir: Path) -> None:
    scheduled, once = (job(home_dir, "print('tidied')", schedule=when) for when in ("0 3 1 1 *", None))
    HANDLER.ensure(scheduled)

    HANDLER.ensure(once, scheduled)

    assert runs(home_dir) == 1
    until(lambda: processes(home_dir, "tidy") == [])
