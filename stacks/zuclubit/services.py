"""Zuclubit's eight services and the edge before them (seeds/004: ZU-1, ZU-2)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from infra_kit import EventBus, Gateway, Jwt, Link, ObjectStore, Postgres, RateLimit, Redis, Service
from stacks.config import domains
from stacks.programs import program
from stacks.zuclubit.events import CONSUMED, PUBLISHED

SERVICES = ("lead", "proposal", "customer", "financial", "analytics", "notification", "compliance", "ai")
"""ZU-1: as containers, for ARM64."""

TOKENS = Jwt(issuer="https://auth.zuclubit.example", audience=["crm"])
"""ZU-2: Supabase Auth signs them (ZU-8); a service reads its tenant from the token, which has been checked by then."""

LIMITS = (RateLimit(requests=1000, per="1m"),)
"""ZU-2: by address. What a user's or a tenant's plan allows, the services count in their Redis."""


def services(
    db: Postgres, cache: Redis, events: EventBus, files: ObjectStore, *, instances: int
) -> Mapping[str, Service]:
    """Each with its own links, by its name."""
    common = [db.link("readwrite"), cache.link()]
    return {name: _service(name, [*common, *_own(name, events, files)], instances) for name in SERVICES}


def _own(name: str, events: EventBus, files: ObjectStore) -> Sequence[Link]:
    """What one service has beside the rest."""
    publish, consume = PUBLISHED.get(name, ()), CONSUMED.get(name, ())
    bus = [events.link(publish=publish, consume=consume)] if publish or consume else []
    return [*bus, *([files.link("read", "write")] if name == "proposal" else [])]


def _service(name: str, links: Sequence[Link], instances: int) -> Service:
    return Service(name, **program(name), architectures=["arm64"], memory_gb=0.5, min_instances=instances, links=links)


def gateway(apis: Mapping[str, Service]) -> Gateway:
    """ZU-2: tokens and limits; a path begins with its service's name."""
    routes = {f"/{name}/*": service for name, service in apis.items()}
    return Gateway("gateway", routes=routes, domains=domains(), jwt=TOKENS, limits=LIMITS)
