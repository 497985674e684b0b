"""Worker on Google Cloud: a worker pool with a fixed number of instances."""

from __future__ import annotations

from infra_kit import Backlog, Consumer, EventBus, Stream, Worker
from infra_kit.errors import UnsupportedFeatureError
from tests.unit.providers.gcp.workloads import IMAGE, worker
from tests.unit.refusals import refusal


def test_it_has_as_many_instances_as_are_asked_for() -> None:
    scaling = worker(min_instances=3).named("scorer-pool").inputs["scaling"]
    assert scaling == {"scalingMode": "MANUAL", "manualInstanceCount": 3}


def test_its_log_is_a_query() -> None:
    log = worker().named("scorer").outputs["log"]
    assert log == 'resource.type="cloud_run_worker_pool" AND resource.labels.worker_pool_name="recorded-pool"'


def test_to_follow_a_backlog_is_a_gap_with_a_way_out() -> None:
    def program() -> None:
        streams, consumers = {"LEADS": Stream(subjects=["lead.*"])}, {"scoring": Consumer(stream="LEADS")}
        bus = EventBus("bus", engine="native", streams=streams, consumers=consumers)
        links, backlog = [bus.link(consume=["scoring"])], Backlog(consumer="scoring")
        Worker("scorer", image=IMAGE, max_instances=5, links=links, backlog=backlog)

    text = refusal(program, UnsupportedFeatureError, target="gcp", environment="staging")
    assert "autoscaling: a worker pool does not follow a backlog; set min_instances" in text
