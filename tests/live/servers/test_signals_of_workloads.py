"""Each signal of workloads, and of what copies and proves, measured at the real ones."""

from __future__ import annotations

import json
import os
import sys
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

import psutil
import pytest

from infra_kit._dynamic import Props
from infra_kit.errors import ServerError
from infra_kit.providers.local.box import Box
from infra_kit.providers.local.servers import job as jobs
from infra_kit.providers.local.servers import worker as workers
from infra_kit.providers.local.servers.service import HANDLER as SERVICE
from infra_kit.signals import OF, Signal
from tests.awaiting import until
from tests.live.servers import workloads
from tests.live.servers.measured import kill, of


def test_a_service_tells_how_many_of_its_instances_are_well(home_dir: Path) -> None:
    workloads.serve(home_dir, health={"timeout": 1.0})
    measures = of(home_dir, "service", "api")
    measures.measure()
    well = measures.measure()
    first = psutil.Process(workloads.running(home_dir, "api", "app.server")[0])
    first.suspend()
    until(lambda: measures.measure()[Signal.INSTANCES] == 50)
    first.kill()
    until(lambda: measures.measure()[Signal.INSTANCES] == 100)
    kill(home_dir, "api")

    assert set(well) == set(OF["service"])
    assert well[Signal.INSTANCES] == 100
    assert measures.measure()[Signal.INSTANCES] == 0  # nobody watches them
    asked = workloads.service(home_dir, health={"timeout": 1.0})
    assert SERVICE.changed(asked, asked)


def test_of_a_worker_that_wants_none_nothing_is_wrong(home_dir: Path) -> None:
    idle = workloads.workload(
        home_dir, "worker", "scorer", sys.executable, "-c", "import time; time.sleep(600)", instances=0, backlog=None
    )
    workers.HANDLER.ensure(idle)

    assert of(home_dir, "worker", "scorer").measure()[Signal.INSTANCES] == 100


def job(home: Path, code: str) -> Props:
    return workloads.workload(
        home, "job", "tidy", sys.executable, "-c", code, schedule=None, timeout=10.0, retries=1, stop_timeout=1.0
    )


def test_a_job_counts_runs_that_failed_until_one_goes_well(home_dir: Path) -> None:
    measures = of(home_dir, "job", "tidy")
    failing, well = job(home_dir, "raise SystemExit(3)"), job(home_dir, "print('tidied')")
    for _ in range(2):
        with pytest.raises(ServerError):
            jobs.HANDLER.ensure(failing)
    assert measures.measure() == {Signal.FAILED_RUNS: 2}
    jobs.HANDLER.ensure(well)
    assert measures.measure() == {Signal.FAILED_RUNS: 0}


def test_a_schedule_that_nobody_keeps_is_a_run_that_failed(home_dir: Path) -> None:
    jobs.HANDLER.ensure({**job(home_dir, "print('tidied')"), "schedule": "0 3 1 1 *"})
    measures = of(home_dir, "job", "tidy")
    assert measures.measure() == {Signal.FAILED_RUNS: 0}
    kill(home_dir, "tidy")
    assert measures.measure() == {Signal.FAILED_RUNS: 1}


def test_the_age_of_a_log_is_that_of_the_database_that_was_followed_the_longest_ago(home_dir: Path) -> None:
    box, report, now = Box(home_dir, "test", "safe"), home_dir / "report.json", datetime.now(UTC)
    box.path.mkdir(parents=True)
    (box.path / "lock").touch()
    measures = of(home_dir, "backup", "safe", report=str(report))
    assert Signal.LOG_AGE not in measures.measure()  # what copies no database has no log
    ages = {"db": now - timedelta(seconds=600), "other": now - timedelta(seconds=2400)}
    report.write_text(json.dumps({"log_followed": {name: at.isoformat() for name, at in ages.items()}}))
    assert measures.measure()[Signal.LOG_AGE] == pytest.approx(2400, abs=60)


@pytest.mark.parametrize(
    ("kind", "field", "wanted"),
    [("backup", "last_backup", Signal.BACKUP_AGE), ("restore_drill", "last_proven_restore", Signal.DRILL_AGE)],
)
def test_the_age_of_a_backup_is_that_of_the_last_whole_one(
    home_dir: Path, kind: str, field: str, wanted: Signal
) -> None:
    box, report = Box(home_dir, "test", "safe"), home_dir / "report.json"
    measures = of(home_dir, kind, "safe", report=str(report))
    assert measures.measure() == {}  # it has not been started
    box.path.mkdir(parents=True)
    (box.path / "lock").touch()
    os.utime(box.path / "lock", (0, time.time() - 48 * 3600))
    never = measures.measure()
    report.write_text(json.dumps({field: (datetime.now(UTC) - timedelta(hours=12)).isoformat(), "failure": ""}))
    unit = 1 if wanted == Signal.BACKUP_AGE else 24

    assert never == {wanted: pytest.approx(48 / unit, rel=0.01), Signal.FAILED_RUNS: 1}  # nobody keeps its schedule
    assert measures.measure() == {wanted: pytest.approx(12 / unit, rel=0.01), Signal.FAILED_RUNS: 1}
