"""Zuclubit's eight services and the edge before them (seeds/004: ZU-1, ZU-2, ZU-12)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import pulumi
import yaml

from infra_kit import (
    DocumentStore,
    Domain,
    EventBus,
    Gateway,
    Link,
    Network,
    ObjectStore,
    Postgres,
    RateLimit,
    Redis,
    Service,
)
from stacks.config import domains
from stacks.programs import program
from stacks.zuclubit import accounts, documents
from stacks.zuclubit.accounts import Accounts
from stacks.zuclubit.containers import TRACING, architectures, releases
from stacks.zuclubit.events import CONSUMED, PUBLISHED

SERVICES = ("lead", "proposal", "customer", "financial", "analytics", "notification", "compliance", "ai")
"""ZU-1: as containers, for ARM64."""

DOCUMENTED = {"lead", "proposal", "customer", "analytics", "notification", "ai"}
"""ZU-4: who keeps activities, messages, tasks, sessions and figures as documents."""

API = Path(__file__).with_name("openapi.yaml")
"""ZU-1: who answers which path."""

LIMITS = (RateLimit(requests=1000, per="1m"), RateLimit(requests=100, per="1m", by="user"))
"""ZU-2: by address and, where a token says who it is, by user. What a tenant's plan allows, the services count in their
Redis: no token says the plan."""


@dataclass(frozen=True, kw_only=True)
class Stores:
    """What the services keep things in."""

    network: Network | None
    """None: the target's own."""
    db: Postgres
    cache: Redis
    docs: DocumentStore
    events: EventBus
    files: ObjectStore
    invoices: ObjectStore

    def links(self, service: str) -> Sequence[Link]:
        """What one of them may use."""
        own = {"proposal": [self.files.link("read", "write")], "compliance": [self.invoices.link("read", "write")]}
        documents = [self.docs.link()] if service in DOCUMENTED else []
        return [self.db.link(), self.cache.link(), *documents, *self._bus(service), *own.get(service, ())]

    def _bus(self, service: str) -> Sequence[Link]:
        """What it says and listens to."""
        publish, consume = PUBLISHED.get(service, ()), CONSUMED.get(service, ())
        return [self.events.link(publish=publish, consume=consume)] if publish or consume else []


def services(stores: Stores, after: pulumi.ResourceOptions, *, instances: int) -> Mapping[str, Service]:
    """Each with its own links, by its name."""
    return {name: _service(name, stores, after, instances) for name in SERVICES}


def _service(name: str, stores: Stores, after: pulumi.ResourceOptions, instances: int) -> Service:
    return Service(
        name,
        network=stores.network,
        **program(name),
        architectures=architectures(),
        memory_gb=0.5,
        min_instances=instances,
        environment=documents.kept() if name in DOCUMENTED else {},
        release=releases(),
        tracing=TRACING,
        links=stores.links(name),
        opts=after,
    )


def gateway(apis: Mapping[str, Service], people: Accounts, zones: Sequence[Domain]) -> Gateway:
    """ZU-1, ZU-2: routes by the API's document, tokens, limits."""
    documents = [(API, apis), *([(accounts.API, people.services)] if people.services else [])]
    routes = {
        pattern: route
        for document, answers in documents
        for pattern, route in Gateway.routes_of(yaml.safe_load(document.read_text()), answers).items()
    }
    return Gateway("gateway", routes=routes, domains=domains(), zones=zones, jwt=people.tokens, limits=LIMITS)
