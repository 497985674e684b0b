"""Phase 0: one VPS, up to a hundred users (seeds/003: CC-1)."""

import pulumi

from infra_kit import Backups, Gateway, ObjectStore, Postgres, Service
from stacks.config import domains
from stacks.cuenta_conmigo import operations
from stacks.migrations import migrated
from stacks.outside import budget
from stacks.programs import program
from stacks.zones import own_zones


def deploy() -> None:
    # CC-1: its cache is the application's own memory.
    db = Postgres(
        "db",
        version="17",
        memory_gb=1,
        storage_gb=10,
        databases=["cuenta_conmigo"],
        backups=Backups(retention_days=7),
    )
    files = ObjectStore("files")

    links = [db.link(), files.link("read", "write", "delete")]
    app = Service("app", **program("app"), port=3000, memory_gb=1, links=links, opts=migrated(db))
    gateway = Gateway("gateway", routes={"/*": app}, domains=domains(), zones=own_zones())

    operations.copied(db, files)  # CC-6
    budget(50)  # CC-1

    pulumi.export("database_url", db.url)
    pulumi.export("files_bucket", files.bucket)
    pulumi.export("url", gateway.url)
