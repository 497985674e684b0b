"""The Pulumi provider of a Google Cloud target: made where the target says a region or a project."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, cast

import pulumi
import pulumi_gcp as gcp

from infra_kit.providers.gcp.settings import GcpSettings

if TYPE_CHECKING:
    from infra_kit.target import ResolvedTarget


def create(target: ResolvedTarget) -> Sequence[pulumi.ProviderResource]:
    project = cast(GcpSettings, target.settings).project
    if target.region is None and project is None:
        return ()
    provider = gcp.Provider(
        f"{target.key}-provider",
        project=project,
        region=target.region,
        # Labels are what the scope says: `managed-by` is among them already.
        add_pulumi_attribution_label=False,
    )
    return (provider,)
