"""What a link to an ObjectStore lets a role do: an access is what S3 calls so, on this bucket, below its prefix.

- `write` also replaces, because S3 knows no difference. `delete` hides a version and removes none.
- Whoever is linked may look whether the bucket is there, as S3 clients do, and list it with `read` only.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from infra_kit.components.object_store import prefix_of
from infra_kit.links import Link
from infra_kit.providers.aws.documents import Text
from infra_kit.providers.aws.policies import Statement, allow

if TYPE_CHECKING:
    from infra_kit.providers.aws.object_store import AwsBucket

OBJECTS = {
    "read": ("GetObject", "GetObjectVersion"),
    "write": ("PutObject", "AbortMultipartUpload", "ListMultipartUploadParts"),
    "delete": ("DeleteObject",),
}
KEY = {"read": "kms:Decrypt", "write": "kms:GenerateDataKey"}
"""Of the bucket's key; the parts of an upload are decrypted when they are put together."""


def statements(link: Link, bucket: AwsBucket) -> list[Statement]:
    prefix = prefix_of(link)
    actions = [f"s3:{action}" for access in link.access for action in OBJECTS[access]]
    found = [
        allow(actions, Text(bucket.arn, f"/{prefix}*")),
        allow(["s3:GetBucketLocation"], bucket.arn),
    ]
    if "read" in link.access:
        below = {"StringLike": {"s3:prefix": f"{prefix}*"}} if prefix else {}
        found.append(allow(["s3:ListBucket"], bucket.arn, **below))
    uses = {KEY[access] for access in link.access if access in KEY} | (
        {KEY["read"]} if "write" in link.access else set()
    )
    if bucket.key is not None and uses:
        found.append(allow(sorted(uses), bucket.key))
    return found
