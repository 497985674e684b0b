"""What the steps of the set-up of NATS's servers on virtual machines are told: see `nats_machines`."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import pulumi

from infra_kit.components.event_bus import EventBusSpec
from infra_kit.providers.common import machine_scripts, nats, nats_cluster
from infra_kit.providers.common.certificates import Certificate
from infra_kit.providers.common.nats_cluster import Secrets


def known(
    secrets: Secrets,
    certificate: Certificate,
    servers: Iterable[tuple[pulumi.Input[str], pulumi.Input[str]]],
    *,
    seconds: int,
) -> dict[str, Any]:
    """What each is told.

    Args:
        secrets: the bus's passwords.
        certificate: the servers'.
        servers: of each its own name, and its name in the network.
        seconds: how long a step waits.
    """
    pairs = pulumi.Output.all(*(pulumi.Output.all(*pair) for pair in servers))
    return {
        "servers": pairs.apply(lambda them: {name: f"{host}:{nats_cluster.PORT}" for name, host in them}),
        "ca": certificate.ca.apply(machine_scripts.one_line),
        "system": secrets.system,
        "admin": secrets.admin,
        "seconds": seconds,
    }


def settled(spec: EventBusSpec) -> dict[str, Any]:
    """What the last is to make: streams and consumers as the API has them."""
    props = nats_cluster.bus(spec)
    consumers = [{"stream": stream, "config": config} for (stream, _), config in sorted(nats.consumers(props).items())]
    return {"streams": nats.streams(props), "consumers": consumers}
