"""One region of phases 3 and 4: database, cache, bus, files, the API, its services, the gateway (seeds/003: CC-4)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from infra_kit import (
    Backups,
    Consumer,
    Domain,
    EventBus,
    Failover,
    Gateway,
    ObjectStore,
    Pooling,
    Postgres,
    Redis,
    Service,
    Stream,
)
from stacks.config import domains
from stacks.cuenta_conmigo import application, events, operations
from stacks.cuenta_conmigo.events import CONSUMERS, STREAMS
from stacks.cuenta_conmigo.places import Place
from stacks.cuenta_conmigo.services import PATHS, services
from stacks.migrations import migrated


@dataclass(frozen=True)
class Size:
    """What one region has more of than the other."""

    instances: int
    """Of the API."""
    memory_gb: float
    """Of the database."""
    high_availability: bool = False
    read_replicas: int = 0


@dataclass(frozen=True)
class Region:
    """What phases add to, and what they export."""

    db: Postgres
    cache: Redis
    events: EventBus
    files: ObjectStore
    gateway: Gateway
    measured: operations.Components


def region(
    place: Place,
    size: Size,
    *,
    zones: Sequence[Domain],
    failover: Failover | None = None,
    streams: Mapping[str, Stream] = STREAMS,
    consumers: Mapping[str, Consumer] = CONSUMERS,
) -> Region:
    """A region that answers by itself, with the rows of its own users (CC-4: sharding by user)."""
    db, cache = _database(place, size), _cache(place, size)
    bus = events.bus(place, streams, consumers)
    files = ObjectStore(place.name("files"), target=place.target)

    common = [db.link(name="DB"), cache.link(name="CACHE")]
    stored = files.link("read", "write", "delete", name="FILES")
    told = events.told(bus, streams)
    after = migrated(db, name=place.name("migrate"), target=place.target, network=place.network)
    app = application.app([*common, stored, told], after, instances=size.instances, place=place)
    own = {"content": [stored], "notification": [told], "progress": [told], "social": [told]}
    apis = services(common, own, after, place)
    mailer = events.worker("mailer", bus, place)

    gateway = _gateway(place, app, apis, zones, failover)
    copies = operations.copied(db, files, place=place)
    measured: operations.Components = [db, cache, bus, app, *apis.values(), mailer, *copies]
    return Region(db, cache, bus, files, gateway, measured)


def _database(place: Place, size: Size) -> Postgres:
    """CC-4 asks for Aurora's global database: see `requirements.yaml`."""
    return Postgres(
        place.name("db"),
        network=place.network,
        version="17",
        cpu=2,
        dedicated_cpu=True,
        memory_gb=size.memory_gb,
        storage_gb=100,
        max_storage_gb=1000,
        high_availability=size.high_availability,
        read_replicas=size.read_replicas,
        pooling=Pooling(max_connections=1000),
        databases=["cuenta_conmigo"],
        extensions=["pg_stat_statements"],
        backups=Backups(retention_days=14),
        target=place.target,
    )


def _cache(place: Place, size: Size) -> Redis:
    """At home three nodes, as in phase 2."""
    replicas = 2 if size.high_availability else 1
    return Redis(
        place.name("cache"),
        network=place.network,
        memory_gb=1,
        replicas=replicas,
        high_availability=True,
        target=place.target,
    )


def _gateway(
    place: Place, app: Service, apis: Mapping[str, Service], zones: Sequence[Domain], failover: Failover | None
) -> Gateway:
    return Gateway(
        place.name("gateway"),
        routes={"/*": app, **{path: apis[name] for name, path in PATHS.items()}},
        domains=domains(),
        zones=zones,
        failover=failover,
        limits=application.LIMITS,
        target=place.target,
    )
