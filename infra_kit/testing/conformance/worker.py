"""What every target's Worker must do."""

from typing import Any

from infra_kit import Backlog, Consumer, EventBus, Sidecar, Stream, Target, Tracing, Volume, Worker, features
from infra_kit.component import Component
from infra_kit.components.worker import WorkerEndpoint
from infra_kit.testing.conformance.suite import ComponentConformance
from infra_kit.testing.conformance.workloads import IMAGE, WorkloadRules


class WorkerConformance(WorkloadRules, ComponentConformance):
    component = Worker
    endpoint = WorkerEndpoint
    arguments = {"image": IMAGE, "command": ["python", "worker.py"]}
    keeps_data = False
    beside = frozenset({"bus"})
    asks = {
        features.AUTOSCALING: {"min_instances": 1, "max_instances": 8, "backlog": Backlog(consumer="scoring")},
        features.VOLUMES: {"volumes": {"scratch": Volume(path="/data")}},
        features.SIDECARS: {"sidecars": {"proxy": Sidecar(image=IMAGE)}},
        features.TRACING: {"tracing": Tracing()},
    }
    variations = {
        "size": {"cpu": 1, "memory_gb": 2},
        "instances": {"min_instances": 3},
        "variables": {"environment": {"LOG_LEVEL": "info"}, "secrets": {"TOKEN": "a-token-of-the-tests"}},
    }

    def make(self, target: Target, **arguments: Any) -> Component[Any, Any]:
        """What follows a backlog is linked to the bus that has it."""
        if "backlog" not in arguments:
            return super().make(target, **arguments)
        streams, consumers = {"LEADS": Stream(subjects=["lead.*"])}, {"scoring": Consumer(stream="LEADS")}
        bus = EventBus("bus", target=target, streams=streams, consumers=consumers)
        return super().make(target, links=[bus.link(consume=["scoring"])], **arguments)
