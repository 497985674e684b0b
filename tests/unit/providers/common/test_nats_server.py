"""What a machine of NATS does, its script run with stand-ins for Docker, disks and the cloud."""

from __future__ import annotations

import json
import os
import re
import time
from pathlib import Path

import pytest

from infra_kit.providers.common import machine_scripts, nats_cluster
from tests.unit.providers.common.machines import ON_THE_CONSOLE, Machine

SAID = {
    "NAME": "bus-a", "HOST": "bus-a.internal", "IMAGE": "nats@sha256:0", "BOX": "nats-box@sha256:0", "PORT": "4222",
    "ROUTES": "6222",
}  # fmt: skip


@pytest.fixture
def machine(tmp_path: Path) -> Machine:
    return Machine(tmp_path, nats_cluster.SERVER, "nats", SAID)


def told(**files: str) -> str:
    return "".join(f"{name.replace('_', '.')} {machine_scripts.one_line(text)}\n" for name, text in files.items())


def test_what_the_servers_let_in_is_written_for_the_server_alone_and_taken_over_without_a_restart(
    machine: Machine,
) -> None:
    assert machine.run("settings", told(nats_conf="first\n", ca_pem="authority\n")).returncode == 0
    conf = machine.folder / "own" / "conf"
    assert (conf / "nats.conf").read_text() == "first\n"
    assert (conf / "ca.pem").read_text() == "authority\n"
    assert (conf / "nats.conf").stat().st_mode & 0o077 == 0
    assert conf.stat().st_mode & 0o077 == 0
    assert machine.said.count("kill --signal HUP nats") == 1


def test_what_is_the_same_is_not_taken_over_again(machine: Machine) -> None:
    for _ in range(2):
        assert machine.run("settings", told(nats_conf="first\n")).returncode == 0
    assert machine.said.count("HUP") == 1
    machine.run("settings", told(nats_conf="second\n"))
    assert machine.said.count("HUP") == 2


@pytest.mark.parametrize("answer", ["", "nats.conf ***\n"])
def test_what_cannot_be_read_changes_nothing(machine: Machine, answer: str) -> None:
    machine.run("settings", told(nats_conf="first\n"))
    assert machine.run("settings", answer).returncode != 0
    assert (machine.folder / "own" / "conf" / "nats.conf").read_text() == "first\n"
    assert machine.said.count("HUP") == 1


@pytest.mark.parametrize(("found", "made", "status"), [(0, False, 0), (2, True, 0), (8, False, 1)])
def test_a_file_system_is_made_where_there_is_none_and_nowhere_else(
    machine: Machine,
    found: int,
    made: bool,
    status: int,
) -> None:
    assert machine.run("volume", blkid=found).returncode == status
    assert ("mkfs" in machine.said) == made


@pytest.mark.parametrize("held", [b"", b"\0" * 4096 + b"events".ljust(2**20, b"\0")])
def test_no_file_system_is_made_on_a_disk_that_holds_something_or_cannot_be_read(machine: Machine, held: bytes) -> None:
    (machine.folder / "disk").write_bytes(held)
    refused = machine.run("volume", blkid=2)
    assert refused.returncode == 1
    assert "nothing is written to it" in refused.stderr
    assert "mkfs" not in machine.said


def conf(*names: str) -> str:
    """What the servers of a bus are told."""
    known = dict.fromkeys(("admin", "app", "system", "route", "monitor"), "password")
    routes = {name: f"{name}:6222" for name in names}
    props = {"streams": {"LEADS": {"subjects": ["cluster"]}}, "consumers": {}}
    return told(nats_conf=nats_cluster.configuration(props, {**known, "routes": routes, "users": []}, mark="mark"))


def test_what_a_server_wrote_alone_is_not_shown_to_a_cluster(machine: Machine) -> None:
    """Whatever the machine was made as: what it was told last decides."""
    (machine.store / "jetstream" / "BUS" / "streams" / "LEADS").mkdir(parents=True)
    machine.run("settings", conf("a"))
    assert machine.run("whole").returncode == 0
    machine.run("settings", conf("a", "b", "c"))
    refused = machine.run("whole")
    assert refused.returncode == 1
    assert "a cluster would delete them" in refused.stderr
    (machine.store / "jetstream" / "SYS" / "_js_" / "_meta_").mkdir(parents=True)
    assert machine.run("whole").returncode == 0


@pytest.mark.parametrize("folder", ["jetstream", "jetstream/BUS/streams"])
def test_a_server_that_stood_alone_without_a_stream_may_become_one_of_a_cluster(machine: Machine, folder: str) -> None:
    machine.run("settings", conf("a", "b", "c"))
    (machine.store / folder).mkdir(parents=True)
    assert machine.run("whole").returncode == 0


def test_a_server_runs_without_rights_on_what_it_is_given(machine: Machine) -> None:
    machine.folder.joinpath("data").mkdir()
    assert machine.run("serve").returncode == 0
    for part in ("--read-only", "--cap-drop ALL", "--user 1000:1000", "NATS_ADVERTISE=bus-a.internal:4222"):
        assert part in machine.said


@pytest.mark.parametrize("unit", ["nats", "nats-tools", "nats-settings", "nats-figures"])
def test_what_it_says_stands_on_the_machines_console_for_nobody_logs_in(machine: Machine, unit: str) -> None:
    assert machine.run("boot").returncode == 0
    assert set(machine.unit(unit)) >= ON_THE_CONSOLE


@pytest.mark.parametrize("unit", ["nats-settings", "nats-figures"])
def test_a_reading_that_hangs_ends_so_that_the_next_minutes_is_made(machine: Machine, unit: str) -> None:
    assert machine.run("boot").returncode == 0
    assert "TimeoutStartSec=60" in machine.unit(unit)
    assert "OnUnitActiveSec=60" in (machine.folder / f"infra-kit-{unit}.timer").read_text()
    assert f"infra-kit-{unit}.timer" in machine.said


WAITS = 'infra_kit_bus_waiting{stream="LEADS",consumer="crm"} 7'
READ = f"printf '%s\\n' '{WAITS}' 'infra_kit_bus_up 1'"
DISK = "infra_kit_disk_percent 50"
"""9 of 20, of which NATS takes 18."""


def test_once_a_minute_its_consumers_and_its_disk_are_told(machine: Machine) -> None:
    assert machine.run("figures", ASKED=READ).returncode == 0
    assert machine.tells.splitlines() == [WAITS, "infra_kit_bus_up 1", DISK]


def test_a_stream_that_cannot_be_read_takes_no_others_figures_away_and_no_server_down(machine: Machine) -> None:
    """One copy of it is enough for a stream: it goes with its server, which tells nothing then."""
    assert machine.run("figures", ASKED=f"printf '%s\\n' '{WAITS}'; exit 1").returncode == 0
    assert machine.tells.splitlines() == [WAITS, "infra_kit_bus_up 1", DISK]


def test_a_server_is_up_while_the_tools_that_ask_for_consumers_cannot_be_had(machine: Machine) -> None:
    assert machine.run("figures", ASKED=READ, HAS_IMAGE="1").returncode == 0
    assert machine.tells.splitlines() == ["infra_kit_bus_up 1", DISK]


@pytest.mark.parametrize(
    ("answers", "asked"),
    [
        pytest.param("22", READ, id="NATS is not well"),
        pytest.param("0", "exit 1", id="of no stream anything could be read"),
        pytest.param("0", "exit 124", id="it does not answer"),
    ],
)
def test_what_cannot_be_read_is_told_as_down_and_never_as_nothing_that_waits(
    machine: Machine, answers: str, asked: str
) -> None:
    machine.run("figures", ASKED=READ)
    assert machine.run("figures", ANSWERS=answers, ASKED=asked).returncode == 0
    assert machine.tells.splitlines() == ["infra_kit_bus_up 0", DISK]


def test_a_server_whose_streams_are_still_to_be_made_is_not_told_as_down(machine: Machine) -> None:
    """Machines read what is new before the set-up makes its streams."""
    machine.run("settings", told(nats_conf="first\n", bus_json="{}\n"))
    machine.run("figures", ASKED="exit 1")
    assert machine.tells.splitlines() == [DISK]
    long_ago = time.time() - 600
    os.utime(machine.conf / "bus.json", (long_ago, long_ago))
    machine.run("figures", ASKED="exit 1")
    assert machine.tells.splitlines() == ["infra_kit_bus_up 0", DISK]


def test_what_asks_reads_three_files_alone_and_no_secret_is_among_its_arguments(machine: Machine) -> None:
    machine.run("figures", ASKED=READ)
    (asked,) = (line for line in machine.said.splitlines() if line.startswith("run "))
    assert asked.count("--mount ") == 3
    for file in ("bus_figures.sh", "bus.json", "ca.pem"):
        assert f"readonly,source={machine.conf / file},target=/etc/nats/{file}" in asked
    assert asked.endswith("--entrypoint sh nats-box@sha256:0 /etc/nats/bus_figures.sh /etc/nats/bus.json")


def test_what_asks_has_a_user_that_may_look_and_nothing_else() -> None:
    known = dict.fromkeys(("admin", "app", "system", "route"), "password")
    props = {
        "streams": {"LEADS": {"subjects": ["lead.*"]}},
        "consumers": {"crm": {"stream": "LEADS", "dead_letter": True, "ack_wait": "30s", "max_deliveries": 5}},
    }
    pems = {"ca": "", "pem": "", "key": "", "monitor": "looks", "users": [], "routes": {"a": "a:6222"}}
    text, _ = nats_cluster.settings_of(props, {**known, **pems})
    files = machine_scripts.files(text)
    users = json.loads(re.sub(r"\$NATS_\w+", '""', files["nats.conf"]))["accounts"]["BUS"]["users"]
    (monitor,) = (it for it in users if it["user"] == "monitor")
    asked = json.loads(files["bus.json"])
    assert (asked["user"], asked["password"], monitor["password"]) == ("monitor", "looks", "looks")
    assert (asked["streams"], asked["dead"]) == (["LEADS"], ["_dead_crm"])
    assert monitor["permissions"]["subscribe"]["allow"] == [f"{asked['inbox']}.>"]
    asks = ("$JS.API.CONSUMER.LIST.", "$JS.API.STREAM.MSG.GET.")
    assert all(it.startswith(asks) for it in monitor["permissions"]["publish"]["allow"])
