"""ObjectStore on Cloudflare: a bucket of R2, reached by its S3 API with a pair of keys.

- The pair is an API token of the account's that may use objects of this bucket and nothing else: the access key is its
  id, the secret key the SHA-256 of its value (https://developers.cloudflare.com/r2/api/tokens/). A link has its own.
- A token reads, or it reads, writes and deletes: links that ask for another access, or for a prefix, are refused.
- Objects are encrypted and no public address leads to them; nothing is charged for what is read out.
- What is deleted is gone: R2 keeps no versions, so production's copies are those of its users.
- `archive_after_days` is the class Infrequent Access, which is read as fast and charges for it
  (https://developers.cloudflare.com/r2/buckets/storage-classes/).
"""

from __future__ import annotations

import dataclasses
import hashlib
import json
from collections.abc import Sequence
from typing import Any, cast

import pulumi
import pulumi_cloudflare as cloudflare
import pulumi_random as random

from infra_kit import features
from infra_kit.component import Scope
from infra_kit.components.object_store import CorsRule, LifecycleRule, ObjectStoreEndpoint, ObjectStoreSpec, prefix_of
from infra_kit.errors import SpecError
from infra_kit.links import Grant, Link
from infra_kit.providers.cloudflare.settings import CloudflareSettings

SUPPORTS = frozenset({features.ARCHIVE, features.EXPIRE, features.CORS})
HINTS = {
    features.VERSIONING: "R2 keeps one version of an object; place the store on aws, gcp or vps, or leave it out",
    features.RETENTION_LOCK: "whoever may change a bucket of R2 may lift its locks; place the store on aws, gcp or vps",
    features.PUBLIC_READ: "the S3 API of R2 answers nobody without keys; put a Cdn before the store",
}

DAY = 86_400
SUFFIX_BYTES = 4
READ, WRITE = "6a018a9f2fc74eb6b293b0c548f38b39", "2efd5506f9c8494dacb1fa10a3e7d5b6"
"""The permissions Workers R2 Storage Bucket Item Read, and Write, which reads and deletes too
(https://developers.cloudflare.com/r2/api/tokens/)."""
ACCESSES = {("read",): READ, ("delete", "read", "write"): WRITE}


@dataclasses.dataclass(frozen=True, kw_only=True)
class R2Bucket:
    """A bucket's handles, for the links to it."""

    account: str
    resource: pulumi.Output[str]
    """What tokens call it."""


def create(scope: Scope, spec: ObjectStoreSpec) -> ObjectStoreEndpoint:
    settings = cast(CloudflareSettings, scope.target.settings)
    bucket = _bucket(scope, settings)
    _rules(scope, spec, bucket)
    key = f"com.cloudflare.edge.r2.bucket.{settings.account}_{settings.jurisdiction}_"
    native = R2Bucket(account=settings.account, resource=bucket.name.apply(lambda name: key + name))
    token = _token(scope, "token", native, WRITE)
    part = "" if settings.jurisdiction == "default" else f".{settings.jurisdiction}"
    return ObjectStoreEndpoint(
        bucket=bucket.name,
        s3_endpoint=pulumi.Output.from_input(f"https://{settings.account}{part}.r2.cloudflarestorage.com"),
        region=pulumi.Output.from_input("auto"),
        access_key=token.id,
        secret_key=_secret(token),
        force_path_style=pulumi.Output.from_input(True),  # noqa: FBT003
        native=native,
    )


def _bucket(scope: Scope, settings: CloudflareSettings) -> cloudflare.R2Bucket:
    # Its name is said by us, for Cloudflare makes none: by chance, so that what is retained is in no successor's way.
    name = scope.resource("name", random.RandomId, byte_length=SUFFIX_BYTES, prefix=f"{scope.name}-")
    return scope.resource(
        "bucket",
        cloudflare.R2Bucket,
        stateful=True,
        retain_on_delete=True,
        account_id=settings.account,
        name=name.hex,
        jurisdiction=settings.jurisdiction,
        location=settings.location,
    )


def _rules(scope: Scope, spec: ObjectStoreSpec, bucket: cloudflare.R2Bucket) -> None:
    """Of a bucket: how its objects age, and which pages use it."""
    of: dict[str, Any] = {"account_id": bucket.account_id, "bucket_name": bucket.name}
    of["jurisdiction"] = bucket.jurisdiction
    rules = [_lifecycle(name, rule) for name, rule in sorted(spec.lifecycle.items())]
    if rules:
        scope.resource("lifecycle", cloudflare.R2BucketLifecycle, **of, rules=rules)
    if spec.cors:
        scope.resource("cors", cloudflare.R2BucketCors, **of, rules=[_cors(rule) for rule in spec.cors])


def _lifecycle(name: str, rule: LifecycleRule) -> dict[str, Any]:
    made: dict[str, Any] = {"id": name, "enabled": True, "conditions": {"prefix": rule.prefix}}
    if rule.archive_after_days:
        to = {"condition": _age(rule.archive_after_days), "storage_class": "InfrequentAccess"}
        made["storage_class_transitions"] = [to]
    if rule.expire_after_days:
        made["delete_objects_transition"] = {"condition": _age(rule.expire_after_days)}
    return made


def _age(days: int) -> dict[str, Any]:
    return {"type": "Age", "max_age": days * DAY}


def _cors(rule: CorsRule) -> dict[str, Any]:
    allowed = {"origins": list(rule.origins), "methods": list(rule.methods), "headers": list(rule.headers)}
    return {"allowed": allowed, "expose_headers": ["ETag"], "max_age_seconds": rule.max_age_seconds}


def _token(scope: Scope, role: str, bucket: R2Bucket, permission: str) -> cloudflare.AccountToken:
    resources = bucket.resource.apply(lambda key: json.dumps({key: "*"}))
    return scope.resource(
        role,
        cloudflare.AccountToken,
        account_id=bucket.account,
        name=f"{scope.target.app} {scope.environment} {scope.name} {role}",
        policies=[{"effect": "allow", "permission_groups": [{"id": permission}], "resources": resources}],
    )


def _secret(token: cloudflare.AccountToken) -> pulumi.Output[str]:
    return pulumi.Output.secret(token.value.apply(lambda value: hashlib.sha256(value.encode()).hexdigest()))


def link(scope: Scope, link: Link) -> Grant:
    there: ObjectStoreEndpoint = link.to.endpoint
    permission = _permission(scope, link, sorted(link.access))
    token = _token(scope, f"link-{link.key}-token", cast(R2Bucket, there.native), permission)
    mine = dataclasses.replace(there, access_key=token.id, secret_key=_secret(token))
    return mine.grant(link, keys=True, depends_on=[token])


def _permission(scope: Scope, link: Link, access: Sequence[str]) -> str:
    """Raises `SpecError` where R2 could only give more than the link asks for."""
    where = f"{scope.what}: links: {link}"
    if prefix_of(link):
        raise SpecError(
            f"{where}: prefix: given {prefix_of(link)!r}; a token of R2 is for all objects of a bucket. Give what is "
            "below the prefix an ObjectStore of its own."
        )
    if tuple(access) not in ACCESSES:
        raise SpecError(
            f"{where}: access: given {', '.join(access)}; a token of R2 reads, or it reads, writes and deletes. Say "
            "link('read') or link('read', 'write', 'delete')."
        )
    return ACCESSES[tuple(access)]
