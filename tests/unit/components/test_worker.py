from __future__ import annotations

from typing import Any

import pytest

from infra_kit import Backlog, Consumer, EventBus, Stream, Worker, features
from infra_kit.components.worker import WorkerSpec
from infra_kit.errors import SpecError
from infra_kit.testing import record
from tests.unit.refusals import refusal


def bus() -> EventBus:
    return EventBus("bus", streams={"A": Stream(subjects=["a.*"])}, consumers={"mine": Consumer(stream="A")})


def refused(**arguments: Any) -> str:
    message = refusal(lambda: Worker("worker", **{"command": ["python", "work.py"], **arguments}), SpecError)
    return message.removeprefix("Worker 'worker': ")


def test_there_are_not_more_instances_at_least_than_at_most() -> None:
    message = refused(min_instances=3, max_instances=2)
    assert message == "max_instances: given 2, it must not be below min_instances (3)"


def test_what_grows_says_by_what() -> None:
    message = refused(max_instances=5)
    assert message == "backlog: needed with max_instances: it says what the number of instances follows"


def test_who_may_have_no_instance_says_what_starts_one() -> None:
    message = refused(min_instances=0)
    assert message == "backlog: needed with min_instances=0: it says what an instance is started for"


def test_a_backlog_is_of_a_linked_bus() -> None:
    message = refused(max_instances=5, backlog=Backlog(consumer="mine"))
    assert message == (
        "backlog.consumer: given 'mine'; consumers of the linked buses: none, link one first: "
        "links=[bus.link(consume=[…])]."
    )


def test_an_unknown_consumer_is_refused_with_those_there_are() -> None:
    def program() -> None:
        links = [bus().link(consume=["mine"])]
        Worker("worker", command=["x"], links=links, max_instances=5, backlog=Backlog(consumer="other"))

    message = refusal(program, SpecError)
    assert message == "Worker 'worker': backlog.consumer: given 'other'; consumers of the linked buses: mine."


@pytest.mark.parametrize("count", [0, -1])
def test_a_backlog_is_of_at_least_one_event(count: int) -> None:
    with pytest.raises(SpecError, match="Backlog: per_instance: at least 1 and at most 1000000 is needed"):
        Backlog(consumer="mine", per_instance=count)


def test_who_does_not_grow_is_there_at_least_once() -> None:
    def program() -> None:
        links, backlog = [bus().link(consume=["mine"])], Backlog(consumer="mine")
        left = WorkerSpec(min_instances=0, links=links, backlog=backlog).without(features.AUTOSCALING)
        assert (left.min_instances, left.most_instances, left.backlog) == (1, 1, None)

    record(program)
