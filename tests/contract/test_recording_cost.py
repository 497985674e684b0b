"""What recording costs, in small: beside the same resources by hand, in CPU seconds of one run, so that a busy machine
moves both sides. `make bench` measures it whole, and how it grows."""

from __future__ import annotations

from collections.abc import Callable

from infra_kit.testing import record
from tests.bench_recording import CONFIG, MOST_OF_BY_HAND, by_hand, stack, timed
from tests.bench_services import program

LEAST_ROUNDS, MOST_ROUNDS = 2, 12


def ratio(one: Callable[[], object], other: Callable[[], object]) -> float:
    """Of the best rounds, in turn: what else runs makes a round slower, never faster. High, it takes more of them."""
    ones, others = [timed(one)], [timed(other)]
    while len(ones) < LEAST_ROUNDS or (min(ones) / min(others) > MOST_OF_BY_HAND and len(ones) < MOST_ROUNDS):
        ones.append(timed(one))
        others.append(timed(other))
    return min(ones) / min(others)


def test_a_production_stack_costs_little_more_than_the_same_resources_by_hand() -> None:
    once = record(stack, config=CONFIG)
    assert ratio(lambda: record(stack, config=CONFIG), lambda: by_hand(once)) <= MOST_OF_BY_HAND


def test_so_do_services_with_their_links() -> None:
    """Also one among several: by hand, each resource costs the same."""
    once = record(services, config=CONFIG)
    assert ratio(lambda: record(services, config=CONFIG), lambda: by_hand(once)) <= MOST_OF_BY_HAND


def services() -> None:
    program(5)
