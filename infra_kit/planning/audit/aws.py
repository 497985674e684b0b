"""What may be wrong with resources of AWS: how they are kept, and what reaches them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from infra_kit.planning.audit.rules import Rule, Seen, Severity
from infra_kit.planning.audit.values import mapping, mappings, number, texts

_ANYWHERE = {"0.0.0.0/0", "::/0"}
_EDGE_PORTS = {80, 443}
_WITHOUT_PORTS = {"icmp", "icmpv6", "1", "58"}
_RDS = ("aws:rds/instance:Instance", "aws:rds/clusterInstance:ClusterInstance")
_STORES = ("aws:rds/instance:Instance", "aws:rds/cluster:Cluster")
_GROUP = "aws:ec2/securityGroup:SecurityGroup"
_INGRESS = ("aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule", "aws:ec2/securityGroupRule:SecurityGroupRule")
_BUCKETS = ("aws:s3/bucket:Bucket", "aws:s3/bucketV2:BucketV2")
_BLOCK = "aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock"
_BLOCKS = ("blockPublicAcls", "blockPublicPolicy", "ignorePublicAcls", "restrictPublicBuckets")
_REDIS = "aws:elasticache/replicationGroup:ReplicationGroup"
_MACHINES = (
    "aws:ec2/instance:Instance", "aws:ec2/spotInstanceRequest:SpotInstanceRequest",
    "aws:ec2/launchTemplate:LaunchTemplate", "aws:ec2/launchConfiguration:LaunchConfiguration",
)  # fmt: skip
_ADDRESSES = ("aws:ec2/eip:Eip", "aws:ec2/eipAssociation:EipAssociation")
_OF_A_MACHINE = ("instance", "networkInterface", "instanceId", "networkInterfaceId")
_BALANCER = ("aws:lb/loadBalancer:LoadBalancer", "aws:alb/loadBalancer:LoadBalancer")


def _is_copy(seen: Seen) -> bool:
    return bool(seen.inputs.get("replicateSourceDb") or seen.inputs.get("replicationSourceIdentifier"))


def _ranges(seen: Seen) -> Iterator[tuple[int, int]]:
    """The ports that a group or a rule of one opens to everybody."""
    if seen.resource.type == _GROUP:
        rules = mappings(seen.inputs.get("ingress"))
    else:
        rules = [seen.inputs] if seen.inputs.get("type", "ingress") == "ingress" else []
    for rule in rules:
        if _ANYWHERE & texts(*map(rule.get, ("cidrBlocks", "ipv6CidrBlocks", "cidrIpv4", "cidrIpv6"))):
            yield from _ports(rule)


def _ports(rule: Mapping[str, Any]) -> Iterator[tuple[int, int]]:
    protocol = str(rule.get("protocol", rule.get("ipProtocol", "-1"))).lower()
    first, last = number(rule.get("fromPort", 0)), number(rule.get("toPort", 65_535))
    if protocol in {"-1", "all"}:
        yield 0, 65_535
    elif protocol not in _WITHOUT_PORTS and first is not None and last is not None:
        yield first, last


def _opens_all(seen: Seen) -> bool:
    return any(last - first > 1000 for first, last in _ranges(seen))


def _opens_more(seen: Seen) -> bool:
    few = ((first, last) for first, last in _ranges(seen) if last - first <= 1000)
    return any(not (first == last and first in _EDGE_PORTS) for first, last in few)


def _public_bucket(seen: Seen) -> bool:
    blocks = seen.others(_BLOCK, "bucket")
    return not any(all(block.get(each) for each in _BLOCKS) for block in blocks)


def _plain_listener(seen: Seen) -> bool:
    actions = mappings(seen.inputs.get("defaultActions"))
    return seen.inputs.get("protocol") == "HTTP" and not all(
        action.get("type") == "redirect" and mapping(action.get("redirect")).get("protocol") == "HTTPS"
        for action in actions
    )


def _behind_a_cdn(seen: Seen) -> bool:
    """What only a Cdn of ours reaches, over the cloud's own network."""
    return any(it.get("internal") for token in _BALANCER for it in seen.said(token, "loadBalancerArn"))


def _old_tls(seen: Seen) -> bool:
    certificate = mapping(seen.inputs.get("viewerCertificate"))
    floor = str(certificate.get("minimumProtocolVersion", ""))
    return not certificate.get("cloudfrontDefaultCertificate") and not floor.startswith(("TLSv1.2", "TLSv1.3"))


def _takes_plain_http(seen: Seen) -> bool:
    behaviours = (
        mapping(seen.inputs.get("defaultCacheBehavior")), *mappings(seen.inputs.get("orderedCacheBehaviors"))
    )  # fmt: skip
    return any(behaviour.get("viewerProtocolPolicy") == "allow-all" for behaviour in behaviours)


def _public_machine(seen: Seen) -> bool:
    """By itself, or where it says nothing by its subnet."""
    given = [seen.inputs, *mappings(seen.inputs.get("networkInterfaces"))]
    said = {str(it.get("associatePublicIpAddress", "")).lower() for it in given}
    return "true" in said or ("false" not in said and _in_a_public_subnet(seen))


def _in_a_public_subnet(seen: Seen) -> bool:
    return any(it.get("mapPublicIpOnLaunch") is True for it in seen.said("aws:ec2/subnet:Subnet", "subnetId"))


def _clear_queue(seen: Seen) -> bool:
    return not seen.inputs.get("kmsMasterKeyId") and seen.inputs.get("sqsManagedSseEnabled") is False


_CRITICAL, _HIGH, _MEDIUM, _LOW = Severity.CRITICAL, Severity.HIGH, Severity.MEDIUM, Severity.LOW

RULES = (
    Rule(
        "public-database", _CRITICAL, "a database has a public address",
        "anybody may try passwords on it, and any hole in it is open to all",
        "publiclyAccessible: false, and a private subnet", _RDS,
        lambda seen: seen.inputs.get("publiclyAccessible") is True,
    ),
    Rule(
        "unencrypted-database", _HIGH, "a database is not encrypted at rest",
        "who gets at a disk or a snapshot reads all of it, and it cannot be turned on later",
        "storageEncrypted: true", _STORES, lambda seen: not seen.inputs.get("storageEncrypted") and not _is_copy(seen),
    ),
    Rule(
        "no-backup", _HIGH, "a database has no backups", "what is lost or deleted by mistake is gone",
        "backupRetentionPeriod: 7, or more", _RDS[:1],
        lambda seen: not seen.inputs.get("backupRetentionPeriod") and not _is_copy(seen) and seen.in_production,
    ),
    Rule(
        "no-deletion-protection", _MEDIUM, "a database of production can be deleted by one call",
        "a slip in the console, or in another stack, takes it away", "deletionProtection: true", _STORES,
        lambda seen: seen.in_production and not seen.inputs.get("deletionProtection") and not _is_copy(seen),
    ),
    Rule(
        "single-zone", _LOW, "a database of production stands in one zone", "it is away as long as that zone is",
        "multiAz: true (high_availability=True)", _RDS[:1],
        lambda seen: seen.in_production and not seen.inputs.get("multiAz") and not _is_copy(seen),
    ),
    Rule(
        "unencrypted-cache", _HIGH, "a cache is reached, or kept, in clear",
        "who is in the network reads sessions and tokens", "transitEncryptionEnabled and atRestEncryptionEnabled: true",
        (_REDIS,),
        lambda seen: not (seen.inputs.get("transitEncryptionEnabled") and seen.inputs.get("atRestEncryptionEnabled")),
    ),
    Rule(
        "open-to-all", _CRITICAL, "every port is open to the internet",
        "whatever listens, now or later, is reached by all",
        "name the one port, and who may reach it", (_GROUP, *_INGRESS), _opens_all,
    ),
    Rule(
        "open-port", _HIGH, "a port other than 80 and 443 is open to the internet",
        "databases, consoles and SSH are found within minutes", "let in a security group or a private range only",
        (_GROUP, *_INGRESS), _opens_more,
    ),
    Rule(
        "public-bucket", _HIGH, "a bucket may be made public", "one wrong policy or ACL shows all of it to everybody",
        "a BucketPublicAccessBlock with all four blocks", _BUCKETS, _public_bucket,
    ),
    Rule(
        "plain-http", _HIGH, "a load balancer answers over plain HTTP", "what visitors send can be read and changed",
        "redirect to HTTPS", ("aws:lb/listener:Listener", "aws:alb/listener:Listener"),
        lambda seen: _plain_listener(seen) and not _behind_a_cdn(seen),
    ),
    Rule(
        "plain-http", _HIGH, "a CDN answers over plain HTTP", "what visitors send can be read and changed",
        "viewerProtocolPolicy: redirect-to-https", ("aws:cloudfront/distribution:Distribution",), _takes_plain_http,
    ),
    Rule(
        "old-tls", _MEDIUM, "a CDN speaks TLS older than 1.2", "it has known holes",
        "minimumProtocolVersion: TLSv1.2_2021",
        ("aws:cloudfront/distribution:Distribution",), _old_tls,
    ),
    Rule(
        "unencrypted-queue", _MEDIUM, "a queue is not encrypted", "messages lie there in clear",
        "kmsMasterKeyId, or leave sqsManagedSseEnabled on", ("aws:sqs/queue:Queue",), _clear_queue,
    ),
    Rule(
        "unencrypted-topic", _MEDIUM, "a topic is not encrypted", "messages lie there in clear", "kmsMasterKeyId",
        ("aws:sns/topic:Topic",), lambda seen: not seen.inputs.get("kmsMasterKeyId"),
    ),
    Rule(
        "unencrypted-volume", _HIGH, "a disk or file system is not encrypted", "who gets at a copy of it reads it",
        "encrypted: true", ("aws:ebs/volume:Volume", "aws:efs/fileSystem:FileSystem"),
        lambda seen: not seen.inputs.get("encrypted"),
    ),
    Rule(
        "key-without-rotation", _MEDIUM, "a key is never rotated", "what it ever encrypted hangs on one key for ever",
        "enableKeyRotation: true", ("aws:kms/key:Key",),
        lambda seen: not seen.inputs.get("enableKeyRotation")
        and str(seen.inputs.get("customerMasterKeySpec", "SYMMETRIC_DEFAULT")) == "SYMMETRIC_DEFAULT",
    ),
    Rule(
        "open-metadata", _HIGH, "a machine gives its role to whoever makes it ask (IMDSv1)",
        "one request forgery in the application leaks the role's keys", "metadataOptions.httpTokens: required",
        ("aws:ec2/instance:Instance",),
        lambda seen: mapping(seen.inputs.get("metadataOptions")).get("httpTokens") != "required",
    ),
    Rule(
        "public-machine", _MEDIUM, "a machine has a public address",
        "a hole in what it runs is open to all, and whoever finds it comes past the load balancer",
        "associatePublicIpAddress: false, a private subnet, and a NAT", _MACHINES, _public_machine,
    ),
    Rule(
        "public-machine", _MEDIUM, "a machine is given a public address",
        "a hole in what it runs is open to all, and whoever finds it comes past the load balancer",
        "let a load balancer lead to it, and a NAT out", _ADDRESSES,
        lambda seen: any(seen.inputs.get(key) for key in _OF_A_MACHINE),
    ),
    Rule(
        "public-task", _MEDIUM, "a container has a public address", "it is reached past the load balancer",
        "assignPublicIp: false, and a NAT", ("aws:ecs/service:Service",),
        lambda seen: mapping(seen.inputs.get("networkConfiguration")).get("assignPublicIp") is True,
    ),
)  # fmt: skip
