"""What a traced program keeps in the cloud's own store, which bills by it."""

from __future__ import annotations

from infra_kit.components.job import JobSpec
from infra_kit.components.service import ServiceSpec
from infra_kit.planning.rates import Asked
from infra_kit.planning.rates.runs import runs
from infra_kit.providers.common import tracing
from infra_kit.workloads import WorkloadSpec

SPANS = 10
"""Of one trace in one program: an assumption."""


def kept(asked: Asked) -> float:
    """Traces a month: of each request to a Service, of each message to a Worker, of each run of a Job, the share."""
    made = asked.made
    if made is None or not isinstance(made.spec, WorkloadSpec) or made.spec.tracing is None or made.spec.tracing.to:
        return 0
    return _begun(asked, made.spec) * tracing.share(made.target.environment, made.spec.tracing)


def _begun(asked: Asked, spec: WorkloadSpec) -> float:
    match spec:
        case ServiceSpec():
            return asked.usage.requests
        case JobSpec():
            return runs(asked)
        case _:
            return asked.usage.messages
