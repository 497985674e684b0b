"""Bootstrap: when a host is prepared, and what its script is told."""

from __future__ import annotations

import shlex
from typing import Any

import pytest
from pulumi_command import local

from infra_kit import Environment, ObjectStore, Redis, Target
from infra_kit.providers.common.log_collector.packing import packed
from infra_kit.providers.vps.bootstrap import SWAP_MB
from infra_kit.providers.vps.scripts import script
from infra_kit.providers.vps.settings import HostSize, VpsSettings
from infra_kit.testing import Recording, record

COMMAND = "command:local:Command"


def host(**changes: Any) -> VpsSettings:
    known = {"host": "vps-1.example.com", "host_key": "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIKey", "user": "deploy"}
    return VpsSettings(**{**known, **changes})


def on(settings: VpsSettings) -> Recording:
    def program() -> None:
        target = Target(name="vps", environment=Environment.DEVELOPMENT, settings=settings)
        ObjectStore("files", target=target)
        Redis("cache", target=target)

    return record(program)


def test_a_host_is_prepared_once_before_docker_is_spoken_to() -> None:
    made = on(host())
    (provider,) = made.of_type("pulumi:providers:docker")

    assert [it.name for it in made.of_type(COMMAND) if "bootstrap" in it.name] == ["vps-bootstrap"]
    assert made.named("vps-bootstrap").urn in provider.options.depends_on


def test_what_the_script_says_makes_no_plan_unsure(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where Docker is would be unknown whenever the script or what it is told changes, and with it all that runs."""
    monkeypatch.setattr(local.Command, "stdout", property(lambda _: pytest.fail("its output may be another each time")))
    (provider,) = on(host()).of_type("pulumi:providers:docker")

    assert provider.inputs["host"] == "ssh://deploy@vps-1.example.com:22"


def test_a_host_that_is_prepared_already_is_left_alone() -> None:
    made = on(host(bootstrap=False))

    assert "vps-bootstrap" not in {resource.name for resource in made.resources}


def test_two_hosts_are_prepared_each() -> None:
    def program() -> None:
        Redis("a", target=Target(name="vps", environment=Environment.DEVELOPMENT, settings=host()))
        other = Target(
            name="vps", alias="second", environment=Environment.DEVELOPMENT, settings=host(host="vps-2.example.com")
        )
        Redis("b", target=other)

    made = record(program)

    assert "deploy@vps-1.example.com" in made.named("vps-bootstrap").inputs["interpreter"]
    assert "deploy@vps-2.example.com" in made.named("second-bootstrap").inputs["interpreter"]


def test_the_script_is_told_who_logs_in_where_and_what_else_is_reached() -> None:
    size = HostSize(cpu=4, memory_gb=7.5, disk_gb=80)
    told = on(host(port=2222, private_address="192.168.7.2", size=size)).named("vps-bootstrap").inputs["stdin"]

    variables = dict(it.split("=", 1) for it in shlex.split(told.removesuffix(script("bootstrap.sh"))))
    assert variables == {
        "STACK": "test/test/test",
        "APP": "test",
        "ENVIRONMENT": "development",
        "HOST_CPU": "4",
        "HOST_MEMORY_GB": "7.5",
        "HOST_DISK_GB": "80",
        "DEPLOY_USER": "deploy",
        "SSH_PORT": "2222",
        "PRIVATE_ADDRESS": "192.168.7.2",
        "SWAP_MB": str(SWAP_MB),
        "MEASURE": script("measure.sh").rstrip(),
        "COLLECTOR": packed(),
    }


def test_who_is_not_root_becomes_it_by_sudo_without_being_asked() -> None:
    command = on(host()).named("vps-bootstrap").inputs["create"]

    assert 'exec sudo -n env SSH_CONNECTION="$SSH_CONNECTION" sh -s' in command
