"""Cloud Storage and Artifact Registry: https://cloud.google.com/storage/pricing,
https://cloud.google.com/artifact-registry/pricing."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from infra_kit.components.backup import BackupSpec
from infra_kit.components.cdn import CdnSpec
from infra_kit.components.object_store import ObjectStore
from infra_kit.planning.rates import Asked, Line, Rate
from infra_kit.planning.rates.reading import siblings, sources

WRITES = 0.1
"""The share of requests that write or list: an assumption."""
SEVERAL = frozenset({"us", "eu", "asia"})
"""Locations of several regions, which have prices of their own."""
BUCKET = "gcp:storage/bucket:Bucket"


def bucket(asked: Asked) -> Iterator[Line]:
    used, kind = asked.usage, str(asked.inputs.get("storageClass") or "STANDARD").lower()
    place = str(asked.inputs.get("location") or "").lower()
    yield Line(
        f"GB, {kind}",
        f"storage/{place}/{kind}" if place in SEVERAL else f"storage/{kind}",
        _stored(asked),
        assumed=True,
    )
    if _takes_logs(asked) or _kinds_kept(asked):
        return
    writes, reads = used.requests * WRITES / 1000, used.requests * (1 - WRITES) / 1000
    yield Line("thousand writes and lists", f"storage/class-a/{kind}", writes, assumed=True)
    yield Line("thousand reads", f"storage/class-b/{kind}", reads, assumed=True)
    if not _is_behind_cdn(asked):
        yield Line("GB out to the internet", "storage/egress", used.gb_out, assumed=True)


def _stored(asked: Asked) -> float:
    return asked.usage.log_gb if _takes_logs(asked) else asked.usage.stored_gb * max(_kinds_kept(asked), 1)


def _kinds_kept(asked: Asked) -> int:
    """Of how many kinds it has the copies, as a Backup's vault: nobody asks it for anything."""
    spec = asked.made.spec if asked.made else None
    return len({it.KIND for it in spec.of}) if isinstance(spec, BackupSpec) else 0


def _takes_logs(asked: Asked) -> bool:
    """Whether it is the bucket that another one of its component writes its access log to."""
    writers = (it for it in siblings(asked, BUCKET) if asked.resource.urn in sources(it, "logging"))
    return asked.made is not None and any(writers) and not asked.inputs.get("logging")


def _is_behind_cdn(asked: Asked) -> bool:
    """Then its visitors are on the bill of the Cdn."""
    specs = [made.spec for made in asked.planned.components]
    routes = [route for spec in specs if isinstance(spec, CdnSpec) for route in spec.routes.values()]
    led_to = {route.origin.name for route in routes if isinstance(route.origin, ObjectStore)}
    return asked.made is not None and asked.made.name in led_to


def artifacts(asked: Asked) -> Iterator[Line]:
    yield Line("GB of artifacts", "artifacts/storage", asked.usage.stored_gb, assumed=True)


RATES: Mapping[str, Rate] = {
    BUCKET: bucket,
    "gcp:artifactregistry/repository:Repository": artifacts,
}
