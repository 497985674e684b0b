"""Job on a VPS: a container that runs to its end. `workloads.py` says how it runs.

With a schedule the container waits in itself for its time (`scripts/schedule.sh`): nothing on the host has to start
it, so no user of the host's needs rights for that, and one run never meets another, nor the next version's. Without
one, `up` starts it and waits (`scripts/job.sh`), once for each change of what it is made of. What each run came to is
in its log: `docker logs <name>`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pulumi

from infra_kit.component import Scope
from infra_kit.components.job import JobEndpoint, JobSpec
from infra_kit.durations import seconds
from infra_kit.features import Feature
from infra_kit.providers.vps import ssh, tools, workloads
from infra_kit.providers.vps.containers import ready
from infra_kit.providers.vps.scripts import told
from infra_kit.providers.vps.workloads import Instance, Workload

SUPPORTS = workloads.SUPPORTS

HINTS: Mapping[Feature, str] = workloads.HINTS

ROLE = "instance"
WENT_WELL = (tools.BUSYBOX, "test", "!", "-e", "/tmp/infra-kit-failed")  # noqa: S108  the container's own
"""Its last run, or none was yet: how the host tells (`scripts/measure.sh`)."""

_WAITS = ("healthy", "unhealthy")
"""What waits for its time may have had it before anybody looked: a run that failed is told, and is no failed `up`."""


def create(scope: Scope, spec: JobSpec) -> JobEndpoint:
    work = workloads.workload(scope, spec)
    if spec.schedule is None:
        stands = {"start": False, "must_run": False, "restart": "no", "max_retry_count": 0}
        made = workloads.instance(work, ROLE, in_turn=True, **stands)
        done = _run(work, spec, made)
    else:
        run = replace(work.run, entrypoint=_waits(spec, spec.schedule), health=WENT_WELL, health_tries=1)
        made = workloads.instance(replace(work, run=run), ROLE, in_turn=True)
        done = ready(scope, ROLE, run, made.program, made.beside, well=_WAITS)
    return JobEndpoint(log=ssh.after(done, made.program.name))


def _waits(spec: JobSpec, schedule: str) -> list[str]:
    limits = [seconds(spec.timeout), spec.retries, seconds(spec.stop_timeout), 0]
    return [tools.BUSYBOX, "sh", f"{tools.FOLDER}/schedule.sh", schedule, *map(str, limits)]


def _run(work: Workload, spec: JobSpec, made: Instance) -> pulumi.Resource:
    def script(ids: list[Any]) -> str:
        program, *beside = ids
        variables = {
            "NAME": work.scope.name,
            "PROGRAM": program,
            "BESIDE": " ".join(beside),
            "TIMEOUT": str(seconds(spec.timeout)),
            "RETRIES": str(spec.retries),
            "PIDS": str(workloads.PIDS),
        }
        return told("job.sh", variables)

    ids = pulumi.Output.all(made.program.id, *(it.id for it in made.beside))
    return ssh.run(work.scope, "run", "sh -s", stdin=ids.apply(script))
