"""Phase 1: one database and a replica for reports (seeds/000: NS-1 to NS-9, NS-12, NS-13)."""

import pulumi

from infra_kit import Backups, ObjectStore, Postgres, Redis
from stacks.migrations import migrated
from stacks.nomadshift import application, content, outside
from stacks.outside import budget, with_production


def deploy() -> None:
    # NS-2: a db.t3.medium's two CPUs and 4 GiB; geography columns with a GIST index.
    db = Postgres(
        "db",
        version="16",
        cpu=2,
        memory_gb=4,
        storage_gb=100,
        read_replicas=1,
        databases=["nomadshift"],
        extensions=["postgis"],
        backups=Backups(retention_days=7),
    )
    cache = Redis("cache", memory_gb=1)  # NS-3
    static, uploads, logs = ObjectStore("static"), content.uploads(), content.logs()
    settings = application.settings(db)  # NS-9
    links = [db.link(), settings.link(), cache.link(), uploads.link("read", "write", "delete"), logs.link("write")]
    edge = content.edge(static, uploads, application.gateway(application.api(links, migrated(db))))

    with_production(outside.services)  # NS-15
    budget(1219)

    pulumi.export("database_url", db.url)
    pulumi.export("reports_url", db.reader_url)
    pulumi.export("redis_url", cache.url)
    pulumi.export("static_bucket", static.bucket)
    pulumi.export("uploads_bucket", uploads.bucket)
    pulumi.export("logs_bucket", logs.bucket)
    pulumi.export("url", edge.url)
