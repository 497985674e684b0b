"""EventBus on Google Cloud: NATS on virtual machines (`event_bus_nats`), or Pub/Sub (`event_bus_native`)."""

from __future__ import annotations

from infra_kit.providers.common import buses
from infra_kit.providers.gcp import event_bus_native, event_bus_nats

_BUSES = buses.Buses(nats=event_bus_nats, native=event_bus_native)
SUPPORTS, CAVEATS, ONCE_LACKED = _BUSES.supports, _BUSES.caveats, buses.ONCE_LACKED
gaps, create, link = _BUSES.gaps, _BUSES.create, _BUSES.link
