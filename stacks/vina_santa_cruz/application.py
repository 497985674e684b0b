"""The shop's program and its gateway (seeds/001: VS-1, VS-2, VS-13, VS-15)."""

from collections.abc import Sequence

import pulumi

from infra_kit import Gateway, GatewayRoute, Link, Network, RateLimit, Release, Service
from stacks.limits import limit
from stacks.programs import program
from stacks.vina_santa_cruz.credentials import credentials


def shop(links: Sequence[Link], after: pulumi.ResourceOptions, *, network: Network | None, most: int) -> Service:
    """VS-15: each release is tried first, and takes over without a request lost."""
    return Service(
        "shop",
        **program("shop"),
        network=network,
        port=3000,
        cpu=0.5,
        memory_gb=1,
        min_instances=2,
        max_instances=most,
        release=Release(smoke_tests=["/health"]),
        links=[*links, *credentials()],
        opts=after,
    )


def gateway(service: Service) -> Gateway:
    """VS-1: a firewall; names, TLS and headers are the Cdn's, behind which it stands. VS-13: by address."""
    limited = GatewayRoute(service, limits=[limit("/api/*", RateLimit(requests=10, per="10s"))])
    return Gateway("gateway", routes={"/*": service, "/api/*": limited}, public=False)
