"""Each rule for AWS, with something that it finds and its mended twin."""

from __future__ import annotations

import json
from typing import Any

import pulumi_aws as aws

from infra_kit import ObjectStore
from tests.unit.planning.audit.cases import Case, Program, cases, made

RDS, CLUSTER, MEMBER = (
    "aws:rds/instance:Instance", "aws:rds/cluster:Cluster", "aws:rds/clusterInstance:ClusterInstance"
)  # fmt: skip
GROUP = "aws:ec2/securityGroup:SecurityGroup"
RULE, INGRESS = (
    "aws:ec2/securityGroupRule:SecurityGroupRule", "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule"
)  # fmt: skip
BUCKET, OLD_BUCKET = "aws:s3/bucket:Bucket", "aws:s3/bucketV2:BucketV2"
CDN, REDIS = "aws:cloudfront/distribution:Distribution", "aws:elasticache/replicationGroup:ReplicationGroup"
VM, SPOT = "aws:ec2/instance:Instance", "aws:ec2/spotInstanceRequest:SpotInstanceRequest"
TEMPLATE, LAUNCHED = "aws:ec2/launchTemplate:LaunchTemplate", "aws:ec2/launchConfiguration:LaunchConfiguration"
EIP, ASSOCIATION = "aws:ec2/eip:Eip", "aws:ec2/eipAssociation:EipAssociation"
ROLE, DOMAIN = "aws:iam/role:Role", "aws:opensearch/domain:Domain"


def _document(action: str = "s3:GetObject", resource: str = "arn:aws:s3:::it/*", principal: Any = None) -> str:
    statement: dict[str, Any] = {"Effect": "Allow", "Action": action, "Resource": resource}
    return json.dumps({"Statement": [{**statement, **({"Principal": principal} if principal else {})}]})


SERVICE = _document("sts:AssumeRole", principal={"Service": "ec2.amazonaws.com"})
NEEDS: dict[str, dict[str, Any]] = {
    RDS: {"instance_class": "db.t4g.micro"},
    CLUSTER: {"engine": "aurora-postgresql"},
    MEMBER: {"cluster_identifier": "it", "engine": "aurora-postgresql", "instance_class": "db.r6g.large"},
    REDIS: {"description": "it"},
    RULE: {"security_group_id": "it", "protocol": "tcp"},
    INGRESS: {"security_group_id": "it"},
    CDN: {
        "enabled": True,
        "origins": [{"domain_name": "it.example", "origin_id": "it"}],
        "restrictions": {"geo_restriction": {"restriction_type": "none"}},
    },
    LAUNCHED: {"image_id": "ami-1", "instance_type": "t4g.small"},
    "aws:ebs/volume:Volume": {"availability_zone": "eu-west-1a"},
    "aws:iam/rolePolicy:RolePolicy": {"role": "it"},
    "aws:iam/userPolicy:UserPolicy": {"user": "it"},
    "aws:iam/groupPolicy:GroupPolicy": {"group": "it"},
    "aws:s3/bucketPolicy:BucketPolicy": {"bucket": "it"},
    "aws:sqs/queuePolicy:QueuePolicy": {"queue_url": "it"},
    "aws:sns/topicPolicy:TopicPolicy": {"arn": "it"},
    "aws:secretsmanager/secretPolicy:SecretPolicy": {"secret_arn": "it"},
    "aws:opensearch/domainPolicy:DomainPolicy": {"domain_name": "it"},
    "aws:iam/rolePolicyAttachment:RolePolicyAttachment": {"role": "it"},
    "aws:iam/userPolicyAttachment:UserPolicyAttachment": {"user": "it"},
    "aws:iam/groupPolicyAttachment:GroupPolicyAttachment": {"group": "it"},
    ROLE: {"assume_role_policy": SERVICE},
    "aws:lambda/functionUrl:FunctionUrl": {"function_name": "it"},
    "aws:iam/accessKey:AccessKey": {"user": "it"},
    "aws:s3/bucketAcl:BucketAcl": {"bucket": "it"},
    "aws:s3/bucketAclV2:BucketAclV2": {"bucket": "it"},
}
"""What a type must have beside what a rule looks at."""


def _of(rule: str, *types: str, wrong: dict[str, Any], right: dict[str, Any]) -> list[Case]:
    return list(cases(rule, *types, wrong=wrong, right=right, needs=NEEDS))


def _bucket(type_: str, **blocks: bool) -> Program:
    def program() -> None:
        made(type_, {})()
        every = ("block_public_acls", "block_public_policy", "ignore_public_acls", "restrict_public_buckets")
        given: dict[str, Any] = {**dict.fromkeys(every, True), **blocks}
        aws.s3.BucketPublicAccessBlock("raw", bucket="raw-id", **given)

    return program


def _listener(type_: str, *, internal: bool) -> Program:
    def program() -> None:
        balancer = aws.lb.LoadBalancer("front", internal=internal)
        made(type_, {"load_balancer_arn": balancer.arn, "protocol": "HTTP", "default_actions": [FORWARDED]})()

    return program


def _in_subnet(type_: str, *, public: bool) -> Program:
    def program() -> None:
        subnet = aws.ec2.Subnet("net", vpc_id="it", map_public_ip_on_launch=public)
        made(type_, {"subnet_id": subnet.id})()

    return program


FORWARDED = {"type": "forward", "target_group_arn": "it"}
REDIRECTED = {"type": "redirect", "redirect": {"protocol": "HTTPS", "status_code": "HTTP_301"}}
LISTENERS = ("aws:lb/listener:Listener", "aws:alb/listener:Listener")
COPY = {"replicate_source_db": "other"}
ENCRYPTED = {"transit_encryption_enabled": True, "at_rest_encryption_enabled": True}
BEHAVIOUR = {
    "allowed_methods": ["GET"], "cached_methods": ["GET"], "target_origin_id": "it",
    "viewer_protocol_policy": "redirect-to-https",
}  # fmt: skip
CERTIFICATE = {"acm_certificate_arn": "it", "ssl_support_method": "sni-only"}
MODERN = {**CERTIFICATE, "minimum_protocol_version": "TLSv1.2_2021"}
DISTRIBUTED = {"default_cache_behavior": BEHAVIOUR, "viewer_certificate": MODERN}
PLAIN_BEHAVIOUR = {**BEHAVIOUR, "viewer_protocol_policy": "allow-all"}
ANYWHERE, NEAR = {"cidr_blocks": ["0.0.0.0/0"]}, {"cidr_blocks": ["10.0.0.0/8"]}


def _ports(first: int, last: int, **where: Any) -> dict[str, Any]:
    return {"ingress": [{"protocol": "tcp", "from_port": first, "to_port": last, **(where or ANYWHERE)}]}


def _rule(first: int, last: int, **where: Any) -> dict[str, Any]:
    return {"type": "ingress", "from_port": first, "to_port": last, **(where or ANYWHERE)}


def _ingress(first: int, last: int, where: str = "0.0.0.0/0") -> dict[str, Any]:
    return {"ip_protocol": "tcp", "from_port": first, "to_port": last, "cidr_ipv4": where}


DATA = [
    *_of("public-database", RDS, MEMBER, wrong={"publicly_accessible": True}, right={"publicly_accessible": False}),
    *_of("unencrypted-database", RDS, CLUSTER, wrong={}, right={"storage_encrypted": True}),
    *_of("unencrypted-database", RDS, wrong={}, right=COPY),
    *_of("no-backup", RDS, wrong={"backup_retention_period": 0}, right={"backup_retention_period": 7}),
    *_of("no-backup", RDS, wrong={}, right=COPY),
    *_of("no-deletion-protection", RDS, CLUSTER, wrong={}, right={"deletion_protection": True}),
    *_of("single-zone", RDS, wrong={"multi_az": False}, right={"multi_az": True}),
    *_of("single-zone", RDS, wrong={}, right=COPY),
    *_of("unencrypted-cache", REDIS, wrong={"at_rest_encryption_enabled": True}, right=ENCRYPTED),
    *_of("unencrypted-cache", REDIS, wrong={"transit_encryption_enabled": True}, right=ENCRYPTED),
    *_of("unencrypted-queue", "aws:sqs/queue:Queue", wrong={"sqs_managed_sse_enabled": False}, right={}),
    *_of(
        "unencrypted-queue", "aws:sqs/queue:Queue", wrong={"sqs_managed_sse_enabled": False},
        right={"sqs_managed_sse_enabled": False, "kms_master_key_id": "it"},
    ),
    *_of("unencrypted-topic", "aws:sns/topic:Topic", wrong={}, right={"kms_master_key_id": "it"}),
    *_of(
        "unencrypted-volume", "aws:ebs/volume:Volume", "aws:efs/fileSystem:FileSystem",
        wrong={"encrypted": False}, right={"encrypted": True},
    ),
    *_of("key-without-rotation", "aws:kms/key:Key", wrong={}, right={"enable_key_rotation": True}),
    *_of("key-without-rotation", "aws:kms/key:Key", wrong={}, right={"customer_master_key_spec": "RSA_2048"}),
]  # fmt: skip
REACH = [
    *_of("open-to-all", GROUP, wrong=_ports(0, 65_535), right=_ports(443, 443)),
    *_of("open-to-all", RULE, wrong=_rule(0, 65_535), right=_rule(443, 443)),
    *_of("open-to-all", INGRESS, wrong=_ingress(0, 65_535), right=_ingress(443, 443)),
    *_of("open-port", GROUP, wrong=_ports(5432, 5432), right=_ports(5432, 5432, **NEAR)),
    *_of("open-port", RULE, wrong=_rule(5432, 5432), right=_rule(5432, 5432, **NEAR)),
    *_of("open-port", RULE, wrong=_rule(5432, 5432), right={**_rule(5432, 5432), "type": "egress"}),
    *_of("open-port", INGRESS, wrong=_ingress(22, 22), right=_ingress(22, 22, "10.0.0.0/8")),
    *(
        Case("public-bucket", it, _bucket(it, restrict_public_buckets=False), _bucket(it))
        for it in (BUCKET, OLD_BUCKET)
    ),
    *_of(
        "plain-http", *LISTENERS,
        wrong={"load_balancer_arn": "it", "protocol": "HTTP", "default_actions": [FORWARDED]},
        right={"load_balancer_arn": "it", "protocol": "HTTP", "default_actions": [REDIRECTED]},
    ),
    *(
        Case("plain-http", it, _listener(it, internal=False), _listener(it, internal=True))
        for it in LISTENERS
    ),
    *_of("plain-http", CDN, wrong={**DISTRIBUTED, "default_cache_behavior": PLAIN_BEHAVIOUR}, right=DISTRIBUTED),
    *_of(
        "plain-http", CDN, right=DISTRIBUTED,
        wrong={**DISTRIBUTED, "ordered_cache_behaviors": [{**PLAIN_BEHAVIOUR, "path_pattern": "/*"}]},
    ),
    *_of(
        "old-tls", CDN, right=DISTRIBUTED,
        wrong={**DISTRIBUTED, "viewer_certificate": {**CERTIFICATE, "minimum_protocol_version": "TLSv1"}},
    ),
    *_of("old-tls", CDN, wrong={**DISTRIBUTED, "viewer_certificate": CERTIFICATE}, right=DISTRIBUTED),
    *_of(
        "open-metadata", VM, wrong={"metadata_options": {"http_tokens": "optional"}},
        right={"metadata_options": {"http_tokens": "required"}},
    ),
    *_of("open-metadata", VM, wrong={}, right={"metadata_options": {"http_tokens": "required"}}),
    *_of(
        "public-machine", VM, SPOT, LAUNCHED, wrong={"associate_public_ip_address": True},
        right={"associate_public_ip_address": False},
    ),
    *_of(
        "public-machine", TEMPLATE, wrong={"network_interfaces": [{"associate_public_ip_address": "true"}]},
        right={"network_interfaces": [{"associate_public_ip_address": "false"}]},
    ),
    *(
        Case("public-machine", it, _in_subnet(it, public=True), _in_subnet(it, public=False))
        for it in (VM, SPOT)
    ),
    *_of("public-machine", EIP, wrong={"instance": "it"}, right={"domain": "vpc"}),
    *_of("public-machine", EIP, wrong={"network_interface": "it"}, right={"domain": "vpc"}),
    *_of("public-machine", ASSOCIATION, wrong={"instance_id": "it"}, right={"allocation_id": "it"}),
    *_of("public-machine", ASSOCIATION, wrong={"network_interface_id": "it"}, right={"allocation_id": "it"}),
    *_of(
        "public-task", "aws:ecs/service:Service",
        wrong={"network_configuration": {"subnets": ["it"], "assign_public_ip": True}},
        right={"network_configuration": {"subnets": ["it"], "assign_public_ip": False}},
    ),
    *_of(
        "open-function", "aws:lambda/functionUrl:FunctionUrl", wrong={"authorization_type": "NONE"},
        right={"authorization_type": "AWS_IAM"},
    ),
]  # fmt: skip
POLICIES = [it for it in NEEDS if it.endswith("Policy")] + ["aws:iam/policy:Policy"]
ANYBODY = _document("sts:AssumeRole", principal="*")
TO_READ = "arn:aws:iam::aws:policy/ReadOnlyAccess"
MUCH = "arn:aws:iam::aws:policy/AdministratorAccess"
ATTACHMENTS = [it for it in NEEDS if it.endswith("PolicyAttachment")]
SHOWN = {"acl": "public-read"}
GROUPS = {"grants": [{"grantee": {"type": "Group", "uri": "http://acs.amazonaws.com/groups/global/AllUsers"},
          "permission": "READ"}], "owner": {"id": "it"}}  # fmt: skip
SEARCHED = _document("es:ESHttpGet", "arn:aws:es:eu-west-1:123456789012:domain/it/*", "*")
ACCESS = [
    *_of("wildcard", *(it for it in POLICIES if "domainPolicy" not in it),
         wrong={"policy": _document("s3:*")}, right={"policy": _document()}),
    *_of("wildcard", "aws:opensearch/domainPolicy:DomainPolicy", wrong={"access_policies": _document("es:*")},
         right={"access_policies": _document()}),
    *_of("wildcard", ROLE, wrong={"inline_policies": [{"name": "it", "policy": _document("s3:*")}]},
         right={"inline_policies": [{"name": "it", "policy": _document()}]}),
    *_of("open-role", ROLE, wrong={"assume_role_policy": ANYBODY}, right={}),
    *_of("administrator", *ATTACHMENTS, wrong={"policy_arn": MUCH}, right={"policy_arn": TO_READ}),
    *_of("administrator", ROLE, wrong={"managed_policy_arns": [MUCH]}, right={"managed_policy_arns": [TO_READ]}),
    *_of("granted-to-all", "aws:s3/bucketAcl:BucketAcl", "aws:s3/bucketAclV2:BucketAclV2", BUCKET, OLD_BUCKET,
         wrong=SHOWN, right={"acl": "private"}),
    *_of("granted-to-all", "aws:s3/bucketAcl:BucketAcl", "aws:s3/bucketAclV2:BucketAclV2",
         wrong={"access_control_policy": GROUPS}, right={"acl": "private"}),
    *_of("open-search", DOMAIN, wrong={"access_policies": SEARCHED},
         right={"access_policies": SEARCHED, "vpc_options": {"subnet_ids": ["it"]}}),
    Case("long-lived-key", "aws:iam/accessKey:AccessKey", made("aws:iam/accessKey:AccessKey", {"user": "it"}),
         lambda: ObjectStore("files")),
]  # fmt: skip
CASES = [*DATA, *REACH, *ACCESS]
