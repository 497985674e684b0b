"""What a link to an ObjectStore may do on Google Cloud: a role an access, on this bucket, below its prefix.

- `write` makes new objects. Who puts an object in another's place needs the right to delete, says Google
  (https://cloud.google.com/storage/docs/access-control/iam-roles): ask for `delete` too where that happens.
- `delete` is a role of the link's own, for Google has none that deletes and does nothing else.
- Whoever is linked may look whether the bucket is there, as S3 clients do, and list it only with `read`.
"""

from __future__ import annotations

from typing import Any

import pulumi
import pulumi_random as random
from pulumi_gcp import projects, serviceaccount, storage

from infra_kit.component import Scope
from infra_kit.components.object_store import prefix_of
from infra_kit.links import Link
from infra_kit.providers.gcp.apis import api

READ, WRITE = "roles/storage.objectViewer", "roles/storage.objectCreator"
LOOK = "roles/storage.bucketViewer"
DELETE = "storage.objects.delete"
SUFFIX_BYTES = 4


def grants(
    scope: Scope, link: Link, bucket: pulumi.Output[str], account: serviceaccount.Account
) -> list[pulumi.Resource]:
    """What lets the account do it."""
    if "write" in link.access and "delete" not in link.access:
        pulumi.log.info(
            f"{scope.what}: links: {link}: 'write' on gcp makes new objects and puts none in another's place. Say "
            "link('write', 'delete') where that happens.",
            scope.parent,
        )
    roles: dict[str, pulumi.Input[str]] = {"bucket-viewer": LOOK}
    if "read" in link.access:
        roles["object-viewer"] = READ
    if "write" in link.access:
        roles["object-creator"] = WRITE
    if "delete" in link.access:
        roles["object-deleter"] = _deleter(scope, link)
    return [
        scope.resource(
            f"link-{link.key}-{what}",
            storage.BucketIAMMember,
            bucket=bucket,
            role=role,
            member=account.member,
            condition=None if what == "bucket-viewer" else _below(prefix_of(link), bucket),
        )
        for what, role in roles.items()
    ]


def _deleter(scope: Scope, link: Link) -> pulumi.Output[str]:
    # An id of a role that is deleted is not free again for weeks, so it is one by chance.
    made = scope.resource(
        f"link-{link.key}-deleter-id", random.RandomId, byte_length=SUFFIX_BYTES, prefix="infra_kit_deleter_"
    )
    role = scope.resource(
        f"link-{link.key}-deleter",
        projects.IAMCustomRole,
        depends_on=[api(scope, "iam")],
        role_id=made.hex,
        title=f"{scope.target.app} {scope.name} deletes in {link.to.name}"[:100],
        permissions=[DELETE],
    )
    return role.name


def _below(prefix: str, bucket: pulumi.Output[str]) -> dict[str, Any] | None:
    """Objects with the prefix, and lists of them (https://cloud.google.com/iam/docs/conditions-resource-attributes)."""
    if not prefix:
        return None
    object_ = f'resource.name.startsWith("projects/_/buckets/{{0}}/objects/{prefix}")'
    listed = f'api.getAttribute("storage.googleapis.com/objectListPrefix", "").startsWith("{prefix}")'
    return {"title": f"below {prefix}"[:100], "expression": pulumi.Output.format(f"{object_} || {listed}", bucket)}
