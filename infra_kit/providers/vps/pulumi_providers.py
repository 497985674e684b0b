"""The Pulumi provider of a VPS: Docker, over SSH."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, cast

import pulumi
import pulumi_docker as docker

from infra_kit.providers.vps import ssh
from infra_kit.providers.vps.settings import VpsSettings

if TYPE_CHECKING:
    from infra_kit.target import ResolvedTarget


def create(target: ResolvedTarget) -> Sequence[pulumi.ProviderResource]:
    host = cast(VpsSettings, target.settings)
    return (docker.Provider(f"{target.key}-provider", host=ssh.address(host), ssh_opts=ssh.options(host)),)
