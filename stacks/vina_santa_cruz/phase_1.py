"""Phase 1: launch, up to 5,000 users a month (seeds/001: VS-1 to VS-7, VS-9, VS-13 to VS-16)."""

import pulumi

from infra_kit import ObjectStore, Pooling, Redis
from stacks.outside import budget, with_production
from stacks.vina_santa_cruz import application, content, jobs, outside
from stacks.vina_santa_cruz.database import connections, database
from stacks.vina_santa_cruz.network import shared_network
from stacks.zones import own_zones


def deploy() -> None:
    db = database(retention_days=7, memory_gb=2, storage_gb=20, pooling=Pooling(max_connections=connections()))
    network = shared_network()
    cache = Redis("cache", network=network, memory_gb=0.25)  # VS-13: counters of ten seconds
    images, backups = ObjectStore("images", versioning=True), content.backups()
    after = jobs.released(db, backups)
    links = [db.link(), cache.link(), images.link("read", "write", "delete")]
    gateway = application.gateway(application.shop(links, after, network=network, most=2))
    edge = content.edge(images, gateway, own_zones())
    jobs.scheduled(db, images, backups, edge, after)

    with_production(lambda: outside.services("Free"))  # VS-16
    budget(71)

    pulumi.export("database_url", db.url)
    pulumi.export("pooled_database_url", db.pooled_url)
    pulumi.export("redis_url", cache.url)
    pulumi.export("images_bucket", images.bucket)
    pulumi.export("backups_bucket", backups.bucket)
    pulumi.export("url", edge.url)
