"""The local half of Worker, as far as it needs no process."""

from __future__ import annotations

from infra_kit import Backlog, Consumer, EventBus, Sidecar, Stream, Worker, features
from infra_kit.components.worker import WorkerSpec
from infra_kit.providers.local import worker as driver
from infra_kit.testing import record
from tests.unit.lacking import gaps


def test_sidecars_are_its_only_gap() -> None:
    assert set(gaps(driver, WorkerSpec(command=["x"], sidecars={"proxy": Sidecar(image="x")}))) == {features.SIDECARS}


def test_it_follows_the_consumer_of_the_bus_that_has_it() -> None:
    def program() -> None:
        buses = [
            EventBus(name, streams={stream: Stream(subjects=["it.*"])}, consumers={reader: Consumer(stream=stream)})
            for name, stream, reader in (("one", "ONE", "first"), ("two", "TWO", "second"))
        ]
        links = [bus.link(consume=list(bus.spec.consumers)) for bus in buses]
        Worker("it", command=["x"], links=links, max_instances=4, backlog=Backlog(consumer="second", per_instance=5))

    made = record(program).named("it-server")

    assert made.inputs["instances"] == 1
    assert made.inputs["backlog"] == {
        "monitor": "two", "stream": "TWO", "consumer": "second", "per_instance": 5, "most": 4,
    }  # fmt: skip


def test_nothing_connects_to_it_and_its_log_is_a_file() -> None:
    made = record(lambda: Worker("it", command=["x"]))
    assert made.named("it").outputs["log"].endswith("/it/server.log")
    assert set(made.named("it-server").outputs["public"]) == {"log"}
