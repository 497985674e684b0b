"""The bill of a stack, and what it rests on."""

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from infra_kit.errors import ConfigError, PlanningError
from infra_kit.planning.bill import Bill, bill
from infra_kit.planning.programs import plan
from tests.unit.planning.conftest import MakeProject

SENTRY = "from infra_kit import Budget, ExternalService\nExternalService('errors', vendor='Sentry', plan='Team')\n"
BUDGET = "Budget('budget', monthly=20)\n"
LOCAL = "config: {infra-kit:target: local}"
Billed = Callable[..., Bill]


@pytest.fixture
def billed(make_project: MakeProject) -> Billed:
    def make(program: str = SENTRY, *settings: str, **asked: Any) -> Bill:
        return bill(plan(make_project(program, dev=LOCAL), "dev", settings), **asked)

    return make


def test_an_outside_service_is_a_line_with_the_price_of_its_plan(billed: Billed) -> None:
    made = billed()
    (item,) = made.items
    assert (item.component, item.what, item.monthly) == ("errors", "Sentry Team", Decimal(26))
    assert made.by_component == {"errors": 26}


def test_a_price_that_the_program_says_comes_before_the_books(billed: Billed) -> None:
    made = billed(SENTRY.replace("plan='Team'", "plan='Team', monthly=40, quantity=2"))
    assert made.total == 80
    assert made.items[0].price
    assert made.items[0].price.source == "said by the program"


def test_a_plan_that_is_billed_by_the_hour_runs_all_month(billed: Billed) -> None:
    (item,) = billed(SENTRY.replace("vendor='Sentry', plan='Team'", "vendor='MongoDB Atlas', plan='M10'")).items
    assert item.quantity == 730
    assert item.monthly == Decimal("58.4")


def test_a_plan_that_nobody_knows_is_unpriced_and_counted(billed: Billed) -> None:
    made = billed(SENTRY.replace("Team", "Galaxy"))
    assert (made.total, made.unpriced) == (Decimal(0), 1)
    assert made.items[0].why == (
        "the price book has no sentry/galaxy (of sentry it has developer, team); say monthly=…"
    )
    other = billed(SENTRY.replace("Sentry", "Acme"))
    assert other.items[0].why == "the price book has no acme/team (it has nothing of acme); say monthly=…"


def test_all_is_shown_in_one_currency_at_a_dated_rate(billed: Billed) -> None:
    made = billed(SENTRY, currency="EUR")
    assert made.exchange
    assert made.total == Decimal(26) / made.exchange.usd_per_eur
    assert billed(SENTRY, currency="USD").exchange is None


def test_the_stack_may_say_its_currency(billed: Billed) -> None:
    assert billed(SENTRY, "infra-kit:currency=EUR").currency == "EUR"
    with pytest.raises(ConfigError, match="infra-kit:currency: given 'GBP', allowed: USD, EUR"):
        billed(SENTRY, "infra-kit:currency=GBP")


def test_a_budget_of_the_stacks_own_is_held_against_its_plan(billed: Billed) -> None:
    (limit,) = billed(SENTRY + BUDGET).budgets
    assert (limit.said_by, limit.monthly, limit.over) == ("Budget 'budget'", Decimal(20), True)
    (within,) = billed(SENTRY + BUDGET.replace("20", "30")).budgets
    assert not within.over


def test_a_budget_in_another_currency_is_exchanged(billed: Billed) -> None:
    made = billed(SENTRY + BUDGET.replace("20", "25, currency='EUR'"))
    assert made.exchange
    (limit,) = made.budgets
    assert limit.monthly == 25 * made.exchange.usd_per_eur
    assert not limit.over


def test_a_budget_that_is_asked_for_is_held_beside_the_stacks_own(billed: Billed) -> None:
    asked, own = billed(SENTRY + BUDGET, budget=26).budgets
    assert (asked.said_by, asked.over) == ("--budget", False)
    assert own.over


@pytest.mark.parametrize("amount", [-5, float("nan"), float("inf")])
def test_a_budget_that_is_no_amount_is_one_clear_error(billed: Billed, amount: float) -> None:
    with pytest.raises(PlanningError, match=r"--budget: given .*; what a month may cost is needed"):
        billed(SENTRY, budget=amount)


def test_old_prices_are_counted(billed: Billed) -> None:
    assert billed(today=date(2026, 9, 21)).stale == 0
    assert billed(today=date(2027, 9, 21)).stale == 1


def test_what_a_user_costs_is_told_where_the_stack_says_how_many_there_are(billed: Billed) -> None:
    made = billed(SENTRY, 'infra-kit:usage={"*": {users: 1000}}')
    assert (made.users, made.per_user) == (1000, Decimal("0.026"))
    assert billed().per_user is None


def test_what_was_assumed_is_told_and_what_a_component_says_otherwise(billed: Billed) -> None:
    program = "from infra_kit import ObjectStore\nObjectStore('files')"
    aws = ["infra-kit:target=aws", "infra-kit:environment=production", "infra-kit:region=us-east-1"]
    made = billed(program, *aws, 'infra-kit:usage={"*": {requests: 5}, files: {stored_gb: 7}}')
    assert made.usage["*"]["requests"] == 5
    assert made.usage["*"]["gb_out"] == 50
    assert made.usage["files"] == {"stored_gb": 7}
    assert billed().usage == {}


OF_ANOTHER_STACK = """
    import pulumi, pulumi_aws as aws
    of, kind = pulumi.StackReference("org/net/prod").require_output, "m7g.large.search"
    aws.ebs.Volume("disk", availability_zone="eu-west-1a", type="gp3", size=of("size"))
    aws.opensearch.Domain("counted", cluster_config={"instance_type": kind, "instance_count": of("count")})
    disk = {"ebs_enabled": True, "volume_size": of("size")}
    aws.opensearch.Domain("search", cluster_config={"instance_type": kind}, ebs_options=disk)
"""
IN_IRELAND = "config: {infra-kit:target: aws, infra-kit:environment: staging, aws:region: eu-west-1}"


def test_a_quantity_that_only_another_stack_knows_is_unpriced_and_no_budget_is_kept_by_it(
    make_project: MakeProject,
) -> None:
    made = bill(plan(make_project(OF_ANOTHER_STACK, prod=IN_IRELAND), "prod"), budget=500)
    unpriced = {item.resource: item.why for item in made.items if item.monthly is None}
    assert unpriced.keys() == {"disk", "counted", "search"}
    assert unpriced["counted"].startswith("its quantity is [org/net/prod.count], which nobody here knows")
    assert {item.resource: item.quantity for item in made.items if item.price} == {"search": 730}
    assert made.budgets[0].undecided
    assert made.total > 0
