"""Bootstrap: what a fresh Debian or Ubuntu host needs before its first container. `scripts/bootstrap.sh` says what.

It runs once for each target, before Docker is spoken to, and again when the script or what it is told changes. A host
belongs to one stack, which is written down on it: another's is refused, and so is one that is in use by something else.
`infra-kit:vps: {bootstrap: false}` leaves the host alone: then it must have Docker, and what else the script does is
its owner's to see to.
"""

from __future__ import annotations

import shlex
from typing import TYPE_CHECKING, cast

import pulumi
from pulumi_command import local

from infra_kit.providers.common.log_collector.packing import packed
from infra_kit.providers.vps import ssh
from infra_kit.providers.vps.scripts import script
from infra_kit.providers.vps.settings import VpsSettings

if TYPE_CHECKING:
    from infra_kit.target import ResolvedTarget

SWAP_MB = 2048
"""Half the memory of the smallest host of the seeds (2 vCPU, 4 GB: seeds/003)."""

AS_ROOT = 'if [ "$(id -u)" = 0 ]; then exec sh -s; fi; exec sudo -n env SSH_CONNECTION="$SSH_CONNECTION" sh -s'


def prepare(target: ResolvedTarget) -> local.Command | None:
    """Has the host prepared; None where the settings say that it is."""
    host = cast(VpsSettings, target.settings)
    if not host.bootstrap:
        return None
    return local.Command(
        f"{target.key}-bootstrap",
        interpreter=ssh.interpreter(host),
        create=AS_ROOT,
        update=AS_ROOT,
        stdin=told(target, _stack()) + script("bootstrap.sh"),
        add_previous_output_in_env=False,
    )


def _stack() -> str:
    return f"{pulumi.get_organization()}/{pulumi.get_project()}/{pulumi.get_stack()}"


def told(target: ResolvedTarget, stack: str) -> str:
    """The variables that the script reads. The host belongs to the stack: its environment may change."""
    host = cast(VpsSettings, target.settings)
    size = host.size
    variables = {
        "STACK": stack,
        "APP": target.app,
        "ENVIRONMENT": target.environment.value,
        "HOST_CPU": f"{size.cpu:g}" if size else "",
        "HOST_MEMORY_GB": f"{size.memory_gb:g}" if size else "",
        "HOST_DISK_GB": f"{size.disk_gb:g}" if size else "",
        "DEPLOY_USER": host.user,
        "SSH_PORT": str(host.port),
        "PRIVATE_ADDRESS": host.private_address or "",
        "SWAP_MB": str(SWAP_MB),
        "MEASURE": script("measure.sh").rstrip(),
        "COLLECTOR": packed(),
    }
    return "".join(f"{key}={shlex.quote(value)}\n" for key, value in variables.items())
