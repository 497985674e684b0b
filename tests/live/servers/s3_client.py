"""A bucket's server as its handler wants it, and clients of it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import boto3
import botocore
import botocore.exceptions
import pytest
from botocore.config import Config

from infra_kit._dynamic import Props

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

BUCKET = "shop-files"


def props(home: Path, **changes: Any) -> Props:
    defaults: Props = {
        "kind": "local/object_store", "home": str(home), "stack": "test", "name": "files", "port": None,
        "retain": False, "bucket": BUCKET, "versioning": False, "lifecycle": {}, "retention_lock": None,
        "lock_mode": "COMPLIANCE", "cors": [], "public_read": False,
    }  # fmt: skip
    return {**defaults, **changes}


def s3(outs: Props, access_key: str | None = None, secret_key: str | None = None) -> S3Client:
    return boto3.client(
        "s3",
        endpoint_url=outs["public"]["s3_endpoint"],
        region_name=outs["public"]["region"],
        aws_access_key_id=access_key or outs["public"]["access_key"],
        aws_secret_access_key=secret_key or outs["private"]["secret_key"],
        config=Config(s3={"addressing_style": "path"}, retries={"total_max_attempts": 1}),
    )


def anonymous(outs: Props) -> S3Client:
    config = Config(s3={"addressing_style": "path"}, signature_version=botocore.UNSIGNED)
    return boto3.client(
        "s3", endpoint_url=outs["public"]["s3_endpoint"], region_name=outs["public"]["region"], config=config
    )


def refused(call: Any, **arguments: Any) -> str:
    """The code of the error that S3 answers with."""
    with pytest.raises(botocore.exceptions.ClientError) as caught:
        call(**arguments)
    return str(caught.value.response["Error"]["Code"])
