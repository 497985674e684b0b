"""What Alerts and Uptime cost on Google Cloud: nothing, but for many checks."""

import pytest

from infra_kit import Alerts, Check, Redis, Rule, Uptime
from tests.unit.planning.rates.gcp.bills import bill, items, monthly

URL = "https://www.example.com"


def test_the_first_million_checks_a_month_are_for_nothing() -> None:
    few = bill(lambda: Uptime("site", url=URL))
    assert not items(few, "site-check-home")


def test_beyond_them_each_check_of_a_stack_pays_its_part() -> None:
    def program() -> None:
        checks = {f"page-{number}": Check(path=f"/{number}", every="1m") for number in range(5)}
        Uptime("site", url=URL, checks=checks)

    # Five checks from six places, each minute of 730 hours: 1,314,000.
    assert monthly(bill(program), "monitoring/uptime-check", "site-check-page-0") == pytest.approx(0.314 / 5 * 300)


def test_a_policy_has_a_price_of_nothing_so_far() -> None:
    def program() -> None:
        Alerts("alerts", watch=[Redis("cache")], rules={"cold": Rule(signal="cache-hits", below=50)})

    made = bill(program)
    assert monthly(made, "monitoring/condition", "alerts-cold.cache") == 0
    assert not [it for it in made.unpriced if it.resource.startswith("alerts-")]
