"""How long it typically takes until a resource stands, by type: seconds, and where the figure is from.

Vendors promise none. The figures are what `terraform apply` said in public logs ("Creation complete after …"), one log
each, of small machines: a plan says "about". Where a log says "still creating" at its end, the figure is the least.
What a host loads depends on its line and on the images: those figures are reckoned, and say with what assumption.
What is in no log that could be found is an ordinary call (`aws:acm/certificateValidation:CertificateValidation`, which
waits for DNS, among them).
"""

from __future__ import annotations

from typing import NamedTuple


class Typical(NamedTuple):
    seconds: int
    source: str
    assumed: str = ""
    """What the figure takes for granted, where no log says it of itself."""


CALL = Typical(3, "")
"""What is not in the table: one call of an API that answers at once."""
_NOTHING = Typical(0, "")
"""Pulumi's own providers: configured on this machine, nothing is called."""

_GITHUB = "https://github.com"
_GAME = f"{_GITHUB}/wongcheefah-redalpha/runracing-cloud/blob/main/docs/04-deployment-log.md"
_TFE_AWS = f"{_GITHUB}/antonakv/tf-aws-pes-eksk8s-activeactive-agents"
_TFE_GCP = f"{_GITHUB}/Galser/tfe-delorean-gcp-demo"
_CLOUD_RUN = "https://www.sethvargo.com/configuring-cloud-run-with-terraform/"
_BENCH = "`make bench` of this repository (tests/bench.py), on two busy cores, programs and data folders fresh"

_AWS = {
    # In one zone; that issue says 5 to 10 minutes, and 15 to 20 with a second zone. Also a replica.
    "aws:rds/instance:Instance": Typical(600, f"{_GITHUB}/hashicorp/terraform/issues/498"),
    "aws:rds/proxy:Proxy": Typical(150, f"{_GITHUB}/turbot/steampipe-plugin-aws/pull/1414"),  # the least
    # The provider's own test, from its making to its end: the most. Of its instances no time was found.
    "aws:docdb/cluster:Cluster": Typical(211, f"{_GITHUB}/hashicorp/terraform-provider-aws/pull/37867"),
    "aws:elasticache/replicationGroup:ReplicationGroup": Typical(547, _TFE_AWS),
    # Fifteen to thirty minutes, says its own page of getting started.
    "aws:opensearch/domain:Domain": Typical(
        1350, "https://docs.aws.amazon.com/opensearch-service/latest/developerguide/gsgcreate-domain.html"
    ),
    "aws:cloudfront/distribution:Distribution": Typical(225, _GAME),
    # It was still deploying then, which is also the provider's own limit.
    "aws:cloudfront/vpcOrigin:VpcOrigin": Typical(
        900, f"{_GITHUB}/terraform-aws-modules/terraform-aws-cloudfront/issues/163"
    ),
    "aws:ec2/natGateway:NatGateway": Typical(118, _GAME),
    "aws:ec2/vpc:Vpc": Typical(12, _TFE_AWS),
    "aws:ec2/subnet:Subnet": Typical(16, _GAME),
    "aws:ec2/vpcEndpoint:VpcEndpoint": Typical(8, _GAME),
    "aws:lb/loadBalancer:LoadBalancer": Typical(139, f"{_GITHUB}/turbot/steampipe-plugin-aws/pull/792"),
    # The provider's own test, from its network to a steady service and back again: the most.
    "aws:ecs/service:Service": Typical(185, f"{_GITHUB}/hashicorp/terraform-provider-aws/pull/24223"),
    # In a network; 8 seconds without one.
    "aws:lambda/function:Function": Typical(232, _GAME),
    "aws:efs/fileSystem:FileSystem": Typical(12, f"{_GITHUB}/turbot/steampipe-plugin-aws/pull/426"),
    "aws:efs/mountTarget:MountTarget": Typical(60, f"{_GITHUB}/turbot/steampipe-plugin-aws/pull/426"),  # the least
    "aws:kms/key:Key": Typical(16, _GAME),
    "aws:s3/bucket:Bucket": Typical(9, _GAME),
    "aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration": Typical(62, _GAME),
    "aws:route53/zone:Zone": Typical(40, f"{_GITHUB}/turbot/steampipe-plugin-aws/pull/1085"),  # the least
    "aws:route53/record:Record": Typical(37, f"{_GITHUB}/hashicorp/terraform-provider-aws/pull/11300"),
}
_GCP = {
    "gcp:sql/databaseInstance:DatabaseInstance": Typical(562, _TFE_GCP),
    "gcp:redis/instance:Instance": Typical(293, _TFE_GCP),
    "gcp:servicenetworking/connection:Connection": Typical(57, _TFE_GCP),
    "gcp:compute/network:Network": Typical(17, _TFE_GCP),
    "gcp:compute/subnetwork:Subnetwork": Typical(23, _TFE_GCP),
    "gcp:compute/router:Router": Typical(12, _TFE_GCP),
    "gcp:compute/routerNat:RouterNat": Typical(23, _TFE_GCP),
    "gcp:compute/firewall:Firewall": Typical(12, _TFE_GCP),
    "gcp:compute/globalAddress:GlobalAddress": Typical(17, _TFE_GCP),
    "gcp:compute/healthCheck:HealthCheck": Typical(17, _TFE_GCP),
    "gcp:compute/sSLPolicy:SSLPolicy": Typical(17, _TFE_GCP),
    "gcp:compute/sSLCertificate:SSLCertificate": Typical(14, _TFE_GCP),
    "gcp:compute/backendService:BackendService": Typical(12, _TFE_GCP),
    "gcp:compute/uRLMap:URLMap": Typical(12, _TFE_GCP),
    "gcp:compute/targetHttpsProxy:TargetHttpsProxy": Typical(12, _TFE_GCP),
    "gcp:compute/globalForwardingRule:GlobalForwardingRule": Typical(13, _TFE_GCP),
    "gcp:cloudrunv2/service:Service": Typical(16, _CLOUD_RUN),
    "gcp:projects/service:Service": Typical(38, _CLOUD_RUN),
}
_DOCKER = {
    "docker:index/container:Container": Typical(1, f"{_GITHUB}/rup-arc/terra-docker"),
    # 9 seconds there, of a small image (the log has no size); and 12 for 150 MB.
    "docker:index/remoteImage:RemoteImage": Typical(
        21,
        f"{_GITHUB}/kreuzwerker/terraform-provider-docker/issues/385",
        "an image of 150 MB (that of Postgres) is loaded at 100 Mbit/s, and others beside it do not slow it down",
    ),
}
_COMMAND = "command:local:Command"
_BOOTSTRAP = Typical(
    60,
    "https://packages.debian.org/stable/docker.io",
    "a fresh host loads 70 MB of packages (Docker and what the host is kept safe with) and installs them in a minute",
)
"""What a target of hosts runs first on each (`vps-bootstrap`): all else on the host waits for it."""
_BUILT = Typical(
    30,
    "https://hub.docker.com/_/python",
    "an image of 45 MB and 12 MB of wheels are loaded at 100 Mbit/s, unpacked and installed within half a minute",
)
"""What a host builds for a Panel (`panel-image`)."""
_LOCAL = {
    f"pulumi-python:dynamic/infra-kit:{name}": Typical(seconds, _BENCH)
    for name, seconds in {
        "PostgresServer": 3, "ObjectStoreServer": 2, "RedisServer": 1, "EventBusServer": 1, "CdnServer": 1,
        "SearchServer": 25,
    }.items()
}  # fmt: skip
TIMES: dict[str, Typical] = {**_AWS, **_GCP, **_DOCKER, **_LOCAL}


def of(type_token: str, name: str = "") -> Typical:
    """The typical time of a type; by its name, of the command that prepares a host, or builds an image there."""
    if type_token.startswith("pulumi:providers:"):
        return _NOTHING
    if type_token == _COMMAND and name.endswith("-bootstrap"):
        return _BOOTSTRAP
    if type_token == _COMMAND and name.endswith("-image"):
        return _BUILT
    return TIMES.get(type_token, CALL)
