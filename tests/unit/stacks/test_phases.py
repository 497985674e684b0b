"""Every stack of this repository, recorded with its own configuration."""

from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from infra_kit.engine.guard import holds_data
from infra_kit.engine.project import Project
from infra_kit.errors import ConfigError
from infra_kit.testing import record, stack_files
from infra_kit.testing.conformance.safety import replaced
from infra_kit.testing.plugin import Infra
from stacks.config import load_phase, phases

STACKS = Project.find(Path(__file__)).stacks()
SECRET = {
    "database_url", "pooled_database_url", "reader_url", "reports_url", "analytics_url", "redis_url", "queue_url",
    "events_url", "pgadmin_password",
}  # fmt: skip
PHASES = {
    "cuenta_conmigo": ["0", "1", "2"],
    "founder_diary": ["1", "2"],
    "nomadshift": ["1", "2"],
    "vina_santa_cruz": ["1", "2", "3"],
    "zuclubit": ["1", "2", "3"],
}
SECRETS = {"secret_key": "recorded", "passphrase": "recorded"}
"""What a VPS's backups ask their user to set."""
DATABASE_URL = "postgresql://preview:recorded@db.0a1b2c.sa-east-1.rds.amazonaws.com:5432/vina_santa_cruz"
GIVEN = {"vina-santa-cruz-preview": {"vina-santa-cruz:database-url": DATABASE_URL}}
"""What else a stack's file asks its user to set."""
BEYOND = {("cuenta-conmigo-production", "2")}
"""The phases for which a stack's file changes: Cuenta Conmigo leaves its VPS then."""


def configuration(name: str, phase: str) -> dict[str, Any]:
    given = stack_files.read(name, Path(__file__)).config
    vps = given.get("infra-kit:vps", {})
    filled = {**vps, "backups": {**vps["backups"], **SECRETS}} if "backups" in vps else vps
    return {**given, **GIVEN.get(name, {}), **({"infra-kit:vps": filled} if filled else {}), "infra-kit:phase": phase}


def phases_of(name: str) -> list[str]:
    system = stack_files.read(name, Path(__file__)).config["infra-kit:system"].replace("-", "_")
    return [phase for phase in PHASES[system] if (name, phase) not in BEYOND]


def steps_of(name: str) -> list[tuple[str, str]]:
    """The pairs of neighbouring phases that one stack goes through in place."""
    return list(pairwise(phases_of(name)))


def deploy() -> None:
    load_phase().deploy()


def test_every_system_has_its_phases() -> None:
    assert {system: sorted(phases(system)) for system in PHASES} == PHASES


@pytest.mark.parametrize(("name", "phase"), [(name, phase) for name in STACKS for phase in phases_of(name)])
def test_a_stack_stands_in_every_phase_with_its_own_configuration(infra: Infra, name: str, phase: str) -> None:
    stack = infra(deploy, stack=name, config=configuration(name, phase))
    assert "database_url" in stack.exports
    assert stack.secret_exports == SECRET & stack.exports.keys()


@pytest.mark.parametrize(("name", "before", "after"), [(name, *pair) for name in STACKS for pair in steps_of(name)])
def test_from_phase_to_phase_nothing_that_holds_data_goes_or_is_made_anew(
    infra: Infra, name: str, before: str, after: str
) -> None:
    old, new = (infra(deploy, stack=name, config=configuration(name, phase)) for phase in (before, after))
    kept = {resource.urn for resource in new.resources}
    assert [it.name for it in old.resources if holds_data(it.type, it.inputs) and it.urn not in kept] == []
    assert replaced(old, new) == []
    assert replaced(new, old) == []


def test_cuenta_conmigo_leaves_its_vps_in_phase_2(infra: Infra) -> None:
    aws = {"infra-kit:target": "aws", "infra-kit:region": "us-east-1"}
    gaps = {"infra-kit:accepted-gaps": {"events": ["engine:nats"], "app": ["blue-green"]}}
    config = {**configuration("cuenta-conmigo-production", "2"), **aws, **gaps}
    stack = infra(deploy, stack="cuenta-conmigo-production", config=config)
    assert stack.named("db-server").inputs["multiAz"]


def test_vina_santa_cruz_has_its_names_in_a_zone_of_its_own(infra: Infra) -> None:
    stack = infra(deploy, stack="vina-santa-cruz-production")
    records = [it.inputs for it in stack.of_type("aws:route53/record:Record")]
    led = {inputs["name"]: inputs["zoneId"] for inputs in records if "aliases" in inputs}
    zone = stack.named("zone-zone").outputs["zoneId"]
    assert led == {"app.vinasantacruz.example": zone}
    assert stack.exports["name_servers"]


@pytest.mark.parametrize(
    ("name", "phase", "names"),
    [
        ("founder-diary-production", "1", ["app.founderdiary.example"]),
        ("cuenta-conmigo-production", "1", ["app.cuentaconmigo.example", "static.cuentaconmigo.example"]),
    ],
)
def test_on_a_vps_a_stack_says_which_records_to_set(infra: Infra, name: str, phase: str, names: list[str]) -> None:
    stack = infra(deploy, stack=name, config=configuration(name, phase))
    assert stack.exports["dns_records"] == [f"{it}. 300 IN A 203.0.113.10" for it in names]


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
