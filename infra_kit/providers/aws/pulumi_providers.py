"""The Pulumi provider of an AWS target: made where the target says a region or a profile."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, cast

import pulumi
import pulumi_aws as aws

from infra_kit.providers.aws.settings import AwsSettings

if TYPE_CHECKING:
    from infra_kit.target import ResolvedTarget


def create(target: ResolvedTarget) -> Sequence[pulumi.ProviderResource]:
    profile = cast(AwsSettings, target.settings).profile
    if target.region is None and profile is None:
        return ()
    return (aws.Provider(f"{target.key}-provider", region=target.region, profile=profile),)
