"""What of a machine is Google Cloud's: what it reads and tells as its account, its script run with stand-ins."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from infra_kit.providers.common import nats_cluster
from infra_kit.providers.gcp import machines
from tests.unit.providers.common.machines import PROGRAMS, Machine

CURL = """echo "curl $*" >>"$LOG"
case $* in
  *healthz*) ;;
  *token) echo '{"access_token": "secret-token", "expires_in": 3599}' ;;
  *project-id) printf shop ;;
  *instance/id) printf 123 ;;
  *instance/zone) printf projects/9/zones/europe-west1-b ;;
  *timeSeries)
    cat >>"$TELLS.headers"
    while [ "$1" != --json ]; do shift; done
    cat "${2#@}" >>"$TELLS"
    exit "$TAKEN"
    ;;
  *) exit 22 ;;
esac"""
READ = """printf '%s\\n' 'infra_kit_bus_waiting{stream="LEADS",consumer="crm"} 7' 'infra_kit_bus_up 1'"""
MANY = """n=0; while [ $n -lt 250 ]; do n=$((n + 1)); echo "infra_kit_bus_dead{consumer=\\"c$n\\"} 0"; done"""


def machine(folder: Path) -> Machine:
    said = {"BOX": "nats-box@sha256:0"}
    programs = {**PROGRAMS, "curl": CURL}
    return Machine(folder, nats_cluster.SERVER, "nats", said, cloud=machines.of_the_cloud(), programs=programs)


def told(it: Machine) -> list[list[dict[str, Any]]]:
    """The series of each time."""
    return [json.loads(line)["timeSeries"] for line in it.tells.splitlines()]


def test_figures_are_this_machines_own(tmp_path: Path) -> None:
    it = machine(tmp_path)
    done = it.run("figures", ASKED=READ, TAKEN="0")
    assert (done.returncode, done.stderr) == (0, "")
    ((waiting, up, disk),) = told(it)
    assert waiting["metric"] == {"type": "custom.googleapis.com/infra_kit/bus_waiting", "labels": {"consumer": "crm"}}
    assert up["metric"] == {"type": "custom.googleapis.com/infra_kit/bus_up", "labels": {}}
    own = {"project_id": "shop", "instance_id": "123", "zone": "europe-west1-b"}
    assert {json.dumps(it["resource"]) for it in (waiting, up, disk)} == {
        json.dumps({"type": "gce_instance", "labels": own})
    }
    assert [it["points"][0]["value"]["doubleValue"] for it in (waiting, up, disk)] == [7, 1, 50]
    assert waiting["points"][0]["interval"]["endTime"].endswith("Z")


def test_the_token_is_in_no_list_of_arguments(tmp_path: Path) -> None:
    it = machine(tmp_path)
    it.run("figures", ASKED=READ, TAKEN="0")
    assert (tmp_path / "tells.headers").read_text() == "Authorization: Bearer secret-token\n"
    assert "secret-token" not in it.said


def test_no_more_figures_are_told_at_once_than_are_taken(tmp_path: Path) -> None:
    it = machine(tmp_path)
    assert it.run("figures", ASKED=MANY, TAKEN="0").returncode == 0
    assert [len(each) for each in told(it)] == [200, 52]
    it.run("figures", ASKED=READ, TAKEN="0")
    assert len(told(it)[-1]) == 3, "what was told before is told again"


def test_what_is_not_taken_is_no_success(tmp_path: Path) -> None:
    assert machine(tmp_path).run("figures", ASKED=READ, TAKEN="22").returncode != 0
