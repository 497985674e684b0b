"""The configuration of a SeaweedFS server with one bucket: how it is started, who may do what, and how its parts trust
each other."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Collection, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Literal

if TYPE_CHECKING:
    from infra_kit.component import Scope

ADMIN, APP, CDN = "INFRAKITADMIN", "INFRAKITAPP", "INFRAKITCDN"
"""Access keys: ours, the application's, the Cdn's. Their secret keys are told to `identities`."""

GENERATION = "INFRAKITGENERATION"
"""An access key without any right, whose secret key is another one whenever an identity changes."""

REGION = "us-east-1"
"""SeaweedFS accepts every region; clients want one, and this is S3's default."""

PROBE = "infra.kit.probe"
"""A bucket of our own with one object of the same name. The gateway lists buckets before the volumes have reported to
the master, and until then every object fails: only reading one back tells."""

KEYS = ("admin_key", "app_key", "cdn_key")
"""The secret keys of the three, as `identities` reads them."""
TOKENS = ("volume_write", "volume_read", "filer_write", "filer_read", "admin_password")
"""What weed's parts sign for each other with, as `security` reads them."""

_PARTS = ("master", "volume", "filer", "s3", "admin", "worker", "client")

_BUCKET_ACTIONS = (
    "s3:ListBucket", "s3:ListBucketVersions", "s3:ListBucketMultipartUploads", "s3:GetBucketLocation",
    "s3:GetBucketVersioning",
)  # fmt: skip
_OBJECT_ACTIONS = (
    "s3:GetObject", "s3:GetObjectVersion", "s3:GetObjectTagging", "s3:GetObjectRetention", "s3:PutObject",
    "s3:PutObjectTagging", "s3:DeleteObject", "s3:DeleteObjectVersion", "s3:DeleteObjectTagging",
    "s3:AbortMultipartUpload", "s3:ListMultipartUploadParts",
)  # fmt: skip
_LINK_ACTIONS = {
    "read": ("s3:GetObject", "s3:GetObjectVersion", "s3:GetObjectTagging", "s3:GetObjectRetention"),
    "write": ("s3:PutObject", "s3:PutObjectTagging", "s3:AbortMultipartUpload", "s3:ListMultipartUploadParts"),
    "delete": ("s3:DeleteObject", "s3:DeleteObjectVersion", "s3:DeleteObjectTagging"),
}
"""On objects, by a link's access."""


def lock_mode(scope: Scope) -> Literal["COMPLIANCE", "GOVERNANCE"]:
    """Of a retention lock. Where the environment protects its data, nobody can shorten it or delete before its end,
    whatever their rights; elsewhere who has the administrator's key can."""
    return "COMPLIANCE" if scope.defaults.protect else "GOVERNANCE"


def bucket_name(app: str, name: str) -> str:
    """`<app>-<name>` in S3's letters: 3 to 63 of a-z, 0-9 and hyphens
    (https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucketnamingrules.html). The server keeps its first one."""
    prefix = re.sub(r"[^a-z0-9]+", "-", app.lower()).strip("-")
    return f"{prefix[: 62 - len(name)].rstrip('-')}-{name}".lstrip("-") if prefix else f"bucket-{name}"


def options(*, address: str, bind: str, conf: str, data: str, origin: str, more: Mapping[str, str]) -> list[str]:
    """`weed mini`'s own: one process with the S3 gateway and what it needs. Web UIs, WebDAV, table catalogs and
    telemetry are off.

    `weed mini`, not `weed server`: only mini brings the worker that carries lifecycle rules out.

    Args:
        address: by which its parts find each other.
        bind: what they listen on.
        conf, data: folders.
        origin: the one web page that a bucket without rules of its own lets in.
        more: what differs, e.g. ports.
    """
    flags = {
        **more,
        "dir": data,
        "ip": address,
        "ip.bind": bind,
        # The filer's and master's HTTP hand out write tokens to whoever asks; gRPC, which needs a certificate, stays.
        "disableHttp": "true",
        "s3.config": f"{conf}/s3.json",
        "s3.autoCreateBucket": "false",
        "s3.iam": "false",
        "s3.port.iceberg": "0",
        "s3.port.lance": "0",
        # Without rules of its own a bucket falls back on these, and their default is every web page.
        "s3.allowedOrigins": origin,
        "filer.allowedOrigins": origin,
        "webdav": "false",
        "webdav.port": "0",
        "admin.ui": "false",
        "master.telemetry": "false",
        "volume.preStopSeconds": "0",
    }
    return [f"-{flag}={value}" for flag, value in flags.items()]


def identities(secrets: Mapping[str, str], bucket: str) -> dict[str, Any]:
    """The application works with objects of its bucket; the Cdn reads them; neither changes the bucket itself."""
    bucket_arn = f"arn:aws:s3:::{bucket}"
    objects_arn = f"{bucket_arn}/*"
    return {
        "identities": [
            {**_identity("admin", ADMIN, secrets["admin_key"]), "actions": ["Admin"]},
            {**_identity("app", APP, secrets["app_key"]), "policyNames": ["app"]},
            {**_identity("cdn", CDN, secrets["cdn_key"]), "policyNames": ["cdn"]},
        ],
        "policies": [
            _policy("app", _allow(_BUCKET_ACTIONS, bucket_arn), _allow(_OBJECT_ACTIONS, objects_arn)),
            _policy("cdn", _allow(["s3:GetObject"], objects_arn)),
        ],
    }


def add_link(known: dict[str, Any], user: str, key: str, bucket: str, rights: Mapping[str, Any]) -> None:
    """Adds a link's identity to what `identities` made.

    Args:
        known: the identities.
        user: its name and access key.
        key: its secret key.
        bucket: the bucket.
        rights: `access`, some of read, write, delete; `prefix`, what its objects' keys begin with.
    """
    known["identities"].append({**_identity(user, user, key), "policyNames": [user]})
    known["policies"].append(_policy(user, *link_statements(bucket, rights["access"], rights["prefix"])))


def link_statements(bucket: str, access: Collection[str], prefix: str) -> list[dict[str, Any]]:
    """What a link may do, as statements of a policy."""
    bucket_arn = f"arn:aws:s3:::{bucket}"
    objects = [action for each in access for action in _LINK_ACTIONS[each]]
    statements = [
        _allow(objects, f"{bucket_arn}/{prefix}*"),
        _allow(["s3:GetBucketLocation", "s3:GetBucketVersioning"], bucket_arn),
    ]
    if "read" in access:
        within = {"Condition": {"StringLike": {"s3:prefix": [f"{prefix}*"]}}} if prefix else {}
        statements.append({**_allow(["s3:ListBucket", "s3:ListBucketVersions"], bucket_arn), **within})
    return statements


def add_generation(known: dict[str, Any], admin_key: str) -> str:
    """Adds the identity by which it is seen that a server has read its file again; returns its secret key."""
    key = hashlib.sha256(f"{admin_key} {json.dumps(known)}".encode()).hexdigest()
    known["identities"].append(_identity(GENERATION, GENERATION, key))
    return key


def _identity(name: str, access_key: str, secret_key: str) -> dict[str, Any]:
    return {"name": name, "credentials": [{"accessKey": access_key, "secretKey": secret_key}]}


def _policy(name: str, *statements: dict[str, Any]) -> dict[str, str]:
    return {"name": name, "content": json.dumps({"Version": "2012-10-17", "Statement": statements})}


def _allow(actions: Sequence[str], arn: str) -> dict[str, Any]:
    return {"Effect": "Allow", "Action": list(actions), "Resource": [arn]}


def security(conf: str, secrets: Mapping[str, str]) -> str:
    """Tokens on every HTTP port, client certificates on every gRPC port: without them, whoever reaches the ports could
    read the data past the S3 gateway. `ca.crt`, `weed.crt` and `weed.key` stand in the folder `conf`."""
    tables: dict[str, dict[str, str | bool]] = {
        "access": {"ui": False},
        "filer.expose_directory_metadata": {"enabled": False},
        "jwt.signing": {"key": secrets["volume_write"]},
        "jwt.signing.read": {"key": secrets["volume_read"]},
        "jwt.filer_signing": {"key": secrets["filer_write"]},
        "jwt.filer_signing.read": {"key": secrets["filer_read"]},
        "admin": {"user": "admin", "password": secrets["admin_password"]},
        "grpc": {"ca": f"{conf}/ca.crt"},
        **{f"grpc.{part}": {"cert": f"{conf}/weed.crt", "key": f"{conf}/weed.key"} for part in _PARTS},
    }
    # A JSON scalar is a TOML scalar.
    return "\n".join(
        f"[{table}]\n" + "".join(f"{key} = {json.dumps(value)}\n" for key, value in values.items())
        for table, values in tables.items()
    )
