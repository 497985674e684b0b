"""The rules of the CIS Docker Benchmark 1.6, each by its number, over every container of the data layer on a host, and
of what watches it."""

from __future__ import annotations

import dataclasses
import json
import re
from functools import cache

import pytest

from infra_kit import (
    Alerts,
    Backup,
    Backups,
    Cdn,
    Consumer,
    Dashboard,
    EventBus,
    ObjectStore,
    Pooling,
    Postgres,
    Redis,
    Stream,
    Target,
    Uptime,
)
from infra_kit.testing import Recording, record
from tests.unit.providers.vps.test_containers import HOST
from tests.unit.rules import Row, check, each_environment, each_row, row

CONTAINER = "docker:index/container:Container"
EDGE = "vps-edge-proxy"
NUMBER = re.compile(r"[1-9]\d*(\.\d+)?|0\.\d+")
BY_DIGEST = re.compile(r"(.+@)?sha256:[0-9a-f]{64}")

ROWS = [
    row("4.1", CONTAINER, "user", re.compile(r"[1-9]\d*:[1-9]\d*")),
    row("4.6 5.27", CONTAINER, "healthcheck.tests.0", "CMD"),
    row("5.2 5.22", CONTAINER, "securityOpts", ["no-new-privileges:true"]),  # no profile of Docker's is switched off
    row("5.4", CONTAINER, "capabilities.drops", ["ALL"]),
    row("5.5", CONTAINER, "privileged", False),
    row("5.10 5.30", CONTAINER, "networkMode", None),
    row("5.10 5.30", CONTAINER, "networksAdvanced", re.compile(r"\[\{.+")),
    row("5.11", CONTAINER, "memory", NUMBER),
    row("5.12", CONTAINER, "cpus", NUMBER),
    row("5.12", CONTAINER, "cpuShares", NUMBER),
    row("5.13", CONTAINER, "readOnly", True),
    row("5.15", CONTAINER, "restart", "on-failure"),
    row("5.15", CONTAINER, "maxRetryCount", 5),
    row("5.16", CONTAINER, "pidMode", None),
    row("5.17", CONTAINER, "ipcMode", "private"),
    row("5.18", CONTAINER, "devices", None),
    row("5.19", CONTAINER, "ulimits", [{"name": "core", "soft": 0, "hard": 0}]),
    row("5.20", CONTAINER, "mounts", None),
    row("5.25", CONTAINER, "cgroupnsMode", "private"),
    row("5.26", CONTAINER, "securityOpts", ["no-new-privileges:true"]),
    row("5.28", CONTAINER, "image", BY_DIGEST),
    row("5.31", CONTAINER, "usernsMode", None),
    row("2.13 of the daemon", CONTAINER, "logOpts", {"max-size": "10m", "max-file": "3"}),
]


def data_layer() -> None:
    target = Target(name="vps", settings=HOST)
    db = Postgres("db", target=target, read_replicas=1, pooling=Pooling(), backups=Backups())
    cache = Redis("cache", target=target, replicas=1)
    files = ObjectStore("files", target=target)
    www = Cdn("edge", target=target, routes={"/*": files}, domains=["www.example.com"])
    consumers = {"crm": Consumer(stream="LEADS")}
    bus = EventBus("bus", target=target, streams={"LEADS": Stream(subjects=["lead.*"])}, consumers=consumers)
    site = Uptime("site", target=target, url="https://www.example.com", outside=False)
    Backup("safe", target=target, of=[db])
    Alerts("alerts", target=target, watch=[db, cache, www, bus, site])
    Dashboard("board", target=target, of=[db, cache, www, bus, site])


@cache
def made(environment: str) -> Recording:
    return record(data_layer, config={"infra-kit:environment": environment})


@cache
def running(environment: str) -> Recording:
    """With the containers alone in which something is ever started."""
    own = [it for it in made(environment).of_type(CONTAINER) if it.inputs.get("start") is not False]
    assert len(own) == 22
    return dataclasses.replace(made(environment), resources=tuple(own))


@each_environment
@each_row(ROWS)
def test_an_input_is_as_its_rule_has_it(rule: Row, environment: str) -> None:
    check(rule, running(environment), environment)


@each_environment
@pytest.mark.parametrize("name", ["edge-cache", EDGE, "bus-server", "files-server", "db-server", "cache-replica-1"])
def test_5_4_a_capability_is_added_to_the_edge_alone(name: str, environment: str) -> None:
    wanted = ["CAP_NET_BIND_SERVICE"] if name == EDGE else []
    assert running(environment).named(name).inputs["capabilities"]["adds"] == wanted


@each_environment
def test_5_8_5_14_only_the_edge_publishes_ports(environment: str) -> None:
    published = {it.name: it.inputs["ports"] for it in made(environment).of_type(CONTAINER) if it.inputs.get("ports")}
    assert {name: [port["external"] for port in ports] for name, ports in published.items()} == {EDGE: [80, 443]}


@each_environment
def test_5_6_5_20_5_32_nothing_of_the_host_is_mounted(environment: str) -> None:
    for it in made(environment).of_type(CONTAINER):
        for volume in it.inputs["volumes"]:
            assert "hostPath" not in volume, it.name
        assert "docker.sock" not in json.dumps(it.inputs), it.name


@each_environment
def test_5_11_memory_is_a_limit_without_swap(environment: str) -> None:
    assert all(it.inputs["memory"] == it.inputs["memorySwap"] for it in running(environment).resources)


@each_environment
def test_5_21_no_container_is_in_the_hosts_uts_namespace(environment: str) -> None:
    """With it a container could not have a name of its own."""
    assert [it.inputs["hostname"] for it in running(environment).resources] == [
        it.name for it in running(environment).resources
    ]


@each_environment
def test_5_29_processes_are_limited(environment: str) -> None:
    limits = [it.inputs["create"] for it in made(environment).resources if it.name.endswith("-ready")]
    assert len(limits) == len(running(environment).resources)
    assert all(re.search(r"docker update --pids-limit \d+ ", limit) for limit in limits)
