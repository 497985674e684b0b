"""What is measured of the stacks' buses on clouds, which are NATS on machines of their own: alerts and boards."""

from __future__ import annotations

import pytest

from infra_kit.testing import Recording
from stacks.zuclubit.events import CONSUMERS
from tests.unit.stacks.recorded import stack_of
from tests.unit.stacks.zuclubit import PRODUCTION, STAGING


def watched(stack: Recording, rule: str) -> set[str]:
    """What a rule has alarms of."""
    begins = f"alerts-{rule}."
    alarms = stack.of_type("aws:cloudwatch/metricAlarm:MetricAlarm")
    return {it.name.removeprefix(begins) for it in alarms if it.name.startswith(begins)}


@pytest.mark.parametrize("name", [STAGING, PRODUCTION])
def test_of_zuclubits_bus_it_is_told_whether_it_answers_how_full_it_is_and_on_a_board_what_waits(name: str) -> None:
    """Five years of CFDI_EVENTS have no bound that would delete the oldest."""
    stack = stack_of(name)
    for rule in ("down", "near-limits"):
        assert {f"events.{zone}" for zone in "abc"} <= watched(stack, rule)
    assert stack.named("sales-board").inputs["dashboardBody"].count('"bus_waiting"') == len(CONSUMERS)


@pytest.mark.parametrize("phase", ["2", "3", "4"])
def test_of_cuenta_conmigos_bus_it_is_told_whether_it_answers_what_waits_and_how_full_it_is(phase: str) -> None:
    stack = stack_of("cuenta-conmigo-aws-production", phase)
    for rule in ("down", "disk", "disk-full-soon"):
        assert {f"events.{zone}" for zone in "abc"} <= watched(stack, rule)
    for rule in ("backlog-age", "dead-letters"):
        assert "events.mailer" in watched(stack, rule)
