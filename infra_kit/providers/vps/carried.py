"""Programs of one image that run in containers of others: static ones, which need nothing else of their own."""

from __future__ import annotations

import pulumi

from infra_kit.component import Scope
from infra_kit.providers.vps import images, ssh
from infra_kit.providers.vps.containers import holder
from infra_kit.providers.vps.images import Image
from infra_kit.providers.vps.run import Run
from infra_kit.providers.vps.scripts import script

RCLONE, NATS = "/run/infra-kit-rclone", "/run/infra-kit-nats"
"""The folders in which containers find them (`scripts/repository.sh`, `scripts/event_bus_prove.sh`)."""
CERTIFICATES = "/etc/ssl/certs/ca-certificates.crt"
"""Of the authorities that rclone believes: not every image has any."""


def rclone(scope: Scope) -> pulumi.Output[str]:
    """The container to mount rclone and its certificates from."""
    return _carried(scope, "rclone-program", images.RCLONE, RCLONE, ("/usr/local/bin/rclone", CERTIFICATES))


def nats_server(scope: Scope) -> pulumi.Output[str]:
    """The container to mount NATS's server from."""
    return _carried(scope, "nats-program", images.NATS, NATS, ("/usr/local/bin/nats-server",))


def _carried(scope: Scope, role: str, image: Image, folder: str, paths: tuple[str, ...]) -> pulumi.Output[str]:
    pulled = images.pull(scope, image, f"{role}-image")
    run = Run(image=pulled, user="1000:1000", memory_gb=0.0625, cpu=0.1, health=(), networks=())
    held = holder(scope, role, run, folder=folder)
    told = pulumi.Output.concat(held.id, f" {folder} {' '.join(paths)}\n")
    return ssh.after(ssh.run(scope, f"{role}-carried", script("carried.sh"), stdin=told), held.id)
