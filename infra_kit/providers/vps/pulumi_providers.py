"""The Pulumi provider of a VPS: Docker, over SSH."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, cast

import pulumi
import pulumi_docker as docker

from infra_kit.providers.vps import bootstrap, ssh
from infra_kit.providers.vps.settings import VpsSettings

if TYPE_CHECKING:
    from infra_kit.target import ResolvedTarget


def create(target: ResolvedTarget) -> Sequence[pulumi.ProviderResource]:
    host = cast(VpsSettings, target.settings)
    prepared = bootstrap.prepare(target)
    address = ssh.address(host)
    # The provider asks Docker for its version as soon as it knows where it is: so it knows when Docker is there. By the
    # command's id, which stays: what the script says may change in any run, and would leave every plan unsure.
    known = prepared.id.apply(lambda _: address) if prepared else address
    return (docker.Provider(ssh.provider_name(target.key), host=known, ssh_opts=ssh.options(host)),)
