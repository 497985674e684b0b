"""The page on costs has today's figures of every phase, beside the seeds' own."""

import pytest

from tests import cost_tables
from tests.cost_tables import Table

PAGE = cost_tables.FILE.read_text(encoding="utf-8")


@pytest.mark.parametrize("table", cost_tables.tables(), ids=lambda table: table.title)
def test_a_phase_is_on_the_page_as_it_costs_today(table: Table) -> None:
    on_page = cost_tables.section(PAGE, table.title)
    assert on_page.strip() == table.render().strip(), "run: python -m tests.cost_tables"
