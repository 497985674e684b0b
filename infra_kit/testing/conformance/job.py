"""What every target's Job must do."""

from infra_kit import Job, Sidecar, Tracing, Volume, features
from infra_kit.components.job import JobEndpoint
from infra_kit.testing.conformance.suite import ComponentConformance
from infra_kit.testing.conformance.workloads import IMAGE, WorkloadRules


class JobConformance(WorkloadRules, ComponentConformance):
    component = Job
    endpoint = JobEndpoint
    arguments = {"image": IMAGE, "command": ["python", "job.py"], "schedule": "0 3 * * *"}
    keeps_data = False
    asks = {
        features.VOLUMES: {"volumes": {"scratch": Volume(path="/data")}},
        features.SIDECARS: {"sidecars": {"proxy": Sidecar(image=IMAGE)}},
        features.TRACING: {"tracing": Tracing()},
    }
    variations = {
        "size": {"cpu": 1, "memory_gb": 2},
        # Not every target sees to it that a run waits for the last one: there, it has to be over by then.
        "schedule": {"schedule": "*/5 * * * *", "timeout": "4m"},
        "timeout": {"timeout": "10m", "retries": 2},
        "variables": {"environment": {"LOG_LEVEL": "info"}, "secrets": {"TOKEN": "a-token-of-the-tests"}},
    }
