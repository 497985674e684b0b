"""What our drivers make on Google Cloud is on the bill, at the prices that sizes are picked by."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pulumi_gcp
import pytest
from pulumi.runtime import rpc

from infra_kit.planning import prices
from infra_kit.planning.rates import gcp as rates
from infra_kit.planning.rates.gcp import machines
from infra_kit.providers import gcp
from infra_kit.providers.common.sizes import Size
from infra_kit.providers.gcp import sizes

RANKED_BY = "us-central1"


def drivers() -> list[Path]:
    return sorted(Path(gcp.__path__[0]).glob("*.py"))


def tokens() -> dict[tuple[str, str], str]:
    """By module and class of the SDK, the type. Nothing is imported for it."""
    known = [module.mod_info for key, (module, *_) in rpc._RESOURCE_MODULES.items() if key.startswith("gcp:")]  # type: ignore[attr-defined]
    return {(info["fqn"], name): token for info in known for token, name in info["classes"].items()}


def used(file: Path) -> Iterator[tuple[str, str]]:
    """The module and the class of the SDK's resources that a file speaks of: `compute.Network`."""
    tree = ast.parse(file.read_text(encoding="utf-8"))
    modules = {
        alias.asname or alias.name: f"{pulumi_gcp.__name__}.{alias.name}"
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom) and node.module == pulumi_gcp.__name__
        for alias in node.names
    }
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id in modules:
            yield modules[node.value.id], node.attr


def made() -> list[str]:
    known = tokens()
    return sorted({known[kind] for file in drivers() for kind in used(file) if kind in known})


MADE = made()


def test_the_drivers_make_what_the_list_says() -> None:
    assert len(MADE) > 40
    assert {"gcp:sql/databaseInstance:DatabaseInstance", "gcp:cloudrunv2/workerPool:WorkerPool"} <= set(MADE)


@pytest.mark.parametrize("type_", MADE)
def test_what_a_driver_makes_is_priced_or_free(type_: str) -> None:
    assert (type_ in rates.RATES) != (type_ in rates.FREE)


def test_what_is_priced_or_free_is_a_type_of_the_sdk() -> None:
    assert {*rates.RATES, *rates.FREE} - set(tokens().values()) == set()


def _price(sku: str) -> float:
    (tier,) = prices.load("gcp", RANKED_BY).tiers(sku)
    return float(tier.amount)


@pytest.mark.parametrize("size", sizes.SHARED_CORE, ids=lambda size: size.name)
def test_a_shared_core_is_ranked_by_the_books_price(size: Size) -> None:
    assert size.hourly_usd == _price(f"sql/{size.name}")


@pytest.mark.parametrize("size", sizes.COMPUTE, ids=lambda size: size.name)
def test_a_virtual_machine_is_ranked_by_the_books_price(size: Size) -> None:
    it = machines.of(size.name)
    assert it
    assert it.memory_gb == size.memory_gb
    whole = it.cpu * _price(f"compute/{it.family}/cpu") + it.memory_gb * _price(f"compute/{it.family}/memory")
    assert size.hourly_usd == pytest.approx(whole, rel=1e-3)


@pytest.mark.parametrize("memory_gb", [1, 7.5, 26, 100, 600])
def test_a_custom_machine_is_ranked_by_the_books_price(memory_gb: float) -> None:
    for size in sizes.enterprise(memory_gb):
        if size not in sizes.SHARED_CORE:
            whole = size.cpu * _price("sql/cpu") + size.memory_gb * _price("sql/memory")
            assert size.hourly_usd == pytest.approx(whole), size.name


@pytest.mark.parametrize("size", sizes.ENTERPRISE_PLUS, ids=lambda size: size.name)
def test_a_machine_of_enterprise_plus_is_ranked_by_the_books_price(size: Size) -> None:
    whole = size.cpu * _price("sql/plus-cpu") + size.memory_gb * _price("sql/plus-memory")
    assert size.hourly_usd == pytest.approx(whole)
