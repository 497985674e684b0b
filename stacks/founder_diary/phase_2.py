"""Phase 2: more than a thousand users a month (seeds/002: FD-2, FD-3, FD-5)."""

import pulumi

from infra_kit import (
    Backups,
    Gateway,
    LifecycleRule,
    ObjectStore,
    Panel,
    Pooling,
    Postgres,
    Redis,
    Secret,
    Service,
    Worker,
)
from stacks.config import domains
from stacks.founder_diary import outside, pgadmin
from stacks.migrations import migrated
from stacks.outside import budget, with_production
from stacks.programs import program
from stacks.zones import own_zones


def deploy() -> None:
    db = _database()

    # FD-3: sessions may go when memory is full; a BullMQ job may not.
    cache = Redis("cache", memory_gb=0.5, persistence=True)
    queue = Redis("queue", memory_gb=0.5, persistence=True, eviction="noeviction")

    files = ObjectStore("files")
    exports = ObjectStore("exports", lifecycle={"old": LifecycleRule(expire_after_days=90)})

    links = [db.link(), cache.link(), queue.link(), files.link("read", "write", "delete")]
    after = migrated(db)
    app = Service("app", **program("app"), port=3000, memory_gb=0.5, min_instances=2, links=links, opts=after)
    jobs = [db.link(), queue.link(), files.link("read"), exports.link("write")]
    worker = Worker("worker", **program("worker"), memory_gb=0.5, links=jobs, opts=after)
    directus, postgrest, console = _directus(db), _postgrest(db), pgadmin.console(db)
    routes = {"/*": app, "/content/*": directus, "/data/*": postgrest}
    edge = Gateway("edge", routes=routes, domains=domains(), zones=own_zones())

    # FD-5: what has an address is linked by itself; Directus is behind the edge.
    panel = Panel(
        "panel",
        of=[edge, app, worker, directus, postgrest, db, cache, queue, files, exports, console],
        links={"Directus": pulumi.Output.concat(edge.url, "/content/admin")},
    )

    with_production(outside.domain_name, outside.logs)  # FD-7
    budget(310, "EUR")

    pulumi.export("database_url", db.url)
    pulumi.export("pooled_database_url", db.pooled_url)
    pulumi.export("redis_url", cache.url)
    pulumi.export("queue_url", queue.url)
    pulumi.export("files_bucket", files.bucket)
    pulumi.export("exports_bucket", exports.bucket)
    pulumi.export("url", edge.url)
    pulumi.export("panel_url", panel.url)


def _database() -> Postgres:
    """FD-2: pgvector, PgBouncer, automatic backups; Directus (FD-3) has a database of its own."""
    return Postgres(
        "db",
        version="18",
        cpu=2,
        memory_gb=4,
        storage_gb=50,
        databases=["founder_diary", "directus"],
        extensions=["vector"],
        pooling=Pooling(),
        backups=Backups(retention_days=14),
    )


def _directus(db: Postgres) -> Service:
    """FD-3: content, edited in a browser. It owns its database: who models content there makes tables."""
    return Service(
        "directus",
        **program("directus", image="directus/directus:11.13"),
        port=8055,
        memory_gb=1,
        environment={"DB_CLIENT": "pg", "ROOT_REDIRECT": "/content/admin"},
        links=[db.link("owner", database="directus"), Secret("directus-secret").link(name="SECRET")],
    )


def _postgrest(db: Postgres) -> Service:
    """FD-2: the database as an API; what an anonymous visitor may read is granted to the role `web_anon`."""
    return Service(
        "postgrest",
        **program("postgrest", image="postgrest/postgrest:v13.0"),
        port=3001,
        memory_gb=0.25,
        environment={"PGRST_DB_ANON_ROLE": "web_anon", "PGRST_SERVER_PORT": "3001"},
        links=[db.link("read", name="PGRST_DB")],
    )
