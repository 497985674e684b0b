"""EventBus on AWS: NATS on virtual machines (`event_bus_nats`), or EventBridge and SQS (`event_bus_native`).

A stack that accepted the gap `engine:nats`, while NATS was none here, keeps its bus of EventBridge as long as its file
says so: see `ONCE_LACKED`.
"""

from __future__ import annotations

from types import ModuleType

from infra_kit import features
from infra_kit.component import Scope
from infra_kit.components.event_bus import EventBusEndpoint, EventBusSpec
from infra_kit.features import Feature
from infra_kit.links import Grant, Link
from infra_kit.providers.aws import event_bus_native, event_bus_nats
from infra_kit.settings import Settings

SUPPORTS = event_bus_nats.SUPPORTS | event_bus_native.SUPPORTS
CAVEATS = tuple(f'`engine="native"` lacks `{gap}`: {hint}' for gap, hint in event_bus_native.HINTS.items())
ONCE_LACKED = frozenset({features.engine("nats")})

_ENGINES: dict[str, ModuleType] = {"nats": event_bus_nats, "native": event_bus_native}


def gaps(spec: EventBusSpec, settings: Settings) -> dict[Feature, str]:  # noqa: ARG001  every driver's form
    own = _ENGINES[spec.engine]
    return features.gaps(spec.features(), own.SUPPORTS, own.HINTS)


def create(scope: Scope, spec: EventBusSpec) -> EventBusEndpoint:
    made: EventBusEndpoint = _ENGINES[spec.engine].create(scope, spec)
    return made


def link(scope: Scope, link: Link) -> Grant:
    grant: Grant = _ENGINES[link.to.spec.engine].link(scope, link)
    return grant
