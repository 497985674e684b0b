"""Worker on AWS: nothing connects to it, and it has as many instances as events wait."""

from __future__ import annotations

from typing import Any, Literal

import pytest

from infra_kit import Backlog, Consumer, EventBus, Stream, Worker
from infra_kit.components.worker import WorkerSpec
from infra_kit.providers.aws.worker_scaling import steps
from infra_kit.testing import Recording
from tests.unit.providers.aws.workloads import IMAGE, containers, of, ways_into, worker


def following(engine: Literal["native", "nats"] = "native", **asked: Any) -> Recording:
    def program() -> None:
        streams, consumers = {"LEADS": Stream(subjects=["lead.*"])}, {"scoring": Consumer(stream="LEADS")}
        bus = EventBus("bus", engine=engine, streams=streams, consumers=consumers)
        Worker("scorer", image=IMAGE, links=[bus.link(consume=["scoring"])], **asked)

    return of(program)


def test_its_number_follows_what_waits_in_nats_as_the_machines_tell_it() -> None:
    asked = {"min_instances": 1, "max_instances": 3, "backlog": Backlog(consumer="scoring", per_instance=100)}
    made = following("nats", **asked)
    for which, threshold in (("busy", 100), ("quiet", 100)):
        alarm = made.named(f"scorer-backlog-{which}").inputs
        (waiting,) = alarm["metricQueries"]
        assert (waiting["metric"]["namespace"], waiting["metric"]["metricName"]) == ("infra-kit", "bus_waiting")
        bus = made.named("bus").outputs["host"]
        assert waiting["metric"]["dimensions"] == {"Bus": bus, "Consumer": "scoring"}
        assert alarm["threshold"] == threshold
        # What is not known is no reason to have fewer.
        assert alarm["treatMissingData"] == "ignore"


def test_nothing_connects_to_it() -> None:
    made = worker()
    assert set(containers(made, "scorer")) == {"scorer"}
    assert containers(made, "scorer")["scorer"]["portMappings"] == []
    assert ways_into(made, "scorer-group") == {}
    assert "serviceRegistries" not in made.named("scorer-service").inputs
    assert made.named("scorer").outputs["log"] == made.named("scorer-log").outputs["name"]


@pytest.mark.parametrize(
    ("least", "most", "wanted"),
    [
        (1, 3, [(0, 100, 2), (100, None, 3)]),
        (0, 2, [(0, 100, 1), (100, None, 2)]),
        (2, 3, [(0, None, 3)]),
    ],
)
def test_there_is_an_instance_for_as_many_events_as_one_can_have_waiting(
    least: int, most: int, wanted: list[tuple[int, int | None, int]]
) -> None:
    backlog = Backlog(consumer="scoring", per_instance=100)
    assert steps(WorkerSpec(image=IMAGE, min_instances=least, max_instances=most, backlog=backlog), backlog) == wanted


@pytest.mark.parametrize(("least", "most"), [(0, 1), (0, 20), (1, 21), (1, 50), (3, 1000)])
def test_the_steps_are_as_many_as_a_policy_takes_and_leave_no_gap(least: int, most: int) -> None:
    backlog = Backlog(consumer="scoring", per_instance=10)
    found = steps(WorkerSpec(image=IMAGE, min_instances=least, max_instances=most, backlog=backlog), backlog)
    assert len(found) <= 20
    assert [lower for lower, _, _ in found[1:]] == [upper for _, upper, _ in found[:-1]]
    assert (found[0][0], found[-1][1], found[-1][2]) == (0, None, most)
    # Nowhere does more wait for one instance than was said.
    assert all(least * 10 + upper <= instances * 10 for _, upper, instances in found if upper is not None)


def test_what_waits_are_the_events_of_its_consumer_that_are_not_done() -> None:
    made = following(min_instances=0, max_instances=5, backlog=Backlog(consumer="scoring", per_instance=100))
    busy, quiet = made.named("scorer-backlog-busy").inputs, made.named("scorer-backlog-quiet").inputs
    queued, taken, waiting = busy["metricQueries"]
    assert queued["metric"]["dimensions"] == {"QueueName": made.named("bus-queue-scoring").outputs["name"]}
    assert (queued["metric"]["metricName"], taken["metric"]["metricName"]) == (
        "ApproximateNumberOfMessagesVisible",
        "ApproximateNumberOfMessagesNotVisible",
    )
    assert waiting["expression"] == "queued + taken"
    assert (busy["comparisonOperator"], busy["threshold"]) == ("GreaterThanThreshold", 0)
    assert (busy["treatMissingData"], quiet["treatMissingData"]) == ("notBreaching", "breaching")
    assert (quiet["comparisonOperator"], quiet["evaluationPeriods"]) == ("LessThanOrEqualToThreshold", 5)
    back = made.named("scorer-scaling-quiet").inputs["stepScalingPolicyConfiguration"]
    assert back["stepAdjustments"] == [{"scalingAdjustment": 0, "metricIntervalUpperBound": "0"}]
    assert made.named("scorer-service").inputs["desiredCount"] == 0
