"""The containers of a workload's task.

- Their root is read-only. `/tmp` can be written, and is gone with the task. A container that is not root's writes there
  if its image says `VOLUME /tmp`: Fargate takes the owner of a folder from there, else it is root's
  (https://docs.aws.amazon.com/AmazonECS/latest/developerguide/bind-mounts.html).
- A sidecar has what it asks for and no more; the workload's own container has the rest of the task.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pulumi

from infra_kit.component import Scope
from infra_kit.durations import seconds
from infra_kit.providers.aws import workload_sizes
from infra_kit.providers.aws.documents import Text
from infra_kit.workloads import Sidecar, WorkloadSpec

Definition = Mapping[str, Any]

TEMPORARY, TEMPORARY_PATH = "infra_kit_tmp", "/tmp"  # noqa: S108  the container's
"""A volume that goes with the task; what nobody calls one of his own, and where it is."""


@dataclass(frozen=True, kw_only=True)
class Told:
    """What the workload's own container finds in its environment: plain values, and where secrets are."""

    plain: Mapping[str, pulumi.Input[str]]
    secret: Mapping[str, Text]


def definitions(
    scope: Scope,
    spec: WorkloadSpec,
    image: pulumi.Input[str],
    *,
    told: Told,
    log: Mapping[str, pulumi.Input[str]],
    ports: Sequence[int],
    after: Sequence[str],
) -> list[Definition]:
    own = {
        "name": scope.name,
        **_program(image, spec.command),
        "environment": [{"name": name, "value": told.plain[name]} for name in sorted(told.plain)],
        "secrets": [{"name": name, "valueFrom": told.secret[name]} for name in sorted(told.secret)],
        "portMappings": [{"containerPort": port, "hostPort": port, "protocol": "tcp"} for port in ports],
        "mountPoints": _mounts(spec),
        **_begins(after),
        **_common(scope.name, log, seconds(spec.stop_timeout)),
    }
    return [own, *(_sidecar(name, it, log, seconds(spec.stop_timeout)) for name, it in spec.sidecars.items())]


def _begins(after: Sequence[str]) -> Definition:
    """When the others have been started; it ends before them."""
    return {"dependsOn": [{"containerName": name, "condition": "START"} for name in after]} if after else {}


def volumes(spec: WorkloadSpec, lasting: Sequence[Definition]) -> list[Definition]:
    """Those of the task, from the ones that outlive it."""
    return [*lasting, {"name": TEMPORARY}] if _has_temporary(spec) else [*lasting]


def _has_temporary(spec: WorkloadSpec) -> bool:
    return all(volume.path.rstrip("/") != TEMPORARY_PATH for volume in spec.volumes.values())


def _mounts(spec: WorkloadSpec) -> list[Definition]:
    lasting = [{"sourceVolume": name, "containerPath": it.path, "readOnly": False} for name, it in spec.volumes.items()]
    return [*lasting, *([temporary()] if _has_temporary(spec) else [])]


def temporary(path: str = TEMPORARY_PATH) -> Definition:
    return {"sourceVolume": TEMPORARY, "containerPath": path, "readOnly": False}


def _sidecar(name: str, sidecar: Sidecar, log: Mapping[str, pulumi.Input[str]], stop_seconds: int) -> Definition:
    return {
        "name": f"sidecar_{name}",
        **_program(sidecar.image, sidecar.command),
        "cpu": workload_sizes.units(sidecar.cpu),
        "memory": workload_sizes.mebibytes(sidecar.memory_gb),
        **_common(f"sidecar_{name}", log, stop_seconds),
    }


def _program(image: pulumi.Input[str], command: Sequence[str]) -> Definition:
    """What a command replaces is the image's entry point, with its arguments."""
    return {"image": image, "entryPoint": [command[0]], "command": list(command[1:])} if command else {"image": image}


def _common(stream: str, log: Mapping[str, pulumi.Input[str]], stop_seconds: int) -> Definition:
    return {
        "essential": True,
        "readonlyRootFilesystem": True,
        "stopTimeout": stop_seconds,
        "linuxParameters": {"initProcessEnabled": True},
        "logConfiguration": {"logDriver": "awslogs", "options": {**log, "awslogs-stream-prefix": stream}},
    }
