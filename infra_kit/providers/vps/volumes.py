"""Whose a volume is: it takes its owner from the image's folder where it is mounted, and not every image has one."""

from __future__ import annotations

import pulumi

from infra_kit.component import Scope
from infra_kit.providers.vps import ssh


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
