"""Guessing is slow, whoever guesses."""

from __future__ import annotations

from dataclasses import dataclass

import pytest

from infra_kit.panel.throttle import BURST, EVERY, FORGIVEN, FREE, LONGEST, Throttle, stranger


@dataclass
class Clock:
    at: float = 1000.0

    def __call__(self) -> float:
        return self.at


@pytest.fixture
def clock() -> Clock:
    return Clock()


def guesses(throttle: Throttle, clock: Clock, client: str, seconds: float) -> int:
    """How many a client gets evaluated that tries as often as it may."""
    end, count = clock.at + seconds, 0
    while clock.at < end:
        wait = throttle.begin(client)
        count += not wait
        clock.at += max(wait, 0.001)
    return count


def test_who_mistypes_waits_for_nothing(clock: Clock) -> None:
    throttle = Throttle(clock)
    assert [throttle.begin("a") for _ in range(FREE)] == [0.0] * FREE


def test_each_wrong_one_doubles_the_wait_up_to_half_a_minute(clock: Clock) -> None:
    throttle = Throttle(clock)
    waits = []
    for _ in range(FREE):
        throttle.begin("a")
    for _ in range(7):
        assert throttle.begin("a") == 0.0
        waits.append(throttle.begin("a"))
        clock.at += waits[-1]
    assert waits == [1, 2, 4, 8, 16, LONGEST, LONGEST]


def test_a_client_that_never_rests_gets_two_guesses_a_minute(clock: Clock) -> None:
    assert guesses(Throttle(clock), clock, "a", 3600) <= FREE + 6 + 3600 / LONGEST


def test_many_clients_together_have_a_bound_too(clock: Clock) -> None:
    throttle = Throttle(clock)
    count = 0
    for second in range(600):
        count += sum(throttle.begin(f"{second}-{number}") == 0.0 for number in range(50))
        clock.at += 1
    assert count <= BURST + 600 / EVERY + 1


def test_guesses_at_once_are_no_way_around(clock: Clock) -> None:
    throttle = Throttle(clock)
    assert sum(throttle.begin("a") == 0.0 for _ in range(100)) == FREE + 1


def test_who_knew_the_password_begins_anew(clock: Clock) -> None:
    throttle = Throttle(clock)
    for _ in range(FREE + 1):
        throttle.begin("a")
    assert throttle.begin("a") > 0
    throttle.forgive("a")
    assert throttle.begin("a") == 0.0


def test_after_a_quarter_of_an_hour_a_client_begins_anew(clock: Clock) -> None:
    throttle = Throttle(clock)
    for _ in range(FREE + 1):
        throttle.begin("a")
    clock.at += FORGIVEN + LONGEST + 1
    assert [throttle.begin("a") for _ in range(FREE)] == [0.0] * FREE


def test_one_that_guesses_keeps_no_other_out_for_long(clock: Clock) -> None:
    throttle = Throttle(clock)
    for number in range(200):
        throttle.begin(f"bot-{number}")
    assert 0 < throttle.begin("admin") <= EVERY


def test_strangers_keep_none_out_that_knew_the_password_once(clock: Clock) -> None:
    throttle = Throttle(clock)
    for number in range(200):
        throttle.begin(f"bot-{number}")
    assert throttle.begin("new") > 0
    assert throttle.begin("browser", known=True) == 0.0


def test_one_that_knew_it_once_waits_for_its_own_wrong_ones_and_spends_nothing_of_the_strangers(clock: Clock) -> None:
    throttle = Throttle(clock)
    for _ in range(FREE + 1):
        throttle.begin("browser", known=True)
    assert throttle.begin("browser", known=True) > 0
    assert sum(throttle.begin(f"bot-{number}") == 0.0 for number in range(200)) == BURST
    throttle.forgive("browser", known=True)
    assert throttle.begin("new") > 0


@pytest.mark.parametrize(
    ("first", "second", "same"),
    [
        ("2001:db8:0:1::1", "2001:db8:0:1:ffff::2", True),
        ("2001:db8:0:1::1", "2001:db8:0:2::1", False),
        ("192.0.2.1", "192.0.2.2", False),
        ("::ffff:192.0.2.1", "192.0.2.1", True),
        ("::ffff:192.0.2.1", "::ffff:192.0.2.2", False),
        ("nobody", "nobody", True),
    ],
)
def test_who_has_a_network_of_addresses_is_one_client(first: str, second: str, same: bool) -> None:
    assert (stranger(first) == stranger(second)) == same
