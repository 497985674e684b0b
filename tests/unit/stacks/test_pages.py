"""The page on costs and those of the systems have today's figures, pictures and steps, beside what the seeds ask."""

import pytest

from infra_kit.planning.changes import Fate
from infra_kit.planning.transition import check
from infra_kit.planning.ways import How
from tests import cost_tables
from tests.cost_tables import Table
from tests.planned_phases import SYSTEMS, planned
from tests.system_pages import transitions
from tests.system_pages.page import file_of, filled

ROWS = {"NS-15": 3, "VS-16": 3, "FD-7": 2, "ZU-13": 3, **{f"CC-{phase + 1}": 1 for phase in range(5)}}
"""Of the seeds' requirements, those on costs, and how many phases each has."""
PAGE = cost_tables.FILE.read_text(encoding="utf-8")
STEPS = [(system, *pair) for system in SYSTEMS for pair in transitions.pairs(system)]


@pytest.mark.parametrize("table", cost_tables.tables(), ids=lambda table: table.title)
def test_a_phase_is_on_the_page_as_it_costs_today(table: Table) -> None:
    on_page = cost_tables.section(PAGE, table.title)
    assert on_page.strip() == table.render().strip(), "run: python -m tests.cost_tables"


@pytest.mark.parametrize("row", ROWS)
def test_every_phase_whose_cost_a_seed_says_is_on_the_page(row: str) -> None:
    headings = [line for line in PAGE.splitlines() if line.startswith("### ") and line.endswith(f"({row})")]
    assert len(headings) == ROWS[row]


@pytest.mark.parametrize("system", SYSTEMS)
def test_a_systems_page_has_its_pictures_requirements_costs_and_steps_as_they_are_today(system: str) -> None:
    page = file_of(system).read_text(encoding="utf-8")
    assert page == filled(system, page), "run: python -m tests.system_pages"


@pytest.mark.parametrize(("system", "before", "after"), STEPS)
def test_the_plan_of_a_step_loses_nothing_and_moves_only_what_changes_its_target(
    system: str, before: str, after: str
) -> None:
    found = transitions.between(system, before, after)
    assert found.losses == ()
    targets = [{made.name: made.target.key for made in planned(system, phase).components} for phase in (before, after)]
    for move in found.moves:
        was, will_be = (each.get(move.component) for each in targets)
        if was == will_be:
            assert move.way.how is How.IN_PLACE, move
        else:
            assert move.way.how in {How.DUAL_RUN, How.EMPTY, How.LEFT}, move
    if all(move.way.how is How.IN_PLACE for move in found.moves):
        check(found)


def test_cuenta_conmigos_move_to_aws_is_a_dual_run_and_nothing_that_holds_data_is_replaced() -> None:
    found = transitions.between("cuenta-conmigo", "1", "2")
    ways = {move.component: move.way.how for move in found.moves}
    assert (ways["db"], ways["files"]) == (How.DUAL_RUN, How.DUAL_RUN)
    assert [it.resource.name for it in found.of(Fate.REPLACED) if it.stateful] == []
    assert [each.partition(",")[0].partition(":")[0].lower() for each in found.order[-2:]] == ["cut over", "let go"]


@pytest.mark.parametrize("system", SYSTEMS)
def test_a_page_makes_the_stack_before_it_sets_its_secrets_and_says_where_images_go(system: str) -> None:
    """Pulumi sets none of a stack that it does not know."""
    page = file_of(system).read_text(encoding="utf-8")
    made = page.index(f"pulumi stack select --create {system}")
    assert page.index('eval "$(.venv/bin/infra-kit env)"') < made
    assert made < (page + "pulumi config set --secret").index("pulumi config set --secret")
    for words in (f"{system}:registry", "pulumi config set infra-kit:release"):
        assert words in page
