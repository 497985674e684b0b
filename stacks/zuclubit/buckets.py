"""Zuclubit's buckets and its edge, the same in every phase (seeds/004: ZU-4, ZU-7)."""

from infra_kit import Cdn, LifecycleRule, ObjectStore, Route
from stacks.config import domains, release
from stacks.zuclubit.documents import ARCHIVED

FIVE_YEARS = 5 * 365


def files() -> ObjectStore:
    """Proposals, cards, recordings; and documents that are gone from their store."""
    archived = LifecycleRule(prefix=ARCHIVED, archive_after_days=1)
    return ObjectStore("files", versioning=True, lifecycle={"documents-to-archive": archived})


def invoices() -> ObjectStore:
    """The tax office wants an invoice kept for five years; after one it is hardly read any more."""
    return ObjectStore(
        "invoices",
        versioning=True,
        retention_lock=FIVE_YEARS,
        lifecycle={"to-archive": LifecycleRule(archive_after_days=365)},
    )


def edge(files: ObjectStore) -> Cdn:
    """Proposals are read by customers, over the Cdn."""
    routes = {"/proposals/*": Route(files, ttl="24h")}
    return Cdn("edge", routes=routes, domains=domains("static-domains"), release=release())
