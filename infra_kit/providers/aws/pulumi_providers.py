"""The Pulumi provider of an AWS target: made where the target's region or profile is another than the stack's own."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, cast

import pulumi
import pulumi_aws as aws
from pulumi.runtime.config import CONFIG, get_config_env

from infra_kit.errors import ConfigError
from infra_kit.providers.aws.settings import AwsSettings

if TYPE_CHECKING:
    from infra_kit.target import ResolvedTarget

TAKEN_OVER = frozenset({"aws:region", "aws:profile"})
"""The keys of Pulumi's own provider that one made here heeds."""


def create(target: ResolvedTarget) -> Sequence[pulumi.ProviderResource]:
    """None where Pulumi's own provider is of the same region and profile. Raises `ConfigError` where one is needed that
    would lack what the stack tells Pulumi's own: an account, say, in which alone it may work."""
    own = pulumi.Config("aws")
    profile = cast(AwsSettings, target.settings).profile or own.get("profile")
    region = target.region or own.get("region")
    if region == own.get("region") and profile == own.get("profile"):
        return ()
    _check_nothing_is_lost()
    return (aws.Provider(f"{target.key}-provider", region=region, profile=profile),)


def _check_nothing_is_lost() -> None:
    keys = {*get_config_env(), *CONFIG.get()}
    lost = sorted(key for key in keys if key.startswith("aws:") and key not in TAKEN_OVER)
    if lost:
        raise ConfigError(
            f"{', '.join(lost)}: only Pulumi's own provider heeds this, and the target's region or profile needs "
            "another one. Say them as aws:region and aws:profile instead, or give components a provider of your own "
            "(opts=pulumi.ResourceOptions(provider=…))."
        )
