"""What is set on a bucket, through the S3 API: each setting brought to what was asked, or removed."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from functools import cache
from typing import TYPE_CHECKING, Any

import boto3
import botocore.exceptions
import botocore.session
from botocore.config import Config
from botocore.loaders import Loader

from infra_kit._dynamic import Props
from infra_kit.errors import ServerError

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client
    from mypy_boto3_s3.type_defs import CORSRuleTypeDef, LifecycleRuleTypeDef

_NO_FILES: dict[str, tuple[None, list[str], str | None, None]] = {
    "profile": (None, [], None, None),
    "config_file": (None, [], os.devnull, None),
    "credentials_file": (None, [], os.devnull, None),
}
"""Nothing of the user's own AWS configuration may decide here, nor stop us (AWS_PROFILE naming no profile does)."""


@cache
def client(endpoint: str, region: str, access_key: str, secret_key: str) -> S3Client:
    """A client; kept, because making one takes longer than most requests."""
    own = botocore.session.Session(session_vars=_NO_FILES)
    own.register_component("data_loader", _models())
    session = boto3.Session(access_key, secret_key, region_name=region, botocore_session=own)
    config = Config(
        s3={"addressing_style": "path"},
        retries={"total_max_attempts": 1},
        connect_timeout=2,
        read_timeout=20,
        proxies={},
    )
    return session.client("s3", endpoint_url=endpoint, config=config)


@cache
def _models() -> Loader:
    """What S3's API is: the same for each client, and 1 MB of JSON to read."""
    return Loader()


def exists(s3: S3Client, bucket: str) -> bool:
    return any(found["Name"] == bucket for found in s3.list_buckets()["Buckets"])


def settle(s3: S3Client, name: str, bucket: str, props: Props) -> None:
    """Sets all that is declared."""
    _versioning(s3, bucket, wanted=bool(props["versioning"]))
    _lock(s3, name, bucket, props)
    _lifecycle(s3, bucket, props["lifecycle"])
    _cors(s3, bucket, props["cors"])
    _public(s3, bucket, wanted=bool(props["public_read"]))


def weaker_lock(name: str, old: float | None, new: float | None) -> str:
    """Why this change of the retention lock is refused; empty when it is not."""
    if old is None or (new is not None and new >= old):
        return ""
    return (
        f"{name}: retention_lock is {int(old)} days, and {'none' if new is None else int(new)} was asked for; a lock "
        "can be made longer, never shorter: what it promised would not hold. The safe way: leave it, and add a second "
        "ObjectStore by another name for what needs a shorter one."
    )


def _versioning(s3: S3Client, bucket: str, *, wanted: bool) -> None:
    """A bucket that ever had versions keeps those it has; new ones are suspended."""
    status = s3.get_bucket_versioning(Bucket=bucket).get("Status")
    if wanted and status != "Enabled":
        s3.put_bucket_versioning(Bucket=bucket, VersioningConfiguration={"Status": "Enabled"})
    elif not wanted and status == "Enabled":
        s3.put_bucket_versioning(Bucket=bucket, VersioningConfiguration={"Status": "Suspended"})


def _lock(s3: S3Client, name: str, bucket: str, props: Props) -> None:
    days = props.get("retention_lock")
    refusal = weaker_lock(name, _locked_days(s3, bucket), days)
    if refusal:
        raise ServerError(refusal)
    if days is not None:
        s3.put_object_lock_configuration(
            Bucket=bucket,
            ObjectLockConfiguration={
                "ObjectLockEnabled": "Enabled",
                "Rule": {"DefaultRetention": {"Mode": props["lock_mode"], "Days": int(days)}},
            },
        )


def _locked_days(s3: S3Client, bucket: str) -> int | None:
    try:
        found = s3.get_object_lock_configuration(Bucket=bucket)
    except botocore.exceptions.ClientError as error:
        if error.response["Error"]["Code"] != "ObjectLockConfigurationNotFoundError":
            raise
        return None
    return found["ObjectLockConfiguration"].get("Rule", {}).get("DefaultRetention", {}).get("Days")


def _lifecycle(s3: S3Client, bucket: str, rules: Mapping[str, Mapping[str, Any]]) -> None:
    if rules:
        wanted = [lifecycle_rule(name, rule) for name, rule in sorted(rules.items())]
        s3.put_bucket_lifecycle_configuration(Bucket=bucket, LifecycleConfiguration={"Rules": wanted})
    else:
        s3.delete_bucket_lifecycle(Bucket=bucket)


def lifecycle_rule(name: str, rule: Mapping[str, Any]) -> LifecycleRuleTypeDef:
    wanted: LifecycleRuleTypeDef = {"ID": name, "Status": "Enabled", "Filter": {"Prefix": rule.get("prefix") or ""}}
    if rule.get("expire_after_days"):
        wanted["Expiration"] = {"Days": int(rule["expire_after_days"])}
    if rule.get("noncurrent_expire_after_days"):
        wanted["NoncurrentVersionExpiration"] = {"NoncurrentDays": int(rule["noncurrent_expire_after_days"])}
    return wanted


def _cors(s3: S3Client, bucket: str, rules: list[Mapping[str, Any]]) -> None:
    if rules:
        s3.put_bucket_cors(Bucket=bucket, CORSConfiguration={"CORSRules": [cors_rule(rule) for rule in rules]})
    else:
        s3.delete_bucket_cors(Bucket=bucket)


def cors_rule(rule: Mapping[str, Any]) -> CORSRuleTypeDef:
    return {
        "AllowedOrigins": list(rule["origins"]),
        "AllowedMethods": list(rule["methods"]),
        "AllowedHeaders": list(rule["headers"]),
        "MaxAgeSeconds": int(rule["max_age_seconds"]),
    }


def _public(s3: S3Client, bucket: str, *, wanted: bool) -> None:
    if wanted:
        s3.put_bucket_policy(Bucket=bucket, Policy=json.dumps(public_policy(bucket)))
        return
    try:
        s3.delete_bucket_policy(Bucket=bucket)
    except botocore.exceptions.ClientError as error:
        if error.response["Error"]["Code"] != "NoSuchBucketPolicy":
            raise


def public_policy(bucket: str) -> dict[str, Any]:
    """Anyone may read an object whose key they know; nobody may list them."""
    statement = {
        "Effect": "Allow",
        "Principal": "*",
        "Action": ["s3:GetObject"],
        "Resource": [f"arn:aws:s3:::{bucket}/*"],
    }
    return {"Version": "2012-10-17", "Statement": [statement]}
