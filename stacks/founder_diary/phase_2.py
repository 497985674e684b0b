"""Phase 2: more than a thousand users a month (seeds/002: FD-2 to FD-5)."""

import pulumi

from infra_kit import Backups, Gateway, LifecycleRule, ObjectStore, Panel, Pooling, Postgres, Redis
from stacks.config import domains
from stacks.founder_diary import outside, pgadmin
from stacks.founder_diary.application import application, jobs
from stacks.founder_diary.consoles import object_console, redis_commander
from stacks.founder_diary.content import directus, edge_of, postgrest
from stacks.founder_diary.operations import Parts, board, copied, logged, watched
from stacks.migrations import migrated
from stacks.outside import budget, with_production
from stacks.zones import own_zones


def deploy() -> None:
    db = _database()

    # FD-3: sessions may go when memory is full; a BullMQ job may not.
    cache = Redis("cache", memory_gb=0.5, persistence=True)
    queue = Redis("queue", memory_gb=0.5, persistence=True, eviction="noeviction")

    files = ObjectStore("files")
    exports = ObjectStore("exports", lifecycle={"old": LifecycleRule(expire_after_days=90)})

    after, zones = migrated(db), own_zones()
    links = [db.link(), cache.link(), queue.link(), files.link("read", "write", "delete")]
    app = application(links, opts=after, instances=2, sso=True)
    worker = jobs([db.link(), queue.link(), files.link("read"), exports.link("write")], opts=after)
    editor, rest = directus(db, files), postgrest(db, opts=after)
    edge = Gateway("edge", routes={"/*": app}, domains=domains(), zones=zones)
    content, data = edge_of("content", editor, zones), edge_of("data", rest, zones)

    stores: Parts = [db, cache, queue, files, exports]
    consoles: Parts = [pgadmin.console(db), redis_commander([cache, queue]), object_console(files)]
    parts: Parts = [edge, content, data, app, worker, editor, rest, *stores, *consoles]
    copies, drill = copied(stores)
    site, alerts = watched([*parts, copies, drill], edge)
    figures = board([*parts, copies, drill, site], alerts)
    logged(parts)

    # FD-5: what has an address is linked by itself.
    panel = Panel("panel", of=[*parts, figures, site, alerts, copies, drill])

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
