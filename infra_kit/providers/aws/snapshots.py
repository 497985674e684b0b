"""Final snapshots: what a database or a cache leaves behind."""

from __future__ import annotations

import pulumi
import pulumi_random as random

from infra_kit.component import Scope


def final_name(
    scope: Scope, role: str = "final-snapshot", **replacing: pulumi.Input[str] | None
) -> pulumi.Output[str] | None:
    """The name of the snapshot that is taken when the server is deleted; None where the environment keeps nothing.

    AWS wants the name beforehand and refuses one that is there already. So it is random, and a server that replaces
    another leaves a snapshot of another name.

    Args:
        scope: the component's.
        role: its role among the component's children.
        replacing: the inputs of the server that replace it when they change.
    """
    if not scope.defaults.retain_data:
        return None
    keepers = {key: value for key, value in replacing.items() if value is not None}
    mark = scope.resource(role, random.RandomId, byte_length=4, keepers=keepers or None)
    return pulumi.Output.concat(scope.name, "-final-", mark.hex)
