"""Every stack of this repository, recorded with its own configuration."""

from pathlib import Path

import pytest

from infra_kit.engine.project import Project
from infra_kit.errors import ConfigError
from infra_kit.stateful import is_stateful
from infra_kit.testing import record
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
OF_A_STACK = [(name, phase) for name in STACKS for phase in PHASES[name.rpartition("-")[0].replace("-", "_")]]


def deploy() -> None:
    load_phase().deploy()


def test_every_system_has_its_phases() -> None:
    assert {system: sorted(phases(system)) for system in PHASES} == PHASES


@pytest.mark.parametrize(("name", "phase"), OF_A_STACK)
def test_a_stack_stands_in_every_phase_with_its_own_configuration(infra: Infra, name: str, phase: str) -> None:
    stack = infra(deploy, stack=name, config={"infra-kit:phase": phase})
    assert "database_url" in stack.exports
    assert stack.secret_exports == SECRET & stack.exports.keys()


@pytest.mark.parametrize("name", STACKS)
def test_growing_a_phase_takes_nothing_away_that_holds_data(infra: Infra, name: str) -> None:
    system = name.rpartition("-")[0].replace("-", "_")
    kept: set[str] = set()
    for phase in PHASES[system]:
        made = infra(deploy, stack=name, config={"infra-kit:phase": phase}).resources
        urns = {resource.urn for resource in made if is_stateful(resource.type, resource.inputs)}
        assert kept <= urns
        kept = urns


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
