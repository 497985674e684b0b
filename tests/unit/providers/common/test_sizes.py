"""The cheapest size that fits, and what is said of it."""

from __future__ import annotations

import pulumi
import pytest

from infra_kit import Postgres
from infra_kit.component import Scope
from infra_kit.components.postgres import PostgresEndpoint, PostgresSpec
from infra_kit.errors import SpecError
from infra_kit.providers.common.sizes import Size, choose, pick
from infra_kit.providers.local import postgres
from infra_kit.testing import record

SMALL = Size("small", cpu=2, memory_gb=4, hourly_usd=0.05, burstable=True)
STEADY = Size("steady", cpu=2, memory_gb=8, hourly_usd=0.10)
WIDE = Size("wide", cpu=8, memory_gb=16, hourly_usd=0.30, burstable=True)
LARGE = Size("large", cpu=4, memory_gb=32, hourly_usd=0.40)
SIZES = (LARGE, WIDE, STEADY, SMALL)


@pytest.mark.parametrize(
    ("cpu", "memory_gb", "dedicated", "picked"),
    [
        (1, 1, False, SMALL),
        (2, 4, False, SMALL),
        (2, 4.1, False, STEADY),
        (2.1, 4, False, WIDE),
        (1, 1, True, STEADY),
        (4, 1, True, LARGE),
        (0, 17, False, LARGE),
    ],
)
def test_the_cheapest_that_has_it_all_is_picked(cpu: float, memory_gb: float, dedicated: bool, picked: Size) -> None:
    assert pick(SIZES, what="Redis 'cache'", cpu=cpu, memory_gb=memory_gb, dedicated_cpu=dedicated) is picked


def test_of_equals_the_first_is_picked() -> None:
    twin = Size("twin", cpu=2, memory_gb=4, hourly_usd=SMALL.hourly_usd)
    assert pick([SMALL, twin], what="Redis 'cache'", memory_gb=1) is SMALL
    assert pick([twin, SMALL], what="Redis 'cache'", memory_gb=1) is twin


def test_more_than_there_is_is_refused_with_the_largest_and_a_way_out() -> None:
    with pytest.raises(SpecError) as refused:
        pick(SIZES, what="Redis 'cache'", cpu=8, memory_gb=64)
    assert str(refused.value) == (
        "Redis 'cache': given cpu=8 CPUs and memory_gb=64; the largest there is: large (4 CPUs, 32 GiB). Ask for less, "
        "or spread the load over several."
    )


def test_a_burstable_size_is_no_answer_to_dedicated_cpus() -> None:
    with pytest.raises(SpecError, match="cpu=8 dedicated CPUs"):
        pick(SIZES, what="Redis 'cache'", cpu=8, memory_gb=1, dedicated_cpu=True)


@pytest.fixture
def said(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    messages: list[str] = []
    monkeypatch.setattr(pulumi.log, "info", lambda message, _: messages.append(message))
    return messages


def _choosing(monkeypatch: pytest.MonkeyPatch, **asked: float) -> None:
    """Records a Postgres whose driver chooses a size before anything else."""
    create = postgres.create

    def choosing(scope: Scope, spec: PostgresSpec) -> PostgresEndpoint:
        choose(scope, SIZES, **asked)  # type: ignore[arg-type]
        return create(scope, spec)

    monkeypatch.setattr(postgres, "create", choosing)
    record(lambda: Postgres("db"))


def test_the_plan_says_which_size_and_why(monkeypatch: pytest.MonkeyPatch, said: list[str]) -> None:
    _choosing(monkeypatch, cpu=1, memory_gb=2)
    assert said == [
        "Postgres 'db': small (2 burstable CPU, 4 GiB), the cheapest with at least 1 CPU and 2 GiB of memory."
    ]


def test_the_plan_says_that_the_cpus_are_dedicated(monkeypatch: pytest.MonkeyPatch, said: list[str]) -> None:
    _choosing(monkeypatch, cpu=1, memory_gb=2, dedicated_cpu=True)
    assert said == [
        "Postgres 'db': steady (2 CPU, 8 GiB), the cheapest with at least 1 dedicated CPU and 2 GiB of memory."
    ]


def test_what_was_not_asked_is_not_said(monkeypatch: pytest.MonkeyPatch, said: list[str]) -> None:
    _choosing(monkeypatch, memory_gb=5)
    assert said == ["Postgres 'db': steady (2 CPU, 8 GiB), the cheapest with at least 5 GiB of memory."]


def test_a_component_that_nothing_fits_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(SpecError, match=r"^Postgres 'db': given cpu=0 CPUs and memory_gb=1000"):
        _choosing(monkeypatch, memory_gb=1000)
