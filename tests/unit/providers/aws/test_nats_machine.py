"""What of a machine of NATS is AWS's: what it tells CloudWatch, its script run with stand-ins."""

from __future__ import annotations

import json
from importlib import resources
from pathlib import Path

from infra_kit.providers import aws
from infra_kit.providers.common import nats_cluster
from tests.unit.providers.common.machines import PROGRAMS, Machine

SAID = {
    "HOST": "bus-nats-a.shop.internal", "BUS": "bus-nats.shop.internal", "NAMESPACE": "infra-kit",
    "REGION": "eu-west-1", "BOX": "nats-box@sha256:0",
}  # fmt: skip
AWS = """echo "$@" >>"$LOG"; for it in "$@"; do last=$it; done; cp "${last#file://}" "$TELLS\""""
READ = """printf '%s\\n' 'infra_kit_bus_waiting{stream="LEADS",consumer="crm"} 7' 'infra_kit_bus_up 1'"""


def machine(folder: Path) -> Machine:
    own = resources.files(aws).joinpath("nats_machine.sh").read_text()
    return Machine(folder, nats_cluster.SERVER, "nats", SAID, cloud=own, programs={**PROGRAMS, "aws": AWS})


def test_figures_are_known_by_their_bus_and_consumer_or_by_their_server(tmp_path: Path) -> None:
    it = machine(tmp_path)
    done = it.run("figures", ASKED=READ)
    assert (done.returncode, done.stderr) == (0, "")
    consumer = [{"Name": "Bus", "Value": SAID["BUS"]}, {"Name": "Consumer", "Value": "crm"}]
    server = [{"Name": "Server", "Value": SAID["HOST"]}]
    assert json.loads(it.tells) == [
        {"MetricName": "bus_waiting", "Dimensions": consumer, "Value": 7},
        {"MetricName": "bus_up", "Dimensions": server, "Value": 1},
        {"MetricName": "disk_percent", "Dimensions": server, "Value": 50},
    ]
    assert "cloudwatch put-metric-data --region eu-west-1 --namespace infra-kit --metric-data file://" in it.said


def test_what_is_not_taken_is_said_on_the_console(tmp_path: Path) -> None:
    it = machine(tmp_path)
    (it.folder / "bin" / "aws").write_text("#!/bin/sh\necho AccessDenied >&2\nexit 254\n")
    done = it.run("figures", ASKED=READ)
    assert (done.returncode, done.stderr) == (254, "AccessDenied\n")
