"""Every stack of this repository, recorded with its own configuration."""

from pathlib import Path
from typing import Any

import pytest

from infra_kit.engine.project import Project
from infra_kit.errors import ConfigError
from infra_kit.stateful import is_stateful
from infra_kit.testing import record, stack_files
from infra_kit.testing.plugin import Infra
from stacks.config import load_phase, phases

STACKS = Project.find(Path(__file__)).stacks()
SECRET = {
    "database_url", "pooled_database_url", "reader_url", "reports_url", "analytics_url", "redis_url", "queue_url",
    "events_url",
}  # fmt: skip
PHASES = {
    "cuenta_conmigo": ["0", "1", "2"],
    "founder_diary": ["1", "2"],
    "nomadshift": ["1", "2"],
    "vina_santa_cruz": ["1", "2", "3"],
    "zuclubit": ["1", "2", "3"],
}
SECRETS = {"secret_key": "recorded", "passphrase": "recorded"}
"""What a stack's file asks its user to set."""
BEYOND = {("cuenta-conmigo-production", "2")}
"""The phases for which a stack's file changes: Cuenta Conmigo leaves its VPS then."""


def configuration(name: str, phase: str) -> dict[str, Any]:
    given = stack_files.read(name, Path(__file__)).config
    vps = given.get("infra-kit:vps", {})
    filled = {**vps, "backups": {**vps["backups"], **SECRETS}} if "backups" in vps else vps
    return {**given, **({"infra-kit:vps": filled} if filled else {}), "infra-kit:phase": phase}


def phases_of(name: str) -> list[str]:
    system = stack_files.read(name, Path(__file__)).config["infra-kit:system"].replace("-", "_")
    return [phase for phase in PHASES[system] if (name, phase) not in BEYOND]


def deploy() -> None:
    load_phase().deploy()


def test_every_system_has_its_phases() -> None:
    assert {system: sorted(phases(system)) for system in PHASES} == PHASES


@pytest.mark.parametrize(("name", "phase"), [(name, phase) for name in STACKS for phase in phases_of(name)])
def test_a_stack_stands_in_every_phase_with_its_own_configuration(infra: Infra, name: str, phase: str) -> None:
    stack = infra(deploy, stack=name, config=configuration(name, phase))
    assert "database_url" in stack.exports
    assert stack.secret_exports == SECRET & stack.exports.keys()


@pytest.mark.parametrize("name", STACKS)
def test_growing_a_phase_takes_nothing_away_that_holds_data(infra: Infra, name: str) -> None:
    kept: set[tuple[str, str]] = set()
    for phase in [] if "cuenta-conmigo-production" in name else phases_of(name):
        made = infra(deploy, stack=name, config=configuration(name, phase)).resources
        there = {(resource.urn, resource.type) for resource in made if is_stateful(resource.type, resource.inputs)}
        assert kept <= there
        kept = there


def test_cuenta_conmigo_keeps_its_data_on_aws_and_its_backends_on_vps(infra: Infra) -> None:
    config = configuration("cuenta-conmigo-production", "1")
    stack = infra(deploy, stack="cuenta-conmigo-production", config=config)
    assert {resource.type.partition(":")[0] for resource in stack.resources} >= {"aws", "infra-kit"}
    assert stack.of_type("aws:rds/instance:Instance")
    assert not stack.of_type("docker:index/container:Container")


def test_cuenta_conmigo_leaves_its_vps_in_phase_2(infra: Infra) -> None:
    aws = {"infra-kit:target": "aws", "infra-kit:region": "us-east-1"}
    gaps = {"infra-kit:accepted-gaps": {"events": ["engine:nats"]}}
    config = {**configuration("cuenta-conmigo-production", "2"), **aws, **gaps}
    stack = infra(deploy, stack="cuenta-conmigo-production", config=config)
    assert stack.named("db-server").inputs["multiAz"]


def test_zuclubit_uses_all_five_components(infra: Infra) -> None:
    stack = infra(deploy, stack="zuclubit-development")
    for kind in ("Postgres", "Redis", "EventBus", "ObjectStore", "Cdn"):
        assert stack.of_type(f"infra-kit:index:{kind}"), kind


def test_zuclubit_locks_its_invoices_for_five_years(infra: Infra) -> None:
    inputs = infra(deploy, stack="zuclubit-development").named("invoices-server").inputs
    assert inputs["retention_lock"] == 5 * 365


def test_zuclubit_says_what_this_machine_leaves_out(infra: Infra) -> None:
    warnings = infra(deploy, stack="zuclubit-development").warnings
    assert any("archive is left out" in line for line in warnings)


@pytest.mark.parametrize(
    ("config", "message"),
    [
        ({"system": "moon"}, "infra-kit:system: given 'moon', there is cuenta_conmigo, founder_diary, "),
        ({"system": "zuclubit", "phase": 99}, "infra-kit:phase: given '99', there is 1"),
    ],
)
def test_an_unknown_system_or_phase_is_refused_with_those_there_are(config: dict[str, object], message: str) -> None:
    with pytest.raises(ConfigError) as refused:
        record(deploy, config={f"infra-kit:{key}": value for key, value in config.items()})
    assert str(refused.value).startswith(message)
