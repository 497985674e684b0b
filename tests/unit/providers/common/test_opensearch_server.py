"""What a machine of OpenSearch does, its script run with stand-ins for Docker, disks and the cloud."""

from __future__ import annotations

from pathlib import Path

import psutil
import pytest

from infra_kit.providers.common import machine_scripts, opensearch_node
from tests.unit.providers.common.machines import ON_THE_CONSOLE, Machine

SAID = {"IMAGE": "opensearch@sha256:0", "HEAP_MB": "1024", "GB": "10"}
TOLD = machine_scripts.told({"opensearch.yml": "cluster.name: search\n", "opensearch.sh": "exit 0\n"})


@pytest.fixture
def machine(tmp_path: Path) -> Machine:
    return Machine(tmp_path, opensearch_node.SERVER, "search", SAID)


def test_when_the_machine_starts_it_keeps_its_script_and_has_the_server_started_and_started_again(
    machine: Machine,
) -> None:
    assert machine.run("boot").returncode == 0
    assert machine.said.splitlines() == [
        "prepare",
        "systemctl daemon-reload",
        "systemctl enable --now --no-block infra-kit-search.service infra-kit-search-figures.timer",
    ]
    kept = machine.folder / "own" / "search.sh"
    assert kept.read_text() == machine.script.read_text()
    unit = (machine.folder / "infra-kit-search.service").read_text()
    assert f"ExecStartPre=/bin/sh {kept} ready\nExecStart=/bin/sh {kept} serve\n" in unit
    assert "ExecStop=/usr/bin/docker stop --time 60 search\n" in unit
    assert "Restart=always" in unit


def test_what_the_server_says_stands_on_the_machines_console_for_nobody_logs_in(machine: Machine) -> None:
    machine.run("boot")
    assert set(machine.unit("search")) >= ON_THE_CONSOLE


def test_before_the_server_starts_its_disk_is_there_and_what_it_is_told_is_for_it_alone(machine: Machine) -> None:
    assert machine.run("ready", TOLD, blkid=2).returncode == 0
    assert "mkfs" in machine.said
    assert machine.store.is_dir()
    assert (machine.conf / "opensearch.yml").read_text() == "cluster.name: search\n"
    assert (machine.conf / "opensearch.yml").stat().st_mode & 0o077 == 0
    assert "vm.max_map_count=262144" in machine.said


def test_a_disk_that_holds_something_is_mounted_as_it_is_and_one_that_cannot_be_told_is_left_alone(
    machine: Machine,
) -> None:
    assert machine.run("ready", TOLD, blkid=0).returncode == 0
    assert machine.run("ready", TOLD, blkid=8).returncode == 1
    assert "mkfs" not in machine.said


def test_the_server_runs_without_rights_on_the_files_and_the_disk_and_no_secret_is_among_its_arguments(
    machine: Machine,
) -> None:
    assert machine.run("serve").returncode == 0
    started = machine.said.splitlines()[-1]
    for part in ("--read-only", "--cap-drop ALL", "--user 1000:1000", "--env HEAP_MB=1024", "opensearch@sha256:0"):
        assert part in started
    assert f"{machine.store}:/usr/share/opensearch/data" in started
    assert f"{machine.conf}:/run/infra-kit:ro" in started
    assert started.endswith(" /run/infra-kit/opensearch.sh")


@pytest.mark.parametrize(("answers", "status", "up"), [("0", "401", 1), ("0", "503", 0), ("7", "000", 0)])
def test_once_a_minute_it_tells_whether_it_answers_and_how_full_disk_and_memory_are(
    machine: Machine, answers: str, status: str, up: int
) -> None:
    assert machine.run("figures", ANSWERS=answers, STATUS=status).returncode == 0
    told = dict(line.split(" ") for line in machine.tells.splitlines())
    assert told.keys() == {"infra_kit_search_up", "infra_kit_disk_percent", "infra_kit_memory_percent"}
    assert told["infra_kit_search_up"] == str(up)
    assert told["infra_kit_disk_percent"] == "45"  # 9 of 20
    assert int(told["infra_kit_memory_percent"]) == pytest.approx(psutil.virtual_memory().percent, abs=10)


def test_of_a_disk_that_is_not_mounted_nothing_is_told(machine: Machine) -> None:
    """It would be that of the machine itself."""
    (machine.folder / "bin" / "mountpoint").write_text("#!/bin/sh\nexit 32\n")
    assert machine.run("figures", STATUS="401").returncode == 0
    assert "disk" not in machine.tells
