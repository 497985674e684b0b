"""Job on this machine: run by its schedule under a supervisor, or by `up`, which waits for its end.

`providers/local/workloads.py` says how it runs and what of a spec has no meaning here. A machine that sleeps runs
nothing: a time that it slept through, or that a run outlasted, is left out. What each run came to is in the log.
"""

from __future__ import annotations

from collections.abc import Mapping

from infra_kit.component import Scope
from infra_kit.components.job import JobEndpoint, JobSpec
from infra_kit.durations import seconds
from infra_kit.features import Feature
from infra_kit.providers.local import workloads
from infra_kit.providers.local.resource import JobServer, server

SUPPORTS = workloads.SUPPORTS

HINTS: Mapping[Feature, str] = workloads.HINTS


def create(scope: Scope, spec: JobSpec) -> JobEndpoint:
    job = server(
        scope,
        "server",
        JobServer,
        **workloads.settings(scope, spec),
        schedule=spec.schedule,
        timeout=seconds(spec.timeout),
        retries=spec.retries,
    )
    return JobEndpoint(log=job.public["log"])
