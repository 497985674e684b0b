"""Every stack of this repository, recorded with its own configuration."""

from pathlib import Path

import pytest

from infra_kit.engine.project import Project
from infra_kit.errors import ConfigError
from infra_kit.testing import record
from infra_kit.testing.plugin import Infra
from stacks.config import load_phase

STACKS = Project.find(Path(__file__)).stacks()


def deploy() -> None:
    load_phase().deploy()


@pytest.mark.parametrize("name", STACKS)
def test_a_stack_stands_with_its_own_configuration(infra: Infra, name: str) -> None:
    stack = infra(deploy, stack=name)
    assert stack.exports
    assert {"database_url", "redis_url"} <= stack.secret_exports


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
        ({"system": "moon"}, "infra-kit:system: given 'moon', there is founder_diary, "),
        ({"system": "zuclubit", "phase": 99}, "infra-kit:phase: given '99', there is 1"),
    ],
)
def test_an_unknown_system_or_phase_is_refused_with_those_there_are(config: dict[str, object], message: str) -> None:
    with pytest.raises(ConfigError) as refused:
        record(deploy, config={f"infra-kit:{key}": value for key, value in config.items()})
    assert str(refused.value).startswith(message)
