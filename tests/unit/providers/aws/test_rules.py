"""The rules that the data layer on AWS is judged by, each by its Checkov id: what it reads, and what must stand there.

What is granted to whom (the ids of IAM) is held by the conformance suites, over everything that can be asked.
"""

from __future__ import annotations

import json
import re
from functools import cache

import pytest

from infra_kit import Cdn, Consumer, EventBus, ObjectStore, Pooling, Postgres, Redis, Stream
from infra_kit.policies import is_wild, statements
from infra_kit.testing import Recording, record
from tests.unit.rules import Row, check, each_environment, each_row, row

KEY = re.compile(r"arn:aws:kms:[\w-]+:\d+:key/[\w-]+")
"""A key of its own."""
RDS, VALKEY = "aws:rds/instance:Instance", "aws:elasticache/replicationGroup:ReplicationGroup"
BLOCK, OWNERSHIP = "aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock", "BucketOwnerEnforced"
EDGE, HEADERS = "aws:cloudfront/distribution:Distribution", "aws:cloudfront/responseHeadersPolicy:ResponseHeadersPolicy"
QUEUE, BUS, ARCHIVE = "aws:sqs/queue:Queue", "aws:cloudwatch/eventBus:EventBus", "bus-archive-LEADS"
GROUP, DEFAULT = "aws:ec2/securityGroup:SecurityGroup", "aws:ec2/defaultSecurityGroup:DefaultSecurityGroup"
RULES_IN = "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule"
RULES_OUT = "aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule"
KMS, LOG, SECRET = "aws:kms/key:Key", "aws:cloudwatch/logGroup:LogGroup", "aws:secretsmanager/secret:Secret"
ORIGIN = ("origins", "https://api.example.com", "customOriginConfig")
SAID = re.compile(".+")

ROWS = [
    # RDS: of a server and of each replica of it, where no name is said
    row("CKV_AWS_16", RDS, "storageEncrypted", True),
    row("CKV_AWS_16", "db-server", "kmsKeyId", None, KEY),
    row("CKV_AWS_17", RDS, "publiclyAccessible", False),
    row("CKV_AWS_129", RDS, "enabledCloudwatchLogsExports", ["postgresql", "upgrade"]),
    row("CKV_AWS_133", "db-server", "backupRetentionPeriod", 1, 7),
    row("CKV_AWS_161", RDS, "iamDatabaseAuthenticationEnabled", True),
    row("CKV_AWS_211", RDS, "caCertIdentifier", None),  # AWS's own default is a modern one, and follows
    row("CKV_AWS_226", RDS, "autoMinorVersionUpgrade", True),
    row("CKV_AWS_293", "db-server", "deletionProtection", False, True),
    row("CKV_AWS_293", "db-server", "skipFinalSnapshot", False),
    row("CKV2_AWS_60", RDS, "copyTagsToSnapshot", True),
    row("CKV2_AWS_69", RDS, "parameterGroupName", re.compile("(db|alone)-parameters-.+")),
    row("CKV2_AWS_69", "aws:rds/parameterGroup:ParameterGroup", ("parameters", "rds.force_ssl"), "1"),
    row("CKV2_AWS_69", "db-pooler", "requireTls", True),
    row("CKV_AWS_118", RDS, "monitoringInterval", None, 60),
    row("CKV_AWS_118", RDS, "monitoringRoleArn", None, SAID),
    row("CKV_AWS_157", "db-server", "multiAz", True),
    row("CKV_AWS_353", RDS, "performanceInsightsEnabled", None, True),
    row("CKV_AWS_354", RDS, "performanceInsightsKmsKeyId", None, KEY),
    row("CKV2_AWS_30", "aws:rds/parameterGroup:ParameterGroup", "parameters.log_statement", "ddl"),
    row("CKV2_AWS_30", "aws:rds/parameterGroup:ParameterGroup", "parameters.log_min_duration_statement", "1000"),
    # ElastiCache
    row("CKV_AWS_29", VALKEY, "atRestEncryptionEnabled", True),
    row("CKV_AWS_30", VALKEY, "transitEncryptionEnabled", True),
    row("CKV_AWS_31", VALKEY, "userGroupIds.0", SAID),
    row("CKV_AWS_31", "aws:elasticache/user:User", "authenticationMode.type", "password"),
    row("CKV_AWS_191", VALKEY, "kmsKeyId", None, KEY),
    row("CKV2_AWS_50", VALKEY, "automaticFailoverEnabled", True),
    row("CKV2_AWS_50", VALKEY, "multiAzEnabled", True),
    row("CKV2_AWS_50", VALKEY, "snapshotRetentionLimit", 1, 7),
    # S3: of every bucket, those of logs included
    row("CKV_AWS_20 CKV2_AWS_6", BLOCK, "blockPublicAcls", True),
    row("CKV_AWS_57 CKV2_AWS_6", BLOCK, "ignorePublicAcls", True),
    row("CKV_AWS_70 CKV2_AWS_6", BLOCK, "blockPublicPolicy", True),
    row("CKV_AWS_70 CKV2_AWS_6", BLOCK, "restrictPublicBuckets", True),
    row("CKV_AWS_20 CKV_AWS_57", "files-bucket-ownership", "rule.objectOwnership", OWNERSHIP),
    row("CKV_AWS_21", "aws:s3/bucketVersioning:BucketVersioning", "versioningConfiguration.status", "Enabled"),
    row("CKV2_AWS_61", "aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration", "rules.0.status", "Enabled"),
    row("CKV_AWS_19 CKV_AWS_145", "files-bucket-encryption", "rules.0.applyServerSideEncryptionByDefault",
        {"sseAlgorithm": "AES256"}, {"sseAlgorithm": "aws:kms", "kmsMasterKeyId": KEY}),
    # CloudFront
    row("CKV_AWS_34", EDGE, "defaultCacheBehavior.viewerProtocolPolicy", "redirect-to-https"),
    row("CKV_AWS_34", EDGE, "orderedCacheBehaviors.0.viewerProtocolPolicy", "redirect-to-https"),
    row("CKV_AWS_259", HEADERS, "securityHeadersConfig.strictTransportSecurity.accessControlMaxAgeSec", 31_536_000),
    row("CKV_AWS_305", EDGE, "defaultRootObject", "index.html"),
    row("CKV2_AWS_32", EDGE, "defaultCacheBehavior.responseHeadersPolicyId", SAID),
    row("CKV2_AWS_32", EDGE, "orderedCacheBehaviors.0.responseHeadersPolicyId", SAID),
    row("CKV2_AWS_46", EDGE, "origins.files.originAccessControlId", SAID),
    row("CKV2_AWS_46", "edge-access", "signingBehavior", "always"),
    row("CKV2_AWS_72", EDGE, (*ORIGIN, "originProtocolPolicy"), "https-only"),
    row("CKV2_AWS_54", EDGE, (*ORIGIN, "originSslProtocols"), ["TLSv1.2"]),
    row("CKV_AWS_86", EDGE, "loggingConfig.bucket", None, SAID),
    row("CKV_AWS_174", EDGE, "viewerCertificate.minimumProtocolVersion", "TLSv1.2_2021"),
    row("CKV2_AWS_42", EDGE, "viewerCertificate.acmCertificateArn", SAID),
    # SQS and EventBridge
    row("CKV_AWS_27", QUEUE, "sqsManagedSseEnabled", True, None),
    row("CKV_AWS_27 CKV2_AWS_73", QUEUE, "kmsMasterKeyId", None, KEY),
    row("CKV_AWS_27", BUS, "kmsKeyIdentifier", None, KEY),
    row("CKV_AWS_27", ARCHIVE, "kmsKeyIdentifier", None, KEY),
    row("CKV_AWS_27", ARCHIVE, "retentionDays", 7),
    row("CKV_AWS_27", "bus-target-crm", "deadLetterConfig.arn", SAID),
    # VPC and security groups
    row("CKV_AWS_23", GROUP, "description", SAID),
    row("CKV_AWS_23", RULES_IN, "description", SAID),
    row("CKV_AWS_23", RULES_OUT, "description", SAID),
    row("CKV_AWS_24 CKV_AWS_25 CKV_AWS_277", RULES_IN, "cidrIpv4", "10.0.0.0/16"),
    row("CKV_AWS_382", RULES_OUT, "cidrIpv4", "10.0.0.0/16"),
    row("CKV_AWS_24 CKV_AWS_25 CKV_AWS_277 CKV_AWS_382", GROUP, "ingress", None),
    row("CKV_AWS_382", GROUP, "egress", None),
    row("CKV_AWS_130", "aws:ec2/subnet:Subnet", "mapPublicIpOnLaunch", False),
    row("CKV2_AWS_5", RDS, "vpcSecurityGroupIds", SAID),
    row("CKV2_AWS_5", VALKEY, "securityGroupIds", SAID),
    row("CKV2_AWS_12", DEFAULT, "vpcId", SAID),
    row("CKV2_AWS_12", DEFAULT, "ingress", None),
    row("CKV2_AWS_12", DEFAULT, "egress", None),
    # Keys, logs, secrets
    row("CKV_AWS_7", KMS, "enableKeyRotation", ..., True),
    row("CKV_AWS_227", KMS, "isEnabled", ..., None),  # AWS's default: it is
    row("CKV2_AWS_64", KMS, "policy", ..., SAID),
    row("CKV2_AWS_64", KMS, "deletionWindowInDays", ..., 30),
    row("CKV_AWS_66 CKV_AWS_338", LOG, "retentionInDays", 30, 365),
    row("CKV_AWS_158", LOG, "kmsKeyId", None, KEY),
    row("CKV_AWS_149", SECRET, "kmsKeyId", None, KEY),
    row("CKV2_AWS_57", "alone-server", "manageMasterUserPassword", True),  # RDS rotates it
    # What stands in production only
    row("CKV_AWS_18", "files-bucket-logging", "targetBucket", ..., SAID),
    row("CKV2_AWS_11", "aws-network-flow-log", "trafficType", ..., "ALL"),
]  # fmt: skip


def data_layer() -> None:
    Postgres("db", read_replicas=1, high_availability=True, pooling=Pooling())
    Postgres("alone")
    Redis("cache", replicas=1, high_availability=True)
    files = ObjectStore("files", versioning=True)
    Cdn("edge", routes={"/*": files, "/api/*": "https://api.example.com"}, domains=["www.example.com"])
    consumers = {"crm": Consumer(stream="LEADS")}
    EventBus("bus", engine="native", streams={"LEADS": Stream(subjects=["lead.*"])}, consumers=consumers)


@cache
def made(environment: str) -> Recording:
    aws = {"hosted_zones": {"example.com": "Z0123456789ABCDEFGHIJ"}}
    config = {"infra-kit:target": "aws", "infra-kit:region": "eu-west-1", "infra-kit:environment": environment}
    return record(data_layer, config={**config, "infra-kit:aws": aws})


@each_environment
@each_row(ROWS)
def test_an_input_is_as_its_rule_has_it(rule: Row, environment: str) -> None:
    check(rule, made(environment), environment)


@each_environment
def test_ckv_aws_70_72_168_387_33_nobody_is_everybody(environment: str) -> None:
    """And CKV_AWS_26, 169, 385: there is no topic."""
    made_here = made(environment).resources
    allowed = [(it.name, each) for it in made_here for each in statements(it.inputs) if it.type != KMS]
    assert allowed
    assert [(name, each) for name, each in allowed if is_wild(each)] == []
    assert not [it.name for it in made_here if it.type == KMS and '"Principal": "*"' in it.inputs["policy"]]
    assert not [it.name for it in made_here if it.type.startswith("aws:sns")]


@each_environment
@pytest.mark.parametrize("kind", ["aws:s3/bucketPolicy:BucketPolicy", "aws:sqs/queuePolicy:QueuePolicy"])
def test_without_tls_all_is_denied(kind: str, environment: str) -> None:
    policies = [json.loads(it.inputs["policy"])["Statement"] for it in made(environment).of_type(kind)]
    assert policies
    for first, *_ in policies:
        assert (first["Effect"], first["Condition"]) == ("Deny", {"Bool": {"aws:SecureTransport": "false"}})
        assert first["Principal"] in ("*", {"AWS": "*"})
        assert first["Action"].endswith(":*")


@each_environment
@pytest.mark.parametrize("bucket", ["files-bucket", "files-logs", "edge-logs"])
@pytest.mark.parametrize("part", ["block", "encryption", "lifecycle", "ownership", "policy", "versioning"])
def test_every_bucket_has_all_its_parts(part: str, bucket: str, environment: str) -> None:
    """CKV_AWS_19, 20, 21, 57, 70, CKV2_AWS_6, 61; buckets of logs are there in production only."""
    names = {it.name for it in made(environment).resources}
    assert (f"{bucket}-{part}" in names) == (bucket in names)
    assert (bucket in names) == (bucket == "files-bucket" or environment == "production")
