"""A drill of a Redis, an ObjectStore or an EventBus: its newest copy comes back by rclone, each file is held to the
SHA-256 of the manifest, and what came back is looked at.

A Redis and an EventBus are started on it in a second container, which has the server's program and no network: keys are
counted, and the last event of each stream compared. Of an ObjectStore every object of the list is read out of the
repository and hashed; none is kept, so that no host needs room for all of them.
"""

from __future__ import annotations

from typing import Any

import pulumi

from infra_kit.providers.vps import carried, event_bus, images, rclone_copies, sources
from infra_kit.providers.vps.containers import Container, container
from infra_kit.providers.vps.drills import FOLDER, Drill, proves
from infra_kit.providers.vps.rclone_copies import MEMORY_FILES, Stored
from infra_kit.providers.vps.run import Run
from infra_kit.providers.vps.scripts import script


def create(drill: Drill, it: Stored) -> Container:
    """The container that restores."""
    scope, name = drill.scope, drill.name
    # Beside what came, a bus has it once more, in its own form.
    gib = sources.gib(drill.component) * (2 if drill.component.KIND == "event_bus" else 1)
    scratch, given = drill.scratch(gib)
    needs = [given, drill.report.given, drill.first]
    if drill.component.KIND != "object_store":
        needs.append(container(scope, f"{name}-proof", _proof(drill, scratch), depends_on=[given]).ready)
    return container(scope, f"{name}-restore", _restore(drill, it, scratch), depends_on=needs)


def _restore(drill: Drill, it: Stored, scratch: pulumi.Output[str]) -> Run:
    own = {"prove.sh": script("object_store_prove.sh")} if drill.component.KIND == "object_store" else {}
    return Run(
        **rclone_copies.reads(drill.scope, it, f"{drill.name}-restore-image", images.NATS_BOX),
        **drill.on_schedule,
        networks=rclone_copies.ways_out(drill.scope, it),
        environment={**rclone_copies.environment(it, drill.report), **sources.HOME, **drill.environment},
        files={**rclone_copies.files(it), **drill.files, **own},
        volumes=drill.volumes(scratch),
        read_only_volumes=dict(it.place.volumes),
    )


def _proof(drill: Drill, scratch: pulumi.Output[str]) -> Run:
    component = drill.component
    image = images.pull(drill.scope, sources.image(component), f"{drill.name}-proof-image")
    more = _redis(component.spec) if component.KIND == "redis" else _event_bus(drill)
    return Run(image=image, cpu=1.0, volumes={FOLDER: scratch}, tmpfs=MEMORY_FILES, pids=64, **more)


def _redis(spec: Any) -> dict[str, Any]:
    # All its keys, and as much beside them as the server itself is given.
    memory = spec.memory_gb * 1.1 + 0.0625
    return {**proves("redis_prove.sh"), "memory_gb": memory, "environment": {"DATABASES": str(spec.databases)}}


def _event_bus(drill: Drill) -> dict[str, Any]:
    return {
        **proves("event_bus_prove.sh"),
        "memory_gb": event_bus.MEMORY_GB,
        "environment": sources.HOME,
        "mounts": [carried.nats_server(drill.scope)],
    }
