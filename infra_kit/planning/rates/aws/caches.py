"""ElastiCache (https://aws.amazon.com/elasticache/pricing/). A node cannot be stopped: its month has all its hours."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from infra_kit.planning.rates import Asked, Line, Rate
from infra_kit.planning.rates.reading import committed, number
from infra_kit.planning.usage import HOURS_A_MONTH


def group(asked: Asked) -> Iterator[Line]:
    given = asked.inputs
    shards = number(given.get("numNodeGroups"))
    count = (
        shards * (1 + number(given.get("replicasPerNodeGroup"))) if shards else number(given.get("numCacheClusters"), 1)
    )
    yield from _nodes(asked, count)


def cluster(asked: Asked) -> Iterator[Line]:
    yield from _nodes(asked, number(asked.inputs.get("numCacheNodes"), 1))


def _nodes(asked: Asked, count: float) -> Iterator[Line]:
    kind, engine = str(asked.inputs.get("nodeType")), str(asked.inputs.get("engine") or "redis")
    what = kind if count == 1 else f"{count:g} nodes of {kind}"
    yield committed(asked, what, f"elasticache/{engine}/{kind}", count * HOURS_A_MONTH, assumed=False)
    if asked.usage.backup_gb:
        yield Line("snapshots beyond the free ones", "elasticache/backup", asked.usage.backup_gb, assumed=True)


RATES: Mapping[str, Rate] = {
    "aws:elasticache/replicationGroup:ReplicationGroup": group,
    "aws:elasticache/cluster:Cluster": cluster,
}
