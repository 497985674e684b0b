"""What all phases of Viña Santa Cruz have, in the order in which it is made (seeds/001)."""

from collections.abc import Sequence

import pulumi

from infra_kit import Budget, Network, ObjectStore, Postgres, Redis
from stacks.vina_santa_cruz import application, content, jobs, operations
from stacks.vina_santa_cruz.database import used
from stacks.zones import own_zones


def product(db: Postgres, cache: Redis, *, network: Network | None, most: int, budgets: Sequence[Budget]) -> None:
    """
    Args:
        db: the database.
        cache: counts requests by address (VS-13).
        network: a preview's, which is staging's.
        most: of the shop's instances.
        budgets: what alerts hold the month's bill to.
    """
    images = ObjectStore("images", versioning=True)  # VS-4
    after = jobs.released(db, network)
    read_only = application.mode() != "open"
    links = [used(db, read_only=read_only), cache.link(), images.link("read", "write", "delete")]
    shop = application.shop(links, after, network=network, most=most)
    gateway = application.gateway(shop)
    edge = content.edge(images, gateway, own_zones())
    if not db.stands_already:  # a preview's data is staging's, and staging looks after that
        serving: operations.Components = [cache, shop, gateway, *jobs.nightly(db, edge, after)]
        operations.watched([db, images], serving, edge, budgets)

    pulumi.export("database_url", db.url)
    pulumi.export("pooled_database_url", db.pooled_url)
    pulumi.export("redis_url", cache.url)
    pulumi.export("images_bucket", images.bucket)
    pulumi.export("url", edge.url)
