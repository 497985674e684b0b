"""What every target's Service must do."""

from collections.abc import Mapping
from typing import Any, ClassVar

from infra_kit import Health, Release, Scaling, Service, Sidecar, Tracing, Volume, features
from infra_kit.components.service import ServiceEndpoint
from infra_kit.features import Feature
from infra_kit.testing.conformance.suite import ComponentConformance
from infra_kit.testing.conformance.workloads import IMAGE, WorkloadRules


class ServiceConformance(WorkloadRules, ComponentConformance):
    component = Service
    endpoint = ServiceEndpoint
    arguments = {"image": IMAGE, "command": ["python", "app.py"]}
    keeps_data = False
    asks: ClassVar[Mapping[Feature, Mapping[str, Any]]] = {
        features.AUTOSCALING: {"min_instances": 2, "max_instances": 20},
        features.SCALING_BY_MEMORY: {"max_instances": 20, "scaling": Scaling(memory_percent=60)},
        features.SCALING_BY_REQUESTS: {"max_instances": 20, "scaling": Scaling(requests_per_instance=1000)},
        features.STICKY_SESSIONS: {"sticky_sessions": True},
        features.BLUE_GREEN: {"release": Release(strategy="blue-green")},
        features.SMOKE_TESTS: {"release": Release(smoke_tests=["/health"])},
        features.ERROR_ROLLBACK: {"release": Release(max_error_percent=5)},
        features.VOLUMES: {"volumes": {"uploads": Volume(path="/data")}},
        features.SIDECARS: {"sidecars": {"proxy": Sidecar(image=IMAGE)}},
        features.TRACING: {"tracing": Tracing()},
    }
    variations = {
        "size": {"cpu": 1, "memory_gb": 2},
        "instances": {"min_instances": 3},
        "image": {"image": IMAGE.replace("api", "next")},
        "port": {"port": 3000},
        "variables": {"environment": {"LOG_LEVEL": "info"}, "secrets": {"TOKEN": "a-token-of-the-tests"}},
        "health": {"health": Health(path="/", interval="10s")},
        "scaling": {"max_instances": 4, "scaling": Scaling(cpu_percent=50, memory_percent=None)},
    }
    links = {"call": Service.link}
    gives = frozenset({"IT_URL", "IT_HOST", "IT_PORT"})
