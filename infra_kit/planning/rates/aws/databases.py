"""RDS with its proxy, Aurora, DynamoDB and OpenSearch (https://aws.amazon.com/rds/postgresql/pricing/).

Free backups are as large as the database; what is kept beyond that is said by `usage.backup_gb`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from infra_kit.planning.rates import Asked, Line, Rate
from infra_kit.planning.rates.aws._reading import MILLION, committed, number, uses
from infra_kit.planning.usage import HOURS

INSTANCE = "aws:rds/instance:Instance"
CLUSTER = "aws:rds/cluster:Cluster"
LEAST_PROXY_CPU = 2
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
    yield from committed(asked, what, f"rds/{engine}/{class_}{place}", asked.usage.hours)
    yield from _storage(asked, place)
    yield from _insights(asked, class_, 2 if zones else 1)
    if asked.usage.backup_gb and not asked.inputs.get("replicateSourceDb"):
        yield Line("backups beyond the free ones", "rds/backup", asked.usage.backup_gb, assumed=True)


def _engine(asked: Asked) -> str:
    """Its own, or that of the one it is a replica of."""
    own = asked.inputs.get("engine")
    source = next(uses(asked, INSTANCE), None)
    return str(own or (source.inputs.get("engine") if source else None) or "postgres")


def _storage(asked: Asked, place: str) -> Iterator[Line]:
    source = next(uses(asked, INSTANCE), None)
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
        yield Line("Database Insights, advanced", "rds/insights", vcpus(class_) * copies * HOURS)


def proxy(asked: Asked) -> Iterator[Line]:
    """A proxy is billed by the vCPUs of what it stands before, two at least."""
    behind = next(uses(asked, INSTANCE), None)
    count = max(LEAST_PROXY_CPU, vcpus(str(behind.inputs.get("instanceClass")))) if behind else LEAST_PROXY_CPU
    yield Line(f"a proxy for {count:g} vCPU", "rds/proxy", count * HOURS)


def aurora(asked: Asked) -> Iterator[Line]:
    """What its instances share: storage, reads and writes of it."""
    yield Line(f"{asked.usage.stored_gb:g} GB", "aurora/storage", asked.usage.stored_gb, assumed=True)
    yield Line("reads and writes of storage", "aurora/io", asked.usage.requests * 2 / MILLION, assumed=True)
    if asked.usage.backup_gb:
        yield Line("backups beyond the free ones", "aurora/backup", asked.usage.backup_gb, assumed=True)


def aurora_instance(asked: Asked) -> Iterator[Line]:
    class_ = str(asked.inputs.get("instanceClass"))
    if class_ == "db.serverless":
        within = next(uses(asked, CLUSTER), None)
        scaling = (within.inputs.get("serverlessv2ScalingConfiguration") or {}) if within else {}
        least = number(scaling.get("minCapacity"), 0.5)
        yield Line(f"{least:g} capacity units, the least", "aurora/acu", least * asked.usage.hours, assumed=True)
        return
    engine = str(asked.inputs.get("engine") or "aurora-postgresql")
    yield from committed(asked, class_, f"rds/{engine}/{class_}", asked.usage.hours)


def table(asked: Asked) -> Iterator[Line]:
    """On demand: a read for each request, a write for each message; provisioned: its units."""
    yield Line(f"{asked.usage.stored_gb:g} GB", "dynamodb/storage", asked.usage.stored_gb, assumed=True)
    if asked.inputs.get("billingMode") == "PAY_PER_REQUEST":
        yield Line("reads", "dynamodb/reads", asked.usage.requests / MILLION, assumed=True)
        yield Line("writes", "dynamodb/writes", asked.usage.messages / MILLION, assumed=True)
        return
    yield Line("read capacity", "dynamodb/read-capacity", number(asked.inputs.get("readCapacity"), 1) * HOURS)
    yield Line("write capacity", "dynamodb/write-capacity", number(asked.inputs.get("writeCapacity"), 1) * HOURS)


def domain(asked: Asked) -> Iterator[Line]:
    settings = asked.inputs.get("clusterConfig") or {}
    kind, count = settings.get("instanceType") or "m4.large.search", number(settings.get("instanceCount"), 1)
    size = number((asked.inputs.get("ebsOptions") or {}).get("volumeSize"))
    yield Line(f"{count:g} nodes of {kind}", f"opensearch/{kind}", count * HOURS)
    if size:
        yield Line(f"{size:g} GB of gp3 a node", "opensearch/gp3", count * size)


RATES: Mapping[str, Rate] = {
    INSTANCE: instance,
    "aws:rds/proxyTarget:ProxyTarget": proxy,
    CLUSTER: aurora,
    "aws:rds/clusterInstance:ClusterInstance": aurora_instance,
    "aws:dynamodb/table:Table": table,
    "aws:opensearch/domain:Domain": domain,
}
