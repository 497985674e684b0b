"""DocumentDB (https://aws.amazon.com/documentdb/pricing/): its instances, and the storage that they share.

Free backups are as large as the storage; what is kept beyond that is said by `usage.backup_gb`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from infra_kit.planning.rates import Asked, Line, Rate
from infra_kit.planning.rates.reading import MILLION, committed


def cluster(asked: Asked) -> Iterator[Line]:
    """What its instances share: storage, reads and writes of it."""
    yield Line(f"{asked.usage.stored_gb:g} GB", "docdb/storage", asked.usage.stored_gb, assumed=True)
    yield Line("reads and writes of storage", "docdb/io", asked.usage.requests * 2 / MILLION, assumed=True)
    if asked.usage.backup_gb:
        yield Line("backups beyond the free ones", "docdb/backup", asked.usage.backup_gb, assumed=True)


def instance(asked: Asked) -> Iterator[Line]:
    class_ = str(asked.inputs.get("instanceClass"))
    yield committed(asked, class_, f"docdb/{class_}", asked.usage.hours)


RATES: Mapping[str, Rate] = {
    "aws:docdb/cluster:Cluster": cluster,
    "aws:docdb/clusterInstance:ClusterInstance": instance,
}
