"""The buses of a cloud that has its own and NATS: the one that `engine` names, as the driver of both.

A stack that accepted the gap `engine:nats`, while NATS was none there, keeps the cloud's own bus as long as its file
says so: see `ONCE_LACKED`.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol

from infra_kit import features
from infra_kit.component import Scope
from infra_kit.components.event_bus import EventBusEndpoint, EventBusSpec
from infra_kit.features import Feature
from infra_kit.links import Grant, Link
from infra_kit.settings import Settings

ONCE_LACKED = frozenset({features.engine("nats")})


class Bus(Protocol):
    """A module that makes one."""

    SUPPORTS: frozenset[Feature]
    HINTS: Mapping[Feature, str]

    def create(self, scope: Scope, spec: EventBusSpec) -> EventBusEndpoint: ...

    def link(self, scope: Scope, link: Link) -> Grant: ...


class Buses:
    def __init__(self, *, nats: Bus, native: Bus) -> None:
        self._engines: Mapping[str, Bus] = {"nats": nats, "native": native}
        self.supports = nats.SUPPORTS | native.SUPPORTS
        self.caveats = tuple(f'`engine="native"` lacks `{gap}`: {hint}' for gap, hint in native.HINTS.items())

    def gaps(self, spec: EventBusSpec, settings: Settings) -> dict[Feature, str]:  # noqa: ARG002  every driver's form
        own = self._engines[spec.engine]
        return features.gaps(spec.features(), own.SUPPORTS, own.HINTS)

    def create(self, scope: Scope, spec: EventBusSpec) -> EventBusEndpoint:
        return self._engines[spec.engine].create(scope, spec)

    def link(self, scope: Scope, link: Link) -> Grant:
        return self._engines[link.to.spec.engine].link(scope, link)
