"""A shop whose network and server are its own, written by hand: two components of infra_kit join them."""

import pulumi
import pulumi_aws as aws

from infra_kit import Network, Postgres, Redis

RANGE = "10.20.0.0/16"

vpc = aws.ec2.Vpc("shop", cidr_block=RANGE, enable_dns_hostnames=True)
subnets = {
    zone: aws.ec2.Subnet(
        f"shop-{zone}", vpc_id=vpc.id, cidr_block=f"10.20.{number}.0/24", availability_zone=f"eu-west-1{zone}"
    )
    for number, zone in enumerate("ab")
}

# The tier that databases stand in is `isolated`, or `private` where a network has no other.
network = Network.existing(
    "network", id=vpc.id, cidr=RANGE, subnets={"private": {zone: subnet.id for zone, subnet in subnets.items()}}
)
db = Postgres("db", memory_gb=2, storage_gb=20, databases=["shop"], network=network)
cache = Redis("cache", memory_gb=0.5, network=network)

# What stood before goes on as it was, and reaches both: they are open to the range of the network, and to nobody else.
server = aws.ec2.Instance(
    "server",
    ami="ami-0123456789abcdef0",
    instance_type="t4g.small",
    subnet_id=subnets["a"].id,
    metadata_options={"http_tokens": "required"},
    tags={"database": db.host, "cache": cache.host},
)

pulumi.export("database_url", db.url)
pulumi.export("redis_url", cache.url)
