"""ObjectStore on this machine: a SeaweedFS server with one bucket of its own."""

from __future__ import annotations

import dataclasses

import pulumi

from infra_kit import features
from infra_kit.component import Scope
from infra_kit.components.object_store import ObjectStoreEndpoint, ObjectStoreSpec, prefix_of
from infra_kit.links import Grant, Link
from infra_kit.providers.common.seaweed import bucket_name, lock_mode
from infra_kit.providers.local.resource import ObjectStoreKey, ObjectStoreServer, server, user

SUPPORTS = frozenset(
    {features.VERSIONING, features.EXPIRE, features.RETENTION_LOCK, features.CORS, features.PUBLIC_READ}
)

HINTS = {
    features.ARCHIVE: "SeaweedFS refuses lifecycle transitions, and a laptop has no cheaper storage to move objects to",
}


@dataclasses.dataclass(frozen=True, kw_only=True)
class LocalBucket:
    """The key pair that only reads, for a Cdn."""

    access_key: pulumi.Output[str]
    secret_key: pulumi.Output[str]


def create(scope: Scope, spec: ObjectStoreSpec) -> ObjectStoreEndpoint:
    store = server(
        scope,
        "server",
        ObjectStoreServer,
        bucket=bucket_name(scope.target.app or pulumi.get_stack(), scope.name),
        lock_mode=lock_mode(scope),
        **spec.model_dump(mode="json"),
    )
    return ObjectStoreEndpoint(
        bucket=store.public["bucket"],
        s3_endpoint=store.public["s3_endpoint"],
        region=store.public["region"],
        access_key=store.public["access_key"],
        secret_key=store.private["secret_key"],
        force_path_style=pulumi.Output.from_input(True),  # noqa: FBT003
        native=LocalBucket(access_key=store.public["cdn_access_key"], secret_key=store.private["cdn_secret_key"]),
    )


def link(scope: Scope, link: Link) -> Grant:
    there: ObjectStoreEndpoint = link.to.endpoint
    rights = {"access": list(link.access), "prefix": prefix_of(link)}
    key = user(scope, link, ObjectStoreKey, rights, s3_endpoint=there.s3_endpoint)
    mine = dataclasses.replace(there, access_key=key.public["username"], secret_key=key.private["password"])
    return mine.grant(link, keys=True, depends_on=[key])
