"""Zuclubit around its stores: the same in every phase, in more instances (seeds/004)."""

from __future__ import annotations

from collections.abc import Sequence

import pulumi

from infra_kit import Backup, Budget, DocumentStore, Network, Postgres, Redis
from stacks.migrations import migrated
from stacks.zones import own_zones
from stacks.zuclubit import accounts, buckets, documents, events, operations, services
from stacks.zuclubit.containers import architectures
from stacks.zuclubit.services import Stores
from stacks.zuclubit.tenancy import SQL

DATABASES = ["zuclubit", accounts.DATABASE]


def product(
    db: Postgres,
    cache: Redis,
    docs: DocumentStore,
    budget: Sequence[Budget],
    *,
    network: Network | None,
    instances: int,
) -> Backup:
    bus = events.bus(network)  # ZU-6
    stores = Stores(
        network=network,
        db=db,
        cache=cache,
        docs=docs,
        events=bus,
        files=buckets.files(),
        invoices=buckets.invoices(),  # ZU-7
    )
    edge = buckets.edge(stores.files)

    # ZU-3, ZU-4: tables, who sees which of their rows, and the collections of a store that stood already.
    said = {"TENANCY_SQL": SQL, **documents.to_make(docs)}
    stands = [docs.link()] if docs.stands_already else []
    after = migrated(db, network=network, architectures=architectures(), environment=said, links=stands)
    documents.archived(docs, stores.files, after, network)

    zones = own_zones()
    people = accounts.Accounts(db, network, zones, instances=instances)  # ZU-8
    apis = services.services(stores, after, instances=instances)  # ZU-1, ZU-2, ZU-12
    gateway = services.gateway(apis, people, zones)
    copies = operations.operations(stores, list(apis.values()), (gateway, edge), people, budget)  # ZU-10, ZU-11

    pulumi.export("documents_url", docs.url)
    pulumi.export("events_url", bus.url)
    pulumi.export("invoices_bucket", stores.invoices.bucket)
    pulumi.export("files_bucket", stores.files.bucket)
    pulumi.export("files_url", edge.url)
    pulumi.export("url", gateway.url)
    return copies
