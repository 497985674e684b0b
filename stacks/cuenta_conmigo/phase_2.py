"""Phase 2: high availability on one cloud (seeds/003: CC-3)."""

import pulumi

from infra_kit import (
    Backups,
    Cdn,
    Consumer,
    EventBus,
    Gateway,
    Link,
    ObjectStore,
    Pooling,
    Postgres,
    RateLimit,
    Redis,
    Release,
    Route,
    Scaling,
    Service,
    Stream,
    Worker,
)
from stacks.config import domains, release
from stacks.migrations import migrated
from stacks.outside import budget
from stacks.programs import program
from stacks.zones import own_zones

LIMITS = [RateLimit(requests=1000, per="5m")]
"""CC-3: by address. By user the application counts, in its Redis: it signs its users in itself, and tokens that an edge
could check come with phase 3, from a service of their own."""


def deploy() -> None:
    # CC-3 asks for Aurora; standard PostgreSQL has the same standby and readers, and can leave.
    db = Postgres(
        "db",
        version="17",
        cpu=2,
        dedicated_cpu=True,
        memory_gb=8,
        storage_gb=100,
        max_storage_gb=500,
        high_availability=True,
        read_replicas=2,
        pooling=Pooling(max_connections=500),
        databases=["cuenta_conmigo"],
        extensions=["pg_stat_statements"],
        backups=Backups(retention_days=14),
    )
    cache = Redis("cache", memory_gb=1, replicas=2, high_availability=True)
    streams = {"NOTIFICATIONS": Stream(subjects=["notification.*"], retention="7d")}
    events = EventBus("events", streams=streams, consumers={"mailer": Consumer(stream="NOTIFICATIONS")})
    files = ObjectStore("files")

    links = [db.link(), cache.link(), files.link("read", "write", "delete")]
    app = _app([*links, events.link(publish=["notification.*"])], migrated(db))
    Worker("mailer", **program("mailer"), links=[events.link(consume=["mailer"])])
    zones = own_zones()
    gateway = Gateway("gateway", routes={"/*": app}, domains=domains(), zones=zones, limits=LIMITS)
    static = domains("static-domains")
    edge = Cdn("edge", routes={"/files/*": Route(files, ttl="1h")}, domains=static, zones=zones, release=release())
    budget(450)  # CC-3

    pulumi.export("database_url", db.url)
    pulumi.export("pooled_database_url", db.pooled_url)
    pulumi.export("reader_url", db.reader_url)
    pulumi.export("redis_url", cache.url)
    pulumi.export("events_url", events.url)
    pulumi.export("files_bucket", files.bucket)
    pulumi.export("files_url", edge.url)
    pulumi.export("url", gateway.url)


def _app(links: list[Link], after: pulumi.ResourceOptions) -> Service:
    """CC-3: two to ten instances by their CPU and 1000 requests each. CC-6: blue-green."""
    return Service(
        "app",
        **program("app"),
        port=3000,
        cpu=1,
        memory_gb=2,
        min_instances=2,
        max_instances=10,
        scaling=Scaling(requests_per_instance=1000),
        release=Release(strategy="blue-green", smoke_tests=["/health"]),
        links=links,
        opts=after,
    )
