"""What may be wrong with resources of AWS."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from infra_kit.planning.audit.rules import Rule, Seen, Severity
from infra_kit.policies import is_wild, statements

_ANYWHERE = {"0.0.0.0/0", "::/0"}
_EDGE_PORTS = {80, 443}
_RDS = ("aws:rds/instance:Instance", "aws:rds/clusterInstance:ClusterInstance")
_GROUP = "aws:ec2/securityGroup:SecurityGroup"
_INGRESS = ("aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule", "aws:ec2/securityGroupRule:SecurityGroupRule")
_BUCKET = "aws:s3/bucket:Bucket"
_BLOCK = "aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock"
_BLOCKS = ("blockPublicAcls", "blockPublicPolicy", "ignorePublicAcls", "restrictPublicBuckets")
_REDIS = "aws:elasticache/replicationGroup:ReplicationGroup"
_BALANCER = ("aws:lb/loadBalancer:LoadBalancer", "aws:alb/loadBalancer:LoadBalancer")
_WITH_POLICY = (
    "aws:iam/rolePolicy:RolePolicy", "aws:iam/userPolicy:UserPolicy", "aws:iam/policy:Policy",
    "aws:s3/bucketPolicy:BucketPolicy", "aws:sqs/queuePolicy:QueuePolicy", "aws:sns/topicPolicy:TopicPolicy",
    "aws:secretsmanager/secretPolicy:SecretPolicy",
)  # fmt: skip
_ATTACHMENTS = tuple(
    f"aws:iam/{it}PolicyAttachment:{it.capitalize()}PolicyAttachment" for it in ("role", "user", "group")
)


def _is_copy(seen: Seen) -> bool:
    return bool(seen.inputs.get("replicateSourceDb"))


def _ranges(seen: Seen) -> Iterator[tuple[int, int]]:
    """The ports that a group or a rule of one opens to everybody."""
    if seen.resource.type == _GROUP:
        for rule in seen.inputs.get("ingress") or ():
            if _ANYWHERE & {*rule.get("cidrBlocks", ()), *rule.get("ipv6CidrBlocks", ())}:
                yield _ports(rule)
    elif seen.inputs.get("type", "ingress") == "ingress":
        single = (seen.inputs.get("cidrIpv4"), seen.inputs.get("cidrIpv6"))
        if _ANYWHERE & {*single, *seen.inputs.get("cidrBlocks", ()), *seen.inputs.get("ipv6CidrBlocks", ())}:
            yield _ports(seen.inputs)


def _ports(rule: Mapping[str, Any]) -> tuple[int, int]:
    protocol = str(rule.get("protocol", rule.get("ipProtocol", "-1")))
    if protocol in {"-1", "all"}:
        return 0, 65_535
    return int(rule.get("fromPort", 0)), int(rule.get("toPort", 65_535))


def _opens_all(seen: Seen) -> bool:
    return any(last - first > 1000 for first, last in _ranges(seen))


def _opens_more(seen: Seen) -> bool:
    return any(last - first <= 1000 and not {first, last} <= _EDGE_PORTS for first, last in _ranges(seen))


def _public_bucket(seen: Seen) -> bool:
    blocks = seen.others(_BLOCK, "bucket")
    return not any(all(block.get(each) for each in _BLOCKS) for block in blocks)


def _plain_listener(seen: Seen) -> bool:
    actions = seen.inputs.get("defaultActions") or ()
    return seen.inputs.get("protocol") == "HTTP" and not all(
        action.get("type") == "redirect" and (action.get("redirect") or {}).get("protocol") == "HTTPS"
        for action in actions
    )


def _behind_a_cdn(seen: Seen) -> bool:
    """What only a Cdn of ours reaches, over the cloud's own network."""
    balancers = (it for it in seen.planned.resources if it.type in _BALANCER)
    return any(
        it.inputs.get("internal") and it.outputs.get("arn") == seen.inputs.get("loadBalancerArn") for it in balancers
    )


def _old_tls(seen: Seen) -> bool:
    certificate = seen.inputs.get("viewerCertificate") or {}
    floor = str(certificate.get("minimumProtocolVersion", ""))
    return not certificate.get("cloudfrontDefaultCertificate") and not floor.startswith(("TLSv1.2", "TLSv1.3"))


def _takes_plain_http(seen: Seen) -> bool:
    behaviours = [seen.inputs.get("defaultCacheBehavior") or {}, *(seen.inputs.get("orderedCacheBehaviors") or ())]
    return any(behaviour.get("viewerProtocolPolicy") == "allow-all" for behaviour in behaviours)


def _clear_queue(seen: Seen) -> bool:
    return not seen.inputs.get("kmsMasterKeyId") and seen.inputs.get("sqsManagedSseEnabled") is False


def _wild(seen: Seen) -> bool:
    return any(is_wild(statement) for statement in statements(seen.inputs))


def _everything(seen: Seen) -> bool:
    arn = str(seen.inputs.get("policyArn", ""))
    return arn.rpartition("/")[2] in {"AdministratorAccess", "PowerUserAccess", "IAMFullAccess"}


_CRITICAL, _HIGH, _MEDIUM, _LOW = Severity.CRITICAL, Severity.HIGH, Severity.MEDIUM, Severity.LOW

RULES = (
    Rule(
        "public-database", _CRITICAL, "a database has a public address",
        "anybody may try passwords on it, and any hole in it is open to all",
        "publiclyAccessible: false, and a private subnet", _RDS,
        lambda seen: bool(seen.inputs.get("publiclyAccessible")),
    ),
    Rule(
        "unencrypted-database", _HIGH, "a database is not encrypted at rest",
        "who gets at a disk or a snapshot reads all of it, and it cannot be turned on later",
        "storageEncrypted: true", _RDS[:1], lambda seen: not seen.inputs.get("storageEncrypted") and not _is_copy(seen),
    ),
    Rule(
        "no-backup", _HIGH, "a database has no backups", "what is lost or deleted by mistake is gone",
        "backupRetentionPeriod: 7, or more", _RDS[:1],
        lambda seen: not seen.inputs.get("backupRetentionPeriod") and not _is_copy(seen) and seen.in_production,
    ),
    Rule(
        "no-deletion-protection", _MEDIUM, "a database of production can be deleted by one call",
        "a slip in the console, or in another stack, takes it away", "deletionProtection: true", _RDS[:1],
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
        "a BucketPublicAccessBlock with all four blocks", (_BUCKET,), _public_bucket,
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
        "wildcard", _HIGH, "a policy allows more than it names", "who takes over one program takes over much more",
        "name the actions, and the resources", _WITH_POLICY, _wild,
    ),
    Rule(
        "administrator", _CRITICAL, "a role or user may do nearly everything", "who takes it over has the account",
        "a policy with what it needs",
        _ATTACHMENTS, _everything,
    ),
    Rule(
        "long-lived-key", _LOW, "an access key lives until somebody deletes it", "keys leak, and this one stays good",
        "a role, where the target has one; else rotate it", ("aws:iam/accessKey:AccessKey",),
        lambda seen: not seen.made,
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
        lambda seen: (seen.inputs.get("metadataOptions") or {}).get("httpTokens") != "required",
    ),
    Rule(
        "public-task", _MEDIUM, "a container has a public address", "it is reached past the load balancer",
        "assignPublicIp: false, and a NAT", ("aws:ecs/service:Service",),
        lambda seen: bool((seen.inputs.get("networkConfiguration") or {}).get("assignPublicIp")),
    ),
)  # fmt: skip
