"""Zuclubit's eight services and the edge before them (seeds/004: ZU-1, ZU-2, ZU-12)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

import pulumi
import yaml

from infra_kit import EventBus, Gateway, Jwt, Link, ObjectStore, Postgres, RateLimit, Redis, Release, Service
from infra_kit.workloads import Architecture
from stacks.config import domains
from stacks.migrations import migrated
from stacks.programs import program
from stacks.zuclubit.events import CONSUMED, PUBLISHED

SERVICES = ("lead", "proposal", "customer", "financial", "analytics", "notification", "compliance", "ai")
"""ZU-1: as containers, for ARM64."""

ARM: Sequence[Architecture] = ("arm64",)

API = Path(__file__).with_name("openapi.yaml")
"""ZU-1: who answers which path."""

TOKENS = Jwt(issuer="https://auth.zuclubit.example", audience=["crm"])
"""ZU-2: Supabase Auth signs them (ZU-8); a service reads its tenant from the token, which has been checked by then."""

LIMITS = (RateLimit(requests=1000, per="1m"), RateLimit(requests=100, per="1m", by="user"))
"""ZU-2: by address and, where a token says who it is, by user. What a tenant's plan allows, the services count in their
Redis: no token says the plan."""

RELEASE = Release(strategy="blue-green", smoke_tests=["/health"], max_error_percent=1)
"""ZU-12; the errors are those of a P0 of ZU-10."""


def services(
    db: Postgres, cache: Redis, events: EventBus, *, files: ObjectStore, invoices: ObjectStore, instances: int
) -> Mapping[str, Service]:
    """Each with its own links, by its name."""
    common, after = [db.link(), cache.link()], migrated(db, architectures=ARM)
    stores = {"proposal": [files.link("read", "write")], "compliance": [invoices.link("read", "write")]}
    return {
        name: _service(name, [*common, *_bus(name, events), *stores.get(name, ())], after, instances)
        for name in SERVICES
    }


def _bus(name: str, events: EventBus) -> Sequence[Link]:
    """What a service says and listens to."""
    publish, consume = PUBLISHED.get(name, ()), CONSUMED.get(name, ())
    return [events.link(publish=publish, consume=consume)] if publish or consume else []


def _service(name: str, links: Sequence[Link], after: pulumi.ResourceOptions, instances: int) -> Service:
    return Service(
        name,
        **program(name),
        architectures=ARM,
        memory_gb=0.5,
        min_instances=instances,
        release=RELEASE,
        links=links,
        opts=after,
    )


def gateway(apis: Mapping[str, Service]) -> Gateway:
    """ZU-1, ZU-2: routes by the API's document, tokens, limits."""
    routes = Gateway.routes_of(yaml.safe_load(API.read_text()), apis)
    return Gateway("gateway", routes=routes, domains=domains(), jwt=TOKENS, limits=LIMITS)
