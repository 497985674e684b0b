"""Phase 0: one VPS, up to a hundred users. The data layer of seeds/003 (CC-1)."""

import pulumi

from infra_kit import ObjectStore, Postgres


def deploy() -> None:
    # CC-1: half of the VPS's 4 GiB; its cache is the application's own memory.
    db = Postgres("db", version="17", memory_gb=1, storage_gb=10, databases=["cuenta_conmigo"])
    files = ObjectStore("files")

    pulumi.export("database_url", db.url)
    pulumi.export("files_bucket", files.bucket)
