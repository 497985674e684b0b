"""Cuenta Conmigo's API and its seven services, and who answers which path (seeds/003: CC-4)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pulumi

from infra_kit import Link, Scaling, Service, Tracing
from stacks.cuenta_conmigo.places import Place
from stacks.programs import program

PATHS = {
    "auth": "/auth/*",
    "user": "/users/*",
    "content": "/content/*",
    "progress": "/progress/*",
    "social": "/social/*",
    "notification": "/notifications/*",
    "analytics": "/analytics/*",
}
"""What is none of theirs, the API answers (`application.app`)."""


def services(
    common: Sequence[Link], own: Mapping[str, Sequence[Link]], after: pulumi.ResourceOptions, place: Place
) -> Mapping[str, Service]:
    """Each with its own links beside those that all have; one at least, ten at most."""
    return {name: _service(name, [*common, *own.get(name, ())], after, place) for name in PATHS}


def _service(name: str, links: Sequence[Link], after: pulumi.ResourceOptions, place: Place) -> Service:
    return Service(
        place.name(name),
        network=place.network,
        **program(name),
        port=3000,
        cpu=0.5,
        memory_gb=1,
        max_instances=10,
        scaling=Scaling(cpu_percent=70),
        tracing=Tracing(),
        links=links,
        target=place.target,
        opts=after,
    )
