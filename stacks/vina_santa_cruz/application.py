"""The shop's program and its gateway (seeds/001: VS-1, VS-2, VS-8, VS-12, VS-13, VS-15)."""

from collections.abc import Sequence

import pulumi

from infra_kit import Gateway, GatewayRoute, Link, Network, RateLimit, Release, Service, Tracing
from infra_kit.errors import ConfigError
from stacks.config import system
from stacks.limits import limit
from stacks.programs import program
from stacks.vina_santa_cruz.credentials import credentials

MODES = ("open", "read-only", "maintenance")


def mode() -> str:
    """VS-8: `vina-santa-cruz:mode`, which the program is told as SHOP_MODE: `read-only` takes its right to write rows
    away too; in `maintenance` it answers 503 with a page of its own, but on /health."""
    said = pulumi.Config(system()).get("mode") or MODES[0]
    if said not in MODES:
        raise ConfigError(f"vina-santa-cruz:mode: given {said!r}, allowed: {', '.join(MODES)}.")
    return said


def shop(links: Sequence[Link], after: pulumi.ResourceOptions, *, network: Network | None, most: int) -> Service:
    """VS-15: each release is tried first, and takes over without a request lost. VS-12: one trace in ten is kept."""
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
        environment={"SHOP_MODE": mode()},
        tracing=Tracing(share=0.1),
        links=[*links, *credentials()],
        opts=after,
    )


def gateway(service: Service) -> Gateway:
    """VS-1: a firewall; names, TLS and headers are the Cdn's, behind which it stands. VS-13: by address."""
    limited = GatewayRoute(service, limits=[limit("/api/*", RateLimit(requests=10, per="10s"))])
    return Gateway("gateway", routes={"/*": service, "/api/*": limited}, public=False)
