"""The bus of a product: NATS on every target that has it, on as many machines as its stack says."""

from __future__ import annotations

from collections.abc import Mapping

import pulumi

from infra_kit import Consumer, EventBus, Network, Stream, Target
from infra_kit.errors import ConfigError
from stacks.config import system


def copies() -> int:
    """`<system>:replicas`, of each event, on as many servers; one without. Never another number later: NATS makes no
    cluster of a server that stood alone, and the whole product would be in another network. Raises `ConfigError` for
    a number of which no majority is left when one is away."""
    said = pulumi.Config(system()).get_int("replicas")
    if said not in (None, 1, 3, 5):
        raise ConfigError(
            f"{system()}:replicas: given {said}; 1, 3 or 5 are allowed: of as many servers one, or two, may be away. "
            "Say 3, or leave it out for one."
        )
    return said or 1


def network(name: str = "network", target: Target | None = None) -> Network | None:
    """With a zone for each copy; None for the target's own, where there is one copy."""
    return Network(name, target=target, zones=copies()) if copies() > 1 else None


def bus(
    streams: Mapping[str, Stream],
    consumers: Mapping[str, Consumer],
    *,
    name: str = "events",
    network: Network | None = None,
    target: Target | None = None,
) -> EventBus:
    """In a network of `network()`."""
    copied = {key: stream.model_copy(update={"replicas": copies()}) for key, stream in streams.items()}
    return EventBus(name, streams=copied, consumers=consumers, network=network, target=target)
