"""What tables of DynamoDB are billed for."""

from typing import Any

import pulumi_aws as aws
import pytest

from infra_kit.planning import prices
from infra_kit.planning.costs import Costs
from tests.unit.planning.rates.aws.bills import bill, of, skus


def table(**arguments: Any) -> Costs:
    return bill(lambda: aws.dynamodb.Table("carts", hash_key="id", **arguments))


def test_on_demand_it_is_billed_by_what_is_asked_of_it() -> None:
    made = table(billing_mode="PAY_PER_REQUEST")
    assert skus(of(made, "carts")) == {"dynamodb/storage": 20, "dynamodb/reads": 1, "dynamodb/writes": 1}


def test_what_is_provisioned_is_billed_with_its_indexes() -> None:
    index: Any = {"name": "by-day", "projection_type": "ALL", "read_capacity": 10, "write_capacity": 4}
    found = skus(of(table(read_capacity=5, write_capacity=1, global_secondary_indexes=[index]), "carts"))
    assert found == {
        "dynamodb/storage": 20, "dynamodb/read-capacity": 15 * 730, "dynamodb/write-capacity": 5 * 730
    }  # fmt: skip


def test_the_way_back_to_any_second_is_billed_by_what_is_kept() -> None:
    made = table(billing_mode="PAY_PER_REQUEST", point_in_time_recovery={"enabled": True})
    assert skus(of(made, "carts"))["dynamodb/point-in-time"] == 20
    assert "dynamodb/point-in-time" not in skus(of(table(point_in_time_recovery={"enabled": False}), "carts"))


@pytest.mark.parametrize("mode", ["PAY_PER_REQUEST", "PROVISIONED"])
def test_each_copy_has_lines_at_the_prices_of_its_region(mode: str) -> None:
    copy: Any = {"region_name": "eu-west-1", "point_in_time_recovery": True}
    made = table(billing_mode=mode, replicas=[copy])
    sku = "writes" if mode == "PAY_PER_REQUEST" else "write-capacity"
    assert not made.unpriced
    there = prices.load("aws", "eu-west-1")
    items = [item for item in of(made, "carts") if item.what.startswith("the copy in eu-west-1")]
    assert {item.price for item in items} == {
        there.tiers(f"dynamodb/{each}")[0] for each in ("storage", "point-in-time", f"replicated-{sku}")
    }
