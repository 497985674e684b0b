"""The configuration of a SeaweedFS server: who may do what, and how its parts trust each other."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import trustme

from infra_kit.providers.local import builds, home
from infra_kit.providers.local.box import Box, Record
from infra_kit.providers.local.ports import LOOPBACK

ADMIN, APP, CDN = "INFRAKITADMIN", "INFRAKITAPP", "INFRAKITCDN"
"""Access keys: ours, the application's, the Cdn's. Their secret keys are in the record."""

ADMIN_PORT_GAP = 10_000
"""weed's own maintenance worker looks for the admin server's gRPC at its HTTP port + 10000, whatever was configured
(seaweedfs 4.48, weed/command/worker_runtime.go)."""

PORT_FLAGS = (
    "s3.port", "s3.port.grpc", "filer.port", "filer.port.grpc", "master.port", "master.port.grpc", "volume.port",
    "volume.port.grpc", "admin.port.grpc", "admin.port",
)  # fmt: skip
"""In the order of the record's ports."""

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


def command(box: Box, record: Record) -> list[str]:
    """One process with the S3 gateway and what it needs; web UIs, WebDAV, table catalogs and telemetry are off.

    `weed mini`, not `weed server`: only mini brings the worker that carries lifecycle rules out.
    """
    own = f"http://{LOOPBACK}:{record.ports[0]}"
    flags = {
        **{flag: str(port) for flag, port in zip(PORT_FLAGS, record.ports, strict=True)},
        "dir": str(box.data),
        "ip": LOOPBACK,
        "ip.bind": LOOPBACK,
        # The filer's and master's HTTP hand out write tokens to whoever asks; gRPC, which needs a certificate, stays.
        "disableHttp": "true",
        "s3.config": str(box.conf / "s3.json"),
        "s3.autoCreateBucket": "false",
        "s3.iam": "false",
        "s3.port.iceberg": "0",
        "s3.port.lance": "0",
        # Without rules of its own a bucket falls back on these, and their default is every web page.
        "s3.allowedOrigins": own,
        "filer.allowedOrigins": own,
        "filer.localSocket": str(box.path / "filer.sock"),
        "s3.localSocket": str(box.path / "s3.sock"),
        "webdav": "false",
        "webdav.port": "0",
        "admin.ui": "false",
        "master.telemetry": "false",
        "volume.preStopSeconds": "0",
    }
    options = [f"-{flag}={value}" for flag, value in flags.items()]
    return [str(builds.script("weed")), f"-config_dir={box.conf}", f"-logdir={_logs(box)}", "mini", *options]


def shared_sockets(ports: Sequence[int]) -> list[Path]:
    """What weed mini leaves behind outside of its box: the paths are fixed in it (4.48, weed/command/mini.go)."""
    numbers = dict(zip(PORT_FLAGS, ports, strict=False))
    parts = [flag.removesuffix(".port.grpc") for flag in PORT_FLAGS if flag.endswith(".grpc")]
    return [Path(f"/tmp/seaweedfs-{part}-grpc-{numbers.get(f'{part}.port.grpc')}.sock") for part in parts]  # noqa: S108


def write(box: Box, record: Record) -> None:
    """Writes `s3.json` (identities), `security.toml` (tokens and certificates between weed's own parts)."""
    home.make_private(_logs(box), box.user)
    box.write("s3.json", json.dumps(identities(record.secrets, record.facts["bucket"]), indent=1))
    _certificates(box)
    box.write("security.toml", security(str(box.conf), record.secrets))


def _logs(box: Box) -> Path:
    return box.path / "log"


def identities(secrets: dict[str, str], bucket: str) -> dict[str, Any]:
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
            _policy("app", (_BUCKET_ACTIONS, bucket_arn), (_OBJECT_ACTIONS, objects_arn)),
            _policy("cdn", (("s3:GetObject",), objects_arn)),
        ],
    }


def _identity(name: str, access_key: str, secret_key: str) -> dict[str, Any]:
    return {"name": name, "credentials": [{"accessKey": access_key, "secretKey": secret_key}]}


def _policy(name: str, *grants: tuple[tuple[str, ...], str]) -> dict[str, str]:
    statements = [{"Effect": "Allow", "Action": list(actions), "Resource": [arn]} for actions, arn in grants]
    return {"name": name, "content": json.dumps({"Version": "2012-10-17", "Statement": statements})}


def security(conf: str, secrets: dict[str, str]) -> str:
    """Tokens on every HTTP port, client certificates on every gRPC port: without them, whoever is on this machine
    could read the data past the S3 gateway."""
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


def _certificates(box: Box) -> None:
    """One certificate for all parts; the authority's key is forgotten, so that there never is a second."""
    if (box.conf / "weed.key").exists():
        return
    authority = trustme.CA(organization_name="infra-kit local")
    issued = authority.issue_cert(LOOPBACK)
    box.write("ca.crt", authority.cert_pem.bytes().decode())
    box.write("weed.crt", b"".join(blob.bytes() for blob in issued.cert_chain_pems).decode())
    box.write("weed.key", issued.private_key_pem.bytes().decode())
