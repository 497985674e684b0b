"""R2, and what of Cloudflare costs nothing: https://developers.cloudflare.com/r2/pricing/. What every account has free
(10 GB, a million writes, ten million reads a month) is not taken off; what is read out is never charged."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from infra_kit.planning.rates import Asked, Line, Rate

BOOK = ("cloudflare", "global")
WRITES = 0.1
"""The share of requests that write or list: an assumption, as of the other clouds' buckets."""
MILLION = 1_000_000


def _bucket(asked: Asked) -> Iterator[Line]:
    used = asked.usage
    yield Line("GB", "r2/storage", used.stored_gb, assumed=True, book=BOOK)
    writes, reads = (used.requests * share / MILLION for share in (WRITES, 1 - WRITES))
    yield Line("million writes and lists", "r2/class-a", writes, assumed=True, book=BOOK)
    yield Line("million reads", "r2/class-b", reads, assumed=True, book=BOOK)


RATES: Mapping[str, Rate] = {"cloudflare:index/r2Bucket:R2Bucket": _bucket}
FREE = frozenset(
    f"cloudflare:index/{name[0].lower()}{name[1:]}:{name}"
    for name in ("AccountToken", "DnsRecord", "R2BucketCors", "R2BucketLifecycle", "Zone")
)
