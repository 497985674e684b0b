"""What Service, Worker and Job share on this machine: their processes are the user's own program, under a supervisor.

Each runs `command` in the project's root, with the user's own PATH (the virtual environment's programs first), as
whoever runs `up`. What of a spec has no meaning here:

- `image`: a process needs none. Another one is a new version all the same, as on the other targets: it is how one says
  that the code has changed, for the code itself is not looked at.
- `cpu`, `memory_gb`: what a cloud would sell; here the machine's own are used, as by all servers. A limit of the
  kernel's for one process (RLIMIT_AS) counts addresses, not memory: it ends programs that use little.
- `architectures`: those of images. This machine has its own.

A volume is a folder in the workload's box that outlives all instances. A process sees the whole machine, so the folder
cannot be at the volume's `path`: the variable that `workloads.volume_variable` names says where it is, on every target.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pulumi

from infra_kit import features, workloads
from infra_kit.component import Scope
from infra_kit.durations import seconds
from infra_kit.errors import SpecError
from infra_kit.features import Feature
from infra_kit.providers.local import home, traces
from infra_kit.workloads import WorkloadSpec

SUPPORTS = frozenset({features.VOLUMES, features.TRACING})
HINTS: Mapping[Feature, str] = {
    features.SIDECARS: "a sidecar is a container, and there are none here; run its program as a Worker or a Service of "
    "its own"
}


def settings(scope: Scope, spec: WorkloadSpec) -> dict[str, Any]:
    """The inputs that all three have. Raises `SpecError`."""
    if not spec.command:
        raise SpecError(
            f"{scope.what}: command: needed on local, where a process runs, not an image: command=['python', 'app.py']."
        )
    given = workloads.variables(scope, spec, traces.variables(scope, spec))
    return {
        "stateful": bool(spec.volumes),
        "depends_on": [resource for grant in given.grants for resource in grant.depends_on],
        "image": spec.image,
        "command": list(spec.command),
        "directory": home.project(),
        "environment": dict(given.plain),
        "secrets": pulumi.Output.secret(dict(given.secret)),
        "volumes": {name: workloads.volume_variable(name) for name in spec.volumes},
        "stop_timeout": seconds(spec.stop_timeout),
        "log_retention": seconds(spec.log_retention),
    }
