"""The machine types of AWS that components are sized by, as its own pages list them.

Prices are on demand in us-east-1, as the price book has them (planning/price_book/aws/us-east-1.csv, with their sources
and dates): they only rank the sizes. All are Graviton (arm64), the cheaper of what is otherwise alike. Generations are
those that every region has.
"""

from __future__ import annotations

from infra_kit.providers.common.sizes import Size

GIB = 2**30
FREE_FOR_DATA = 0.75
"""ElastiCache keeps a quarter of a node's memory for snapshots and failover (`reserved-memory-percent`, 25:
https://docs.aws.amazon.com/AmazonElastiCache/latest/dg/redis-memory-management.html)."""


def _node(name: str, cpu: float, maxmemory: int, hourly_usd: float, *, burstable: bool = False) -> Size:
    """A node of ElastiCache, whose memory counts as far as data may fill it."""
    free = round(maxmemory * FREE_FOR_DATA / GIB, 2)
    return Size(f"cache.{name}", cpu, free, hourly_usd, burstable)


ELASTICACHE = (
    _node("t4g.micro", 2, 536_870_912, 0.0128, burstable=True),
    _node("t4g.small", 2, 1_471_026_299, 0.0256, burstable=True),
    _node("t4g.medium", 2, 3_317_862_236, 0.052, burstable=True),
    _node("m7g.large", 2, 6_854_542_746, 0.1264),
    _node("r7g.large", 2, 14_037_181_030, 0.1752),
    _node("m7g.xlarge", 4, 13_891_921_715, 0.252),
    _node("r7g.xlarge", 4, 28_261_849_702, 0.3496),
    _node("m7g.2xlarge", 8, 27_966_669_210, 0.5032),
    _node("r7g.2xlarge", 8, 56_711_183_565, 0.6984),
    _node("m7g.4xlarge", 16, 56_116_178_125, 1.0056),
    _node("r7g.4xlarge", 16, 113_609_865_216, 1.396),
    _node("m7g.8xlarge", 32, 111_325_552_312, 2.0112),
    _node("r7g.8xlarge", 32, 225_000_375_228, 2.7928),
    _node("m7g.12xlarge", 48, 168_715_971_994, 3.016),
    _node("m7g.16xlarge", 64, 225_000_375_228, 4.0224),
    _node("r7g.12xlarge", 48, 341_206_346_547, 4.188),
    _node("r7g.16xlarge", 64, 450_000_750_456, 5.5848),
)
"""Nodes for Valkey, with the `maxmemory` of each
(https://docs.aws.amazon.com/AmazonElastiCache/latest/dg/ParameterGroups.Engine.html).

Why not m6g and r6g (Graviton2), some 5 % cheaper: Thailand and Mexico have none
(https://docs.aws.amazon.com/AmazonElastiCache/latest/dg/CacheNodes.SupportedTypes.html)."""

EC2 = (
    Size("t4g.small", 2, 2, 0.0168, burstable=True),
    Size("t4g.medium", 2, 4, 0.0336, burstable=True),
    Size("m7g.large", 2, 8, 0.0816),
    Size("m7g.xlarge", 4, 16, 0.1632),
)
"""Virtual machines (https://aws.amazon.com/ec2/pricing/on-demand/), as a bus of NATS has them."""

OPENSEARCH = (
    Size("t3.small.search", 2, 2, 0.036, burstable=True),
    Size("t3.medium.search", 2, 4, 0.073, burstable=True),
    Size("m7g.large.search", 2, 8, 0.135),
    Size("r7g.large.search", 2, 16, 0.178),
    Size("r7g.xlarge.search", 4, 32, 0.356),
)
"""Nodes of OpenSearch Service (https://aws.amazon.com/opensearch-service/pricing/): all that the price book has. No
burstable one is Graviton there
(https://docs.aws.amazon.com/opensearch-service/latest/developerguide/supported-instance-types.html)."""

DOCUMENTDB = (
    Size("db.t4g.medium", 2, 4, 0.0757, burstable=True),
    Size("db.r6g.large", 2, 16, 0.263),
    Size("db.r6g.xlarge", 4, 32, 0.526),
    Size("db.r6g.2xlarge", 8, 64, 1.053),
    Size("db.r6g.4xlarge", 16, 128, 2.105),
    Size("db.r6g.8xlarge", 32, 256, 4.21),
    Size("db.r6g.12xlarge", 48, 384, 6.316),
    Size("db.r6g.16xlarge", 64, 512, 8.421),
)
"""Classes of DocumentDB with standard storage (https://aws.amazon.com/documentdb/pricing/), which engines 5.0 and 8.0
both run on (https://docs.aws.amazon.com/documentdb/latest/developerguide/db-instance-classes.html)."""

RDS = (
    Size("db.t4g.micro", 2, 1, 0.016, burstable=True),
    Size("db.t4g.small", 2, 2, 0.032, burstable=True),
    Size("db.t4g.medium", 2, 4, 0.065, burstable=True),
    Size("db.t4g.large", 2, 8, 0.129, burstable=True),
    Size("db.m7g.large", 2, 8, 0.168),
    Size("db.r7g.large", 2, 16, 0.239),
    Size("db.t4g.xlarge", 4, 16, 0.258, burstable=True),
    Size("db.m7g.xlarge", 4, 16, 0.337),
    Size("db.r7g.xlarge", 4, 32, 0.478),
    Size("db.t4g.2xlarge", 8, 32, 0.517, burstable=True),
    Size("db.m7g.2xlarge", 8, 32, 0.674),
    Size("db.r7g.2xlarge", 8, 64, 0.956),
    Size("db.m7g.4xlarge", 16, 64, 1.348),
    Size("db.r7g.4xlarge", 16, 128, 1.913),
    Size("db.m7g.8xlarge", 32, 128, 2.696),
    Size("db.r7g.8xlarge", 32, 256, 3.825),
    Size("db.m7g.12xlarge", 48, 192, 4.044),
    Size("db.m7g.16xlarge", 64, 256, 5.392),
    Size("db.r7g.12xlarge", 48, 384, 5.738),
    Size("db.r7g.16xlarge", 64, 512, 7.65),
    Size("db.r6i.24xlarge", 96, 768, 12.0),
    Size("db.r6i.32xlarge", 128, 1024, 16.0),
)
"""Classes of RDS for PostgreSQL, one zone (https://aws.amazon.com/rds/postgresql/pricing/), that versions 14 to 18 all
run on (https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/Concepts.DBInstanceClass.Support.html). Graviton ends at
512 GiB there, so the largest two are Intel's.

Why not m6g and r6g (Graviton2), some 5 % cheaper: they are not otherwise alike. A Graviton3 of the same CPUs and memory
does up to 30 % more (AWS at its launch, as quoted by
https://www.usage.ai/blogs/aws/reserved-instances/rds/mysql/graviton-r7g/)."""
