"""Jobs and workers on a VPS: containers that nothing connects to."""

from __future__ import annotations

import subprocess
from pathlib import Path
from typing import Any

from infra_kit import Job, Sidecar, Worker
from infra_kit.providers.vps.scripts import script
from infra_kit.testing import Recording, record
from tests.unit.providers.vps.workloads import IMAGE, networks, on, told


def job(**asked: Any) -> Recording:
    return record(lambda: Job("nightly", target=on(), **{"image": IMAGE, "command": ["run", "it"], **asked}))


def worker(**asked: Any) -> Recording:
    return record(lambda: Worker("scorer", target=on(), image=IMAGE, command=["work"], **asked))


def test_a_scheduled_job_waits_in_its_own_container_which_is_never_there_twice() -> None:
    made = job(schedule="0 3 * * *", timeout="10m", retries=2, stop_timeout="5s")
    it = made.named("nightly-instance")

    assert it.inputs["entrypoints"][1:] == ["sh", "/run/infra-kit-tools/schedule.sh", "0 3 * * *", "600", "2", "5", "0"]
    assert it.inputs["command"] == ["run", "it"]
    assert it.request.deleteBeforeReplace
    assert it.inputs["restart"] == "on-failure"
    assert networks(made, "nightly-instance") == {"nightly-network"}


def test_a_run_that_failed_before_anybody_looked_is_no_failed_up() -> None:
    script = job(schedule="* * * * *").named("nightly-instance-ready").inputs["create"]
    assert '"running and healthy" | "running and unhealthy") docker update' in script
    assert '"running and healthy") docker update' in worker().named("scorer-instance-1-ready").inputs["create"]


def test_a_run_that_failed_is_tried_again_after_a_pause(tmp_path: Path) -> None:
    functions = script("schedule.sh").partition('say "waits for its time')[0].replace("/tmp/", f"{tmp_path}/")  # noqa: S108
    fails = 'once() { echo tried; return 1; }\nsleep() { echo "slept $1"; }\nrun it\n'
    command = ["sh", "-c", functions + fails, "schedule", "* * * * *", "600", "2", "5", "300"]

    said = subprocess.run(command, capture_output=True, text=True, check=True).stdout

    assert [line for line in said.splitlines() if not line.startswith("job: ")] == [
        *["tried", "slept 300"] * 2,
        "tried",
    ]
    assert (tmp_path / "infra-kit-failed").exists()


def test_a_job_without_a_schedule_is_started_by_up_alone() -> None:
    made = job(timeout="10m", retries=2)
    it = made.named("nightly-instance").inputs

    assert (it["start"], it["mustRun"], it["restart"]) == (False, False, "no")
    assert "PROGRAM=nightly-instance-id\nBESIDE=''\nTIMEOUT=600\nRETRIES=2\n" in told(made, "nightly-run")


def test_who_reads_a_jobs_log_waits_for_its_end() -> None:
    assert job().named("nightly").outputs["log"] == "nightly-instance"


def test_its_sidecars_are_there_while_it_runs() -> None:
    made = job(sidecars={"proxy": Sidecar(image="registry.example/proxy:1")})

    assert "BESIDE='nightly-instance-host-id nightly-instance-sidecar-proxy-id'" in told(made, "nightly-run")


def test_workers_are_waited_for_one_by_one_and_named() -> None:
    made = worker(min_instances=2)

    assert made.named("scorer").outputs["log"] == "scorer-instance-1 scorer-instance-2"
    for number in (1, 2):
        assert told(made, f"scorer-instance-{number}-ready") == f"scorer-instance-{number}-id\n"
        assert not made.named(f"scorer-instance-{number}").request.deleteBeforeReplace
