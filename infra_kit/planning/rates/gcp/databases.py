"""Cloud SQL, Memorystore, Firestore and BigQuery: https://cloud.google.com/sql/pricing,
https://cloud.google.com/memorystore/docs/redis/pricing, https://cloud.google.com/firestore/pricing,
https://cloud.google.com/bigquery/pricing."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from infra_kit.planning.rates import Asked, Line, Rate
from infra_kit.planning.rates.reading import MILLION, committed, number, part
from infra_kit.providers.gcp import sizes

SHARED_CORE = frozenset(size.name for size in sizes.SHARED_CORE)
PLUS = {size.name: (size.cpu, size.memory_gb) for size in sizes.ENTERPRISE_PLUS}
STANDARD_GB, HIGHMEM_GB = 3.75, 6.5
"""For each CPU of a machine that is named after its number of them."""
DISKS = {"PD_SSD": "sql/ssd", "PD_HDD": "sql/hdd"}
BANDS = ((4, "M1"), (10, "M2"), (35, "M3"), (100, "M4"))
"""Of Memorystore, in GB: the price of one goes down with the size of the instance."""
LARGEST_BAND = "M5"


def sql_instance(asked: Asked) -> Iterator[Line]:
    """Highly available is twice all but the backups (https://cloud.google.com/sql/pricing)."""
    settings = part(asked.inputs, "settings")
    twice = 2 if settings.get("availabilityType") == "REGIONAL" else 1
    words = ", two zones" if twice == 2 else ""
    if settings.get("activationPolicy") != "NEVER":
        yield from _machine(asked, str(settings.get("tier")), twice, words)
    disk, size = str(settings.get("diskType") or "PD_SSD"), number(settings.get("diskSize"), 10)
    yield Line(f"{size:g} GB {disk}{words}", DISKS.get(disk, f"sql/{disk}"), size * twice)
    if part(settings, "dataCacheConfig").get("dataCacheEnabled"):
        yield Line("its data cache", "sql/plus-data-cache", twice)
    if part(settings, "backupConfiguration").get("enabled"):
        yield Line("GB of backups, the disk's once", "sql/backup", size + asked.usage.backup_gb, assumed=True)


def _machine(asked: Asked, tier: str, twice: int, words: str) -> Iterator[Line]:
    hours = asked.usage.hours * twice
    size = _size(tier)
    if size is None:
        yield Line(f"{tier}{words}", f"sql/{tier}", hours)
        return
    cpu, memory = size
    kind = "sql/plus-" if tier in PLUS else "sql/"
    yield committed(asked, f"{tier}: {cpu:g} vCPU{words}", f"{kind}cpu", cpu * hours)
    yield committed(asked, f"{tier}: {memory:g} GB{words}", f"{kind}memory", memory * hours)


def _size(tier: str) -> tuple[float, float] | None:
    """vCPUs and GB. None: it has a price of its own."""
    if tier in PLUS:
        return PLUS[tier]
    if custom := re.fullmatch(r"db-custom-(\d+)-(\d+)", tier):
        return float(custom[1]), float(custom[2]) / 1024
    if named := re.fullmatch(r"db-(?:n1-)?(standard|highmem)-(\d+)", tier):
        cpu = float(named[2])
        return cpu, cpu * (STANDARD_GB if named[1] == "standard" else HIGHMEM_GB)
    return None


def redis_instance(asked: Asked) -> Iterator[Line]:
    """By GB and hour; the price of the tier Standard is that of two nodes, and with readers each node counts."""
    size = number(asked.inputs.get("memorySizeGb"), 1)
    band = next((name for most, name in BANDS if size <= most), LARGEST_BAND)
    standard = asked.inputs.get("tier") == "STANDARD_HA"
    readers = asked.inputs.get("readReplicasMode") == "READ_REPLICAS_ENABLED"
    nodes = 1 + number(asked.inputs.get("replicaCount"), 1) if standard and readers else 2
    words = f", {nodes:g} nodes" if standard else ""
    sku = f"redis/{'standard' if standard else 'basic'}/{band}"
    what, hours = f"{size:g} GB{words}", size * asked.usage.hours * nodes / 2
    yield Line(what, sku, hours) if band == "M1" else committed(asked, what, sku, hours)  # none of the smallest is sold


def firestore(asked: Asked) -> Iterator[Line]:
    """Each request reads one document, and a tenth of them writes one: an assumption."""
    used = asked.usage
    yield Line("GB kept", "firestore/storage", used.stored_gb, assumed=True)
    yield Line("million reads", "firestore/reads", used.requests / MILLION, assumed=True)
    yield Line("million writes", "firestore/writes", used.requests / 10 / MILLION, assumed=True)


def bigquery(asked: Asked) -> Iterator[Line]:
    """What is kept is read once a month: an assumption."""
    yield Line("GB kept", "bigquery/storage", asked.usage.stored_gb, assumed=True)
    yield Line("GB read by queries", "bigquery/query", asked.usage.stored_gb, assumed=True)


RATES: Mapping[str, Rate] = {
    "gcp:sql/databaseInstance:DatabaseInstance": sql_instance,
    "gcp:redis/instance:Instance": redis_instance,
    "gcp:firestore/database:Database": firestore,
    "gcp:bigquery/dataset:Dataset": bigquery,
}
