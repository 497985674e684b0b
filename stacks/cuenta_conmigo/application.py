"""Cuenta Conmigo's program and the gateway before it, by load (seeds/003: CC-3, CC-6)."""

from __future__ import annotations

from collections.abc import Sequence

import pulumi

from infra_kit import Link, RateLimit, Release, Scaling, Service, Tracing
from stacks.cuenta_conmigo.places import HOME, Place
from stacks.programs import program

LIMITS = [RateLimit(requests=1000, per="5m")]
"""CC-3: by address. By user the application counts, in its Redis: it signs its users in itself."""


def app(links: Sequence[Link], after: pulumi.ResourceOptions, *, instances: int = 2, place: Place = HOME) -> Service:
    """CC-3: from two to ten instances by their CPU and 1000 requests each, traced. CC-6: blue-green."""
    return Service(
        place.name("app"),
        **program("app"),
        port=3000,
        cpu=1,
        memory_gb=2,
        min_instances=instances,
        max_instances=10,
        scaling=Scaling(cpu_percent=70, requests_per_instance=1000),
        release=Release(strategy="blue-green", smoke_tests=["/health"]),
        tracing=Tracing(),
        links=links,
        target=place.target,
        opts=after,
    )
