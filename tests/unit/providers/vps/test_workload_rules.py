"""The same rules of the CIS Docker Benchmark, over every container of services, workers, jobs and gateways on a host.

Why 5.10 and 5.30 have an exception: what runs beside one another speaks by the loopback, as on the other targets. So a
program and its sidecars share the network of a container that holds nothing but it, never the host's.
"""

from __future__ import annotations

import dataclasses
import re
from functools import cache

from infra_kit import Gateway, Job, Service, Sidecar, Target, Worker
from infra_kit.testing import Recording, record
from tests.unit.providers.vps.test_rules import CONTAINER, ROWS
from tests.unit.providers.vps.workloads import HOST, IMAGE
from tests.unit.rules import Row, check, each_environment, each_row

BESIDE = {"api-instance-1", "api-instance-1-sidecar-proxy"}
"""In the network of `api-instance-1-host`."""
OF_NETWORKS = [it for it in ROWS if it.ids == "5.10 5.30"]


def workloads() -> None:
    target, command = Target(name="vps", settings=HOST), ["node", "app.js"]
    beside = {"proxy": Sidecar(image=IMAGE)}
    api = Service("api", target=target, image=IMAGE, command=command, sidecars=beside)
    Worker("scorer", target=target, image=IMAGE, command=command)
    Job("nightly", target=target, image=IMAGE, command=command, schedule="0 3 * * *")
    Gateway("edge", target=target, routes={"/*": api}, domains=["api.example.com"])


@cache
def made(environment: str) -> Recording:
    return record(workloads, config={"infra-kit:environment": environment})


@cache
def running(environment: str) -> Recording:
    """With the containers alone in which something is ever started."""
    own = [it for it in made(environment).of_type(CONTAINER) if it.inputs.get("start") is not False]
    assert {it.name for it in own} == BESIDE | {
        "api-instance-1-host", "api-proxy", "edge-server", "nightly-instance", "scorer-instance-1", "vps-edge-proxy",
    }  # fmt: skip
    return dataclasses.replace(made(environment), resources=tuple(own))


@each_environment
@each_row([it for it in ROWS if it not in OF_NETWORKS])
def test_an_input_is_as_its_rule_has_it(rule: Row, environment: str) -> None:
    check(rule, running(environment), environment)


@each_environment
@each_row(OF_NETWORKS)
def test_a_container_that_runs_alone_has_a_network_of_its_own(rule: Row, environment: str) -> None:
    alone = tuple(it for it in running(environment).resources if it.name not in BESIDE)
    check(rule, dataclasses.replace(running(environment), resources=alone), environment)


@each_environment
def test_5_10_5_30_what_runs_beside_one_another_shares_one_containers_network(environment: str) -> None:
    modes = {name: running(environment).named(name).inputs["networkMode"] for name in BESIDE}
    assert modes == dict.fromkeys(BESIDE, "container:api-instance-1-host-id")


@each_environment
def test_5_8_only_the_hosts_edge_publishes_ports(environment: str) -> None:
    published = {it.name for it in running(environment).resources if it.inputs.get("ports")}
    assert published == {"vps-edge-proxy"}


@each_environment
def test_5_4_a_capability_is_added_to_the_hosts_edge_alone(environment: str) -> None:
    added = {it.name: it.inputs["capabilities"]["adds"] for it in running(environment).resources}
    assert {name: adds for name, adds in added.items() if adds} == {"vps-edge-proxy": ["CAP_NET_BIND_SERVICE"]}


@each_environment
def test_5_6_5_20_5_32_nothing_of_the_host_is_mounted(environment: str) -> None:
    for it in running(environment).resources:
        assert not re.search(r"hostPath|docker\.sock", str(it.inputs)), it.name


@each_environment
def test_5_11_memory_is_a_limit_without_swap(environment: str) -> None:
    assert all(it.inputs["memory"] == it.inputs["memorySwap"] for it in running(environment).resources)


@each_environment
def test_5_21_no_container_is_in_the_hosts_uts_namespace(environment: str) -> None:
    """With it a container could not have a name of its own; what is beside another has no name at all."""
    named = {it.name: it.inputs["hostname"] for it in running(environment).resources if it.inputs.get("hostname")}
    assert named == {it.name: it.name for it in running(environment).resources if it.name not in BESIDE}


@each_environment
def test_5_29_processes_are_limited(environment: str) -> None:
    """By whoever looks whether a container is well, and by a release before an instance gets requests."""
    told = [f"{it.inputs.get('create')}{it.inputs.get('stdin')}" for it in made(environment).resources]
    limiting = [it for it in told if re.search(r"docker update --pids-limit (\d+|.\$PIDS.) ", it)]
    assert all(re.search(r"\nPIDS=[1-9]\d*\n", it) for it in limiting if "$PIDS" in it)
    words = {word for it in limiting for word in re.split(r"[\s']+", it)}
    assert {f"{it.name}-id" for it in running(environment).resources} <= words
