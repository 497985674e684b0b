"""Whose a volume is: it takes its owner from the image's folder where it is mounted, and not every image has one."""

from __future__ import annotations

import pulumi
import pulumi_docker as docker

from infra_kit.component import Scope
from infra_kit.providers.vps import room, ssh, tools
from infra_kit.providers.vps.labels import BORN_WITH, labels
from infra_kit.stateful import SCRATCH


def give(scope: Scope, role: str, mount: pulumi.Input[str], *, image: pulumi.Input[str], user: str) -> pulumi.Resource:
    """Makes a volume the user's.

    Args:
        scope, role: of the step.
        mount: the volume and its folder in containers, `volume:/data`.
        image: one that has `chown`.
        user: `uid:gid`.
    """
    run = "docker run --rm --network none --read-only --cap-drop ALL --cap-add CHOWN --user 0 --entrypoint chown"
    script = pulumi.Output.format("{0} --volume {1} {2} {3} ", run, mount, image, user)
    folder = pulumi.Output.from_input(mount).apply(lambda known: known.partition(":")[2])
    return ssh.run(scope, role, pulumi.Output.concat(script, folder))


def scratch(
    scope: Scope, role: str, folder: str, *, user: str, gib: float
) -> tuple[pulumi.Output[str], pulumi.Resource]:
    """A volume for what is made anew each time, and what has made it the user's.

    Args:
        scope, role: of the volume.
        folder: where containers mount it.
        user: `uid:gid`.
        gib: what it may hold.
    """
    room.take(scope, role, "disk_gb", gib)
    made = scope.resource(
        role,
        docker.Volume,
        labels=labels(scope, docker.VolumeLabelArgs, {SCRATCH: "true"}),
        ignore_changes=BORN_WITH,
    )
    mount = pulumi.Output.concat(made.name, ":", folder)
    return made.name, give(scope, f"{role}-owner", mount, image=tools.of(scope).image, user=user)
