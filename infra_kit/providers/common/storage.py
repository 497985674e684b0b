"""Disks that are the host's own, of which no part can be set aside or limited."""

from __future__ import annotations

import pulumi

from infra_kit.component import Scope


def say_no_limit(scope: Scope, most_gb: int | None, disk: str) -> None:
    """Says in the plan that `max_storage_gb` limits nothing here, where it is asked for.

    Args:
        scope: the component's.
        most_gb: what was asked, in GiB.
        disk: whose disk it is, e.g. `this machine`.
    """
    if most_gb is not None:
        pulumi.log.warn(
            f"{scope.what}: max_storage_gb: nothing stops it at {most_gb} GiB, it may fill the disk of {disk}. Watch "
            "that, or place it on aws or gcp, which hold the limit.",
            scope.parent,
        )
