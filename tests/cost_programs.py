"""What the seeds' phases beyond our components are made of, as raw resources of Pulumi: they have a price all the same.

Each resource is named after the seed's line that pays for it.
"""

from __future__ import annotations

import pulumi
import pulumi_aws as aws

from infra_kit import Environment, ExternalService, Target

HERE, THERE = "us-east-1", "eu-west-1"
AWS = Target(name="aws", app="cuenta-conmigo", environment=Environment.PRODUCTION)
ENGINE = aws.rds.EngineType.AURORA_POSTGRESQL
NODE = "m7g.xlarge"
"""4 vCPU and 16 GB: seven services of 0.5 vCPU and 1 GB, the API five times and the others twice, ask for 8.5 vCPU."""


def phase_3() -> None:
    """seeds/003 (CC-4): two regions, the second one stands by."""
    there = aws.Provider("there", region=THERE)
    for place, opts, nodes in ((HERE, None, 3), (THERE, pulumi.ResourceOptions(provider=there), 3)):
        _kubernetes(place, nodes, opts)
        _database(place, "db.r6g.large", 2 if place == HERE else 1, opts)
        _cache(place, "cache.m7g.large", opts)
    _cdn()


def phase_4() -> None:
    """seeds/003 (CC-5): the same, larger, with functions at the edge and what is bought elsewhere."""
    there = aws.Provider("there", region=THERE)
    for place, opts in ((HERE, None), (THERE, pulumi.ResourceOptions(provider=there))):
        _kubernetes(place, 6, opts)
        _database(place, "db.r6g.xlarge", 2, opts)
        _cache(place, "cache.r7g.large", opts)
    aws.dynamodb.Table(
        "tables", billing_mode="PAY_PER_REQUEST", hash_key="user", attributes=[{"name": "user", "type": "S"}]
    )
    aws.lambda_.Function("function", role="arn:aws:iam::123456789012:role/edge", memory_size=128, publish=True)
    _cdn()
    ExternalService("second", target=AWS, vendor="Cloudflare", plan="as the seed says", monthly=300)
    ExternalService("learning", target=AWS, vendor="AI and ML", plan="as the seed says", monthly=500)


def _kubernetes(place: str, nodes: int, opts: pulumi.ResourceOptions | None) -> None:
    role = "arn:aws:iam::123456789012:role/eks"
    aws.eks.Cluster(f"eks-{place}", role_arn=role, vpc_config={"subnet_ids": ["subnet-1", "subnet-2"]}, opts=opts)
    aws.eks.NodeGroup(
        f"nodes-{place}",
        cluster_name="eks",
        node_role_arn=role,
        subnet_ids=["subnet-1", "subnet-2"],
        instance_types=[NODE],
        scaling_config={"desired_size": nodes, "min_size": nodes, "max_size": 4 * nodes},
        opts=opts,
    )


def _database(place: str, size: str, instances: int, opts: pulumi.ResourceOptions | None) -> None:
    cluster = aws.rds.Cluster(f"aurora-{place}", engine=ENGINE, opts=opts)
    for number in range(instances):
        aws.rds.ClusterInstance(
            f"aurora-{place}-{number}",
            cluster_identifier=cluster.id,
            engine=ENGINE,
            instance_class=size,
            opts=opts,
        )


def _cache(place: str, size: str, opts: pulumi.ResourceOptions | None) -> None:
    aws.elasticache.ReplicationGroup(
        f"cache-{place}",
        description="Sessions",
        engine="redis",
        node_type=size,
        num_cache_clusters=2,
        automatic_failover_enabled=True,
        opts=opts,
    )


def _cdn() -> None:
    aws.cloudfront.Distribution(
        "cdn",
        enabled=True,
        origins=[{"origin_id": "files", "domain_name": "files.s3.amazonaws.com"}],
        default_cache_behavior={
            "target_origin_id": "files",
            "viewer_protocol_policy": "redirect-to-https",
            "allowed_methods": ["GET", "HEAD"],
            "cached_methods": ["GET", "HEAD"],
        },
        restrictions={"geo_restriction": {"restriction_type": "none"}},
        viewer_certificate={"cloudfront_default_certificate": True},
    )


PHASE_3_USAGE = {"users": 100_000, "requests": 100_000_000, "gb_out": 500}
PHASE_4_USAGE = {"users": 1_000_000, "requests": 1_000_000_000, "gb_out": 5_000}
"""Of the most users that the phase is for: a thousand requests and 5 MB by the CDN to each; the seed says neither."""
