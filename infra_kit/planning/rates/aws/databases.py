"""RDS with its proxy, Aurora and OpenSearch (https://aws.amazon.com/rds/postgresql/pricing/).

Free backups are as large as the database; what is kept beyond that is said by `usage.backup_gb`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from infra_kit.counts import counted
from infra_kit.planning.rates import Asked, Line, Rate
from infra_kit.planning.rates.aws.common import NOT_HERE
from infra_kit.planning.rates.reading import MILLION, committed, number, of_type, part, sources, uses
from infra_kit.planning.usage import HOURS_A_MONTH
from infra_kit.recording import Resource

INSTANCE = "aws:rds/instance:Instance"
CLUSTER = "aws:rds/cluster:Cluster"
CLUSTER_INSTANCE = "aws:rds/clusterInstance:ClusterInstance"
SERVERLESS = "db.serverless"
LEAST_PROXY_CPU, LEAST_PROXY_UNITS = 2, 8
FREE_INSIGHTS_DAYS = 7
"""That Performance Insights keeps without charge."""
FREE_IOPS = 3000
"""Of a gp3 volume, 12,000 from 400 GB on
(https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/CHAP_Storage.html#gp3-storage)."""
LARGE_GB, LARGE_IOPS = 400, 12_000


def vcpus(class_: str) -> float:
    """Of an instance class, by its size: `db.m7g.large` 2, `.xlarge` 4, `.16xlarge` 64."""
    size = class_.rpartition(".")[2]
    several = re.fullmatch(r"(\d+)xlarge", size)
    return 4 * int(several[1]) if several else (4 if size == "xlarge" else 2)


def instance(asked: Asked) -> Iterator[Line]:
    class_, zones = str(asked.inputs.get("instanceClass")), bool(asked.inputs.get("multiAz"))
    engine = _engine(asked)
    place = "/multi-az" if zones else ""
    what = f"{class_}, two zones" if zones else class_
    yield committed(asked, what, f"rds/{engine}/{class_}{place}", asked.usage.hours)
    yield from _storage(asked, place)
    yield from _insights(asked, class_, 2 if zones else 1)
    if asked.usage.backup_gb and not asked.inputs.get("replicateSourceDb"):
        yield Line("backups beyond the free ones", "rds/backup", asked.usage.backup_gb, assumed=True)


def _engine(asked: Asked) -> str:
    """Its own, or that of the one it is a replica of."""
    own = asked.inputs.get("engine")
    source = next(iter(uses(asked, INSTANCE)), None)
    return str(own or (source.inputs.get("engine") if source else None) or "postgres")


def _storage(asked: Asked, place: str) -> Iterator[Line]:
    source = next(iter(uses(asked, INSTANCE)), None)
    size = number(asked.inputs.get("allocatedStorage") or (source.inputs.get("allocatedStorage") if source else 20), 20)
    kind = str(asked.inputs.get("storageType") or "gp2")
    yield Line(f"{size:g} GB of {kind}", f"rds/{kind}{place}", size)
    iops = number(asked.inputs.get("iops"))
    free = (LARGE_IOPS if size >= LARGE_GB else FREE_IOPS) if kind == "gp3" else 0
    if iops > free:
        yield Line(f"{iops - free:g} IOPS of {kind}", f"rds/{kind}-iops{place}", iops - free)


def _insights(asked: Asked, class_: str, copies: int) -> Iterator[Line]:
    """Database Insights: free in its standard mode, which keeps a week."""
    days = number(asked.inputs.get("performanceInsightsRetentionPeriod"), FREE_INSIGHTS_DAYS)
    if asked.inputs.get("databaseInsightsMode") == "advanced" or days > FREE_INSIGHTS_DAYS:
        yield Line("Database Insights, advanced", "rds/insights", vcpus(class_) * copies * HOURS_A_MONTH)


def proxy(asked: Asked) -> Iterator[Line]:
    """By the vCPUs of what it stands before, two at least; by the capacity units of what is serverless, eight at least.

    Of a cluster, all instances count (https://aws.amazon.com/rds/proxy/pricing/).
    """
    behind = _behind(asked)
    if not behind:
        yield Line("a proxy", "rds/proxy/unknown", 1, why=f"how large the database behind it is, {NOT_HERE}")
        return
    serverless = [it for it in behind if it.inputs.get("instanceClass") == SERVERLESS]
    others = [vcpus(str(it.inputs.get("instanceClass"))) for it in behind if it not in serverless]
    if serverless:
        units = max(LEAST_PROXY_UNITS, sum(_least_units(asked, it) for it in serverless))
        yield Line(f"a proxy for {units:g} capacity units", "rds/proxy-acu", units * HOURS_A_MONTH, assumed=True)
    if others:
        cpus = max(LEAST_PROXY_CPU, sum(others))
        yield Line(f"a proxy for {cpus:g} vCPU", "rds/proxy", cpus * HOURS_A_MONTH)


def _behind(asked: Asked) -> list[Resource]:
    """The instance that a proxy stands before, or those of its cluster."""
    clusters = {it.urn for it in uses(asked, CLUSTER)}
    members = [it for it in of_type(asked, CLUSTER_INSTANCE) if clusters & sources(it, "clusterIdentifier")]
    return uses(asked, INSTANCE) or members


def _least_units(asked: Asked, member: Resource) -> float:
    """Capacity units that an instance without a class of its own keeps at least."""
    within = next((it for it in of_type(asked, CLUSTER) if it.urn in sources(member)), None)
    scaling = part(within.inputs, "serverlessv2ScalingConfiguration") if within else {}
    return number(scaling.get("minCapacity"), 0.5)


def aurora(asked: Asked) -> Iterator[Line]:
    """What its instances share: storage, reads and writes of it."""
    yield Line(f"{asked.usage.stored_gb:g} GB", "aurora/storage", asked.usage.stored_gb, assumed=True)
    yield Line("reads and writes of storage", "aurora/io", asked.usage.requests * 2 / MILLION, assumed=True)
    if asked.usage.backup_gb:
        yield Line("backups beyond the free ones", "aurora/backup", asked.usage.backup_gb, assumed=True)


def aurora_instance(asked: Asked) -> Iterator[Line]:
    class_ = str(asked.inputs.get("instanceClass"))
    if class_ == SERVERLESS:
        least = _least_units(asked, asked.resource)
        yield Line(f"{least:g} capacity units, the least", "aurora/acu", least * asked.usage.hours, assumed=True)
        return
    engine = str(asked.inputs.get("engine") or "aurora-postgresql")
    yield committed(asked, class_, f"rds/{engine}/{class_}", asked.usage.hours)


def domain(asked: Asked) -> Iterator[Line]:
    settings = part(asked.inputs, "clusterConfig")
    kind, count = settings.get("instanceType") or "m4.large.search", number(settings.get("instanceCount"), 1)
    yield Line(f"{counted(count, 'node')} of {kind}", f"opensearch/{kind}", count * HOURS_A_MONTH)
    if settings.get("dedicatedMasterEnabled"):
        leader, leaders = settings.get("dedicatedMasterType") or kind, number(settings.get("dedicatedMasterCount"), 3)
        what = f"{counted(leaders, 'node')} of {leader} that lead"
        yield Line(what, f"opensearch/{leader}", leaders * HOURS_A_MONTH)
    if size := number(part(asked.inputs, "ebsOptions").get("volumeSize")):
        yield Line(f"{size:g} GB of gp3 a node", "opensearch/gp3", count * size)


RATES: Mapping[str, Rate] = {
    INSTANCE: instance,
    "aws:rds/proxyTarget:ProxyTarget": proxy,
    CLUSTER: aurora,
    CLUSTER_INSTANCE: aurora_instance,
    "aws:opensearch/domain:Domain": domain,
}
