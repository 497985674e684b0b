"""What our own programs copy, on this machine and on a host, and the way out of the rest."""

from __future__ import annotations

from infra_kit import features

COPIED = frozenset(features.backup_of(kind) for kind in ("postgres", "redis", "object_store", "event_bus"))
HINTS = {
    features.backup_of(
        "document_store"
    ): "nothing copies documents here; leave it out of of=, and run mongodump by its url in a Job, or have it on aws",
    features.backup_of(
        "search"
    ): "nothing copies an index here; leave it out of of=, and have what it holds indexed anew "
    "from what it was made of",
}
