"""Worker on a VPS: containers that nothing connects to. `workloads.py` says how they run.

Nothing tells from outside whether a worker is well, so a new one is when it runs. Old ones end when all that `up` makes
stands: until then both versions take work. A new one that does not stay up fails `up`; the old ones go on.
"""

from __future__ import annotations

from collections.abc import Mapping

import pulumi

from infra_kit.component import Scope
from infra_kit.components.worker import WorkerEndpoint, WorkerSpec
from infra_kit.features import Feature
from infra_kit.providers.vps import ssh, workloads
from infra_kit.providers.vps.containers import ready
from infra_kit.providers.vps.workloads import Workload

SUPPORTS = workloads.SUPPORTS

HINTS: Mapping[Feature, str] = workloads.HINTS


def create(scope: Scope, spec: WorkerSpec) -> WorkerEndpoint:
    work = workloads.workload(scope, spec)
    names = [_instance(work, f"instance-{number}") for number in range(1, spec.min_instances + 1)]
    return WorkerEndpoint(log=pulumi.Output.all(*names).apply(" ".join))


def _instance(work: Workload, role: str) -> pulumi.Output[str]:
    """Returns its name, by which its log is found."""
    made = workloads.instance(work, role, must_run=False)
    return ssh.after(ready(work.scope, role, work.run, made.program, made.beside), made.program.name)
