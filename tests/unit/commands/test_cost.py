"""`infra-kit cost`: what is printed, and how it ends."""

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest
from typer.testing import CliRunner, Result

from infra_kit.cli import app
from infra_kit.planning import prices
from tests.unit.planning.conftest import MakeProject

PROGRAM = """
from infra_kit import Budget, ExternalService
ExternalService("errors", vendor="Sentry", plan="Team")
ExternalService("logs", vendor="Axiom", plan="Galaxy")
Budget("budget", monthly=30)
"""
Cost = Callable[..., Result]
Monkey = pytest.MonkeyPatch


@pytest.fixture
def cost(make_project: MakeProject, monkeypatch: pytest.MonkeyPatch) -> Cost:
    def run(*arguments: str, program: str = PROGRAM) -> Result:
        project = make_project(program, dev="config: {infra-kit:target: local}")
        monkeypatch.chdir(project.root)
        return CliRunner().invoke(app, ["cost", "--stack", "dev", *arguments])

    return run


def test_each_line_has_its_quantity_its_unit_price_and_where_that_is_from(cost: Cost) -> None:
    shown = cost()
    assert shown.exit_code == 0
    line = next(line for line in shown.output.splitlines() if "Sentry Team" in line)
    assert line.split() == ["Sentry", "Team", "1", "26.00/month", "26.00", "[1]"]
    assert "[1] https://sentry.io/pricing/, 2026-09-20" in shown.output


@pytest.mark.parametrize(("checked", "mark"), [("", ", not verified"), ("https://prices.example/", "")])
def test_a_price_that_nobody_could_verify_is_marked(
    cost: Cost, monkeypatch: pytest.MonkeyPatch, checked: str, mark: str
) -> None:
    [team] = prices.load("external", "global").tiers("sentry/team")
    book = prices.Book("external", "global", {"sentry/team": (replace(team, checked=checked),)})
    monkeypatch.setattr(prices, "load", lambda *_: book)
    shown = cost().output
    assert f"• [1] https://sentry.io/pricing/, 2026-09-20{mark}" in map(str.strip, shown.splitlines())


def test_what_has_no_price_is_counted_and_listed_with_why(cost: Cost) -> None:
    shown = cost().output
    assert "dev: 26.00 USD a month, and 1 unpriced, which are not in it" in shown
    assert "the price book has no axiom/galaxy (of axiom it has team); say monthly=…: logs" in shown


def test_above_a_budget_it_ends_with_5(cost: Cost) -> None:
    all_priced = PROGRAM.replace("Galaxy", "Team").replace("30", "100")
    within, over = cost("--budget", "60", program=all_priced), cost("--budget", "25.99")
    assert (within.exit_code, over.exit_code) == (0, 5)
    assert "within --budget: 60.00 USD a month\n" in within.output
    assert "over --budget: 25.99 USD a month" in over.output


def test_where_something_has_no_price_a_budget_is_undecided(cost: Cost) -> None:
    shown = cost("--budget", "26")
    assert shown.exit_code == 0
    assert "undecided --budget: 26.00 USD a month: 26.00 by what has a price, and 1 unpriced" in shown.output
    assert "within" not in shown.output


def test_what_a_month_is_assumed_to_bring_has_its_units(make_project: MakeProject, monkeypatch: Monkey) -> None:
    aws = "config: {infra-kit:target: aws, infra-kit:environment: production, infra-kit:region: eu-west-1}"
    project = make_project("from infra_kit import ObjectStore\nObjectStore('files')", prod=aws)
    monkeypatch.chdir(project.root)
    shown = CliRunner().invoke(app, ["cost", "--stack", "prod"]).output
    assert "gb_nat 10 GB a month" in shown
    assert "requests 1,000,000 a month" in shown


def test_above_the_stacks_own_budget_too(cost: Cost) -> None:
    shown = cost(program=PROGRAM.replace("30", "20"))
    assert shown.exit_code == 5
    assert "over Budget 'budget': 20.00 USD a month" in shown.output


def test_in_another_currency_the_rate_and_its_date_are_said(cost: Cost) -> None:
    shown = cost("--currency", "EUR").output
    assert "EUR a month" in shown
    assert "26.00 USD/month" in shown
    assert "• 1 EUR = " in shown


def test_machines_get_json(cost: Cost) -> None:
    shown = cost("--json", "--budget", "5")
    assert shown.exit_code == 5
    told = json.loads(shown.stdout)
    assert (told["total"], told["unpriced"], told["currency"]) == ("26", 1, "USD")
    assert told["budgets"][0] == {"said_by": "--budget", "monthly": "5.0", "over": True, "priced": "26",
                                  "unpriced": 1, "undecided": False}  # fmt: skip
    assert told["items"][0]["price"]["source"] == "https://sentry.io/pricing/"


@pytest.mark.parametrize(("days", "told"), [(36_500, False), (-36_500, True)])
def test_of_old_prices_it_warns(cost: Cost, monkeypatch: pytest.MonkeyPatch, days: int, *, told: bool) -> None:
    monkeypatch.setattr("infra_kit.planning.prices.STALE_AFTER", timedelta(days=days))
    assert ("Lines whose price is older than 180 days: 1." in cost().output) == told
