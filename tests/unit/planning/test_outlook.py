"""What a Panel shows of its stack's plan."""

import json

import pytest

from infra_kit import home
from infra_kit.engine.project import Project
from infra_kit.planning.outlook import outlook, write
from tests.unit.planning.conftest import MakeProject

SHOP = """
    import pulumi
    from infra_kit import Budget, Panel, Postgres, Redis
    phase = int(pulumi.Config("infra-kit").get("phase") or 1)
    db = Postgres("db", memory_gb=2 * phase)
    if phase < 2:
        Redis("sessions")
    if phase > 1:
        Redis("cache", memory_gb=1)
    Budget("budget", monthly=64)
    Panel("panel", of=[db])
"""
PHASES = """
    "1": {title: Start, stack: production, until: {users: 1000}}
    "2": {title: Growth, stack: production}
"""
FIRST = 'config: {infra-kit:target: local, infra-kit:environment: development, infra-kit:phase: "1"}'
LAST = FIRST.replace('"1"', '"2"')
UNSAID = "config: {infra-kit:target: local}"


@pytest.fixture
def project(make_project: MakeProject) -> Project:
    return make_project(SHOP, files={"phases.yaml": PHASES}, production=FIRST)


def test_the_next_phase_is_told_component_by_component(project: Project) -> None:
    found = outlook(project, "production")
    assert found.phase is not None
    assert found.next is not None
    assert (found.phase.name, found.phase.title, found.next.name, found.next.title) == ("1", "Start", "2", "Growth")
    assert found.next.changes == (
        "adds cache (Redis)",
        "changes db (Postgres): 1 changed in place",
        "removes sessions (Redis)",
    )


def test_a_month_is_told_with_its_budgets(project: Project) -> None:
    found = outlook(project, "production")
    assert found.monthly == "0.00 USD"
    assert found.budgets == ("Budget 'budget': 64.00 USD a month, within",)


def test_nothing_comes_after_the_last_phase(make_project: MakeProject) -> None:
    found = outlook(make_project(SHOP, files={"phases.yaml": PHASES}, production=LAST), "production")
    assert found.phase is not None
    assert (found.phase.name, found.next) == ("2", None)


@pytest.mark.parametrize("files", [{}, {"phases.yaml": PHASES}])
def test_a_stack_that_says_no_phase_is_in_none(make_project: MakeProject, files: dict[str, str]) -> None:
    found = outlook(make_project(SHOP, files=files, production=UNSAID), "production")
    assert (found.phase, found.next) == (None, None)


def test_the_plan_is_left_where_the_panel_reads_it_for_nobody_else(project: Project) -> None:
    write(project, "production")
    file = home.plan_file(project.root, "production")
    assert json.loads(file.read_text())["monthly"] == "0.00 USD"
    assert file.stat().st_mode & 0o077 == 0
