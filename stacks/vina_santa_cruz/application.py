"""The shop's program and its edge (seeds/001: VS-1, VS-2, VS-5, VS-13, VS-15)."""

from collections.abc import Sequence

from infra_kit import Domain, Gateway, Link, RateLimit, Release, Service
from stacks.config import domains
from stacks.programs import program


def shop(links: Sequence[Link], *, most: int) -> Service:
    """VS-15: each release is tried first, and takes over without a request lost."""
    return Service(
        "shop",
        **program("shop"),
        port=3000,
        cpu=0.5,
        memory_gb=1,
        min_instances=2,
        max_instances=most,
        release=Release(smoke_tests=["/health"]),
        links=links,
    )


def gateway(service: Service, zones: Sequence[Domain]) -> Gateway:
    """VS-1: names, TLS, a firewall, the headers. VS-13: ten requests in ten seconds, by address: sixty a minute, the
    shortest window that the edge of every target counts."""
    limits = [RateLimit(requests=60, per="1m")]
    return Gateway("gateway", routes={"/*": service}, domains=domains(), zones=zones, limits=limits)
