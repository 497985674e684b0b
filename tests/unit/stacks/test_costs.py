"""The page on costs has today's figures of every phase, beside the seeds' own."""

import pytest

from tests import cost_tables
from tests.cost_tables import Table

ROWS = {"NS-15": 3, "VS-16": 3, "FD-7": 2, "ZU-13": 3, **{f"CC-{phase + 1}": 1 for phase in range(5)}}
"""Of the seeds' requirements, those on costs, and how many phases each has."""
PAGE = cost_tables.FILE.read_text(encoding="utf-8")


@pytest.mark.parametrize("table", cost_tables.tables(), ids=lambda table: table.title)
def test_a_phase_is_on_the_page_as_it_costs_today(table: Table) -> None:
    on_page = cost_tables.section(PAGE, table.title)
    assert on_page.strip() == table.render().strip(), "run: python -m tests.cost_tables"


@pytest.mark.parametrize("row", ROWS)
def test_every_phase_whose_cost_a_seed_says_is_on_the_page(row: str) -> None:
    headings = [line for line in PAGE.splitlines() if line.startswith("### ") and line.endswith(f"({row})")]
    assert len(headings) == ROWS[row]
