"""The roles that AWS Backup takes on: one copies, one restores for a drill. Nobody else may take them.

- What they may do with databases is AWS' own policy for such a role: what a service calls behind the scenes changes,
  and a right that a policy of ours lacked would be found out by a copy that is missing.
- Of buckets they reach those that are backed up, by policies of ours: AWS' own is for all buckets of the account.
"""

from __future__ import annotations

from collections.abc import Sequence

import pulumi
from pulumi_aws import iam

from infra_kit.component import Scope
from infra_kit.providers.aws import identity, policies
from infra_kit.providers.aws.backup_vaults import Vault
from infra_kit.providers.aws.documents import Text
from infra_kit.providers.aws.object_store import AwsBucket
from infra_kit.providers.aws.policies import Statement
from infra_kit.providers.common.waiting import after

SERVICE = "backup.amazonaws.com"
SCRATCH = "awsbackup-restore-test-"
"""What the names of all begin with that a test restores
(https://docs.aws.amazon.com/aws-backup/latest/devguide/restore-testing-inferred-metadata.html)."""


def copies(scope: Scope, vaults: Sequence[Vault], buckets: Sequence[AwsBucket]) -> pulumi.Output[str]:
    """https://docs.aws.amazon.com/aws-managed-policy/latest/reference/AWSBackupServiceRolePolicyForBackup.html"""
    statements = [*_reads(scope, buckets), *_follows(scope)] if buckets else []
    return _role(scope, "role", "AWSBackupServiceRolePolicyForBackup", [*_keys(vaults), *statements])


def restores(scope: Scope, vaults: Sequence[Vault], buckets: Sequence[AwsBucket]) -> pulumi.Output[str]:
    """https://docs.aws.amazon.com/aws-managed-policy/latest/reference/AWSBackupServiceRolePolicyForRestores.html"""
    statements = _writes_scratch(scope) if buckets else []
    return _role(scope, "role", "AWSBackupServiceRolePolicyForRestores", [*_keys(vaults), *statements])


def _role(scope: Scope, role: str, managed: str, statements: Sequence[Statement]) -> pulumi.Output[str]:
    made = scope.resource(role, iam.Role, assume_role_policy=policies.trust(scope, SERVICE), tags=scope.tags)
    arn = pulumi.Output.concat("arn:", identity.partition(scope), ":iam::aws:policy/service-role/", managed)
    rights = [scope.resource(f"{role}-service", iam.RolePolicyAttachment, role=made.name, policy_arn=arn)]
    if not statements:
        return after(made.arn, *rights)
    document = policies.document(statements)
    return after(made.arn, *rights, scope.resource(f"{role}-rights", iam.RolePolicy, role=made.id, policy=document))


def _keys(vaults: Sequence[Vault]) -> list[Statement]:
    found = [vault.key for vault in vaults if vault.key is not None]
    return [policies.allow(["kms:Decrypt", "kms:DescribeKey", "kms:GenerateDataKey"], found)] if found else []


def _reads(scope: Scope, buckets: Sequence[AwsBucket]) -> list[Statement]:
    """https://docs.aws.amazon.com/aws-backup/latest/devguide/s3-backups.html"""
    of_bucket = [
        "GetBucketAcl", "GetBucketLocation", "GetBucketNotification", "GetBucketTagging", "GetBucketVersioning",
        "GetInventoryConfiguration", "ListBucket", "ListBucketVersions", "ListTagsForResource",
        "PutBucketNotification", "PutInventoryConfiguration",
    ]  # fmt: skip
    of_object = [
        "GetObject", "GetObjectAcl", "GetObjectTagging", "GetObjectVersion", "GetObjectVersionAcl",
        "GetObjectVersionTagging",
    ]  # fmt: skip
    own = [bucket.key for bucket in buckets if bucket.key is not None]
    through = Text("s3.", identity.region(scope), ".amazonaws.com")
    reads = policies.allow(["kms:Decrypt", "kms:DescribeKey"], own, StringEquals={"kms:ViaService": through})
    return [
        policies.allow([f"s3:{action}" for action in of_bucket], [bucket.arn for bucket in buckets]),
        policies.allow([f"s3:{action}" for action in of_object], [Text(bucket.arn, "/*") for bucket in buckets]),
        *([reads] if own else []),
    ]


def _follows(scope: Scope) -> list[Statement]:
    """By rules of its own it hears what changed in a bucket."""
    rules = Text(
        "arn:", identity.partition(scope), ":events:", identity.region(scope), ":", identity.account(scope),
        ":rule/AwsBackupManagedRule*",
    )  # fmt: skip
    of_rule = [
        "DeleteRule", "DescribeRule", "DisableRule", "EnableRule", "ListTargetsByRule", "PutRule", "PutTargets",
        "RemoveTargets",
    ]  # fmt: skip
    return [
        policies.allow([f"events:{action}" for action in of_rule], rules),
        policies.allow(["cloudwatch:GetMetricData", "events:ListRules"], "*"),
    ]


def _writes_scratch(scope: Scope) -> list[Statement]:
    """https://docs.aws.amazon.com/aws-backup/latest/devguide/restoring-s3.html"""
    bucket = Text("arn:", identity.partition(scope), f":s3:::{SCRATCH}*")
    of_bucket = [
        "CreateBucket", "GetBucketLocation", "GetBucketOwnershipControls", "GetBucketVersioning", "ListBucket",
        "ListBucketVersions", "PutBucketOwnershipControls", "PutBucketVersioning",
    ]  # fmt: skip
    of_object = [
        "DeleteObject", "GetObject", "GetObjectAcl", "GetObjectTagging", "GetObjectVersion", "GetObjectVersionAcl",
        "ListMultipartUploadParts", "PutObject", "PutObjectAcl", "PutObjectTagging", "PutObjectVersionAcl",
    ]  # fmt: skip
    return [
        policies.allow([f"s3:{action}" for action in of_bucket], bucket),
        policies.allow([f"s3:{action}" for action in of_object], Text(*bucket.parts, "/*")),
    ]
