"""Cuenta Conmigo's program and the gateway before it, by load (seeds/003: CC-3, CC-6)."""

from __future__ import annotations

from collections.abc import Sequence

import pulumi

from infra_kit import Link, RateLimit, Release, Scaling, Service, Tracing
from stacks.config import system
from stacks.cuenta_conmigo.places import HOME, Place
from stacks.programs import program

LIMITS = [RateLimit(requests=1000, per="5m")]
"""CC-3: by address. By user the application counts, in its Redis: it signs its users in itself."""


def app(links: Sequence[Link], after: pulumi.ResourceOptions, *, instances: int = 2, place: Place = HOME) -> Service:
    """CC-3: from two to ten instances by their CPU and 1000 requests each, traced; where there are more to begin with,
    to four times as many. CC-6: blue-green, and taken back with more errors than CC-7 bears; `cuenta-conmigo:watch`."""
    return Service(
        place.name("app"),
        network=place.network,
        **program("app"),
        port=3000,
        cpu=1,
        memory_gb=2,
        min_instances=instances,
        max_instances=max(10, 4 * instances),
        scaling=Scaling(cpu_percent=70, requests_per_instance=1000),
        release=Release(
            strategy="blue-green",
            smoke_tests=["/health"],
            max_error_percent=1,
            watch=pulumi.Config(system()).get("watch") or "5m",
        ),
        tracing=Tracing(),
        links=links,
        target=place.target,
        opts=after,
    )
