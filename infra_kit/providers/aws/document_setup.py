"""What DocumentDB has no API for: users, collections, indexes, and what expires.

A function makes them (`network_functions`, `lambdas/document_setup.py`), whenever what it is told changes. AWS keeps
and rotates the master's password (weekly), so the next `up` calls it again, to no effect.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from functools import cache
from typing import Any

import pulumi
from pulumi_aws import docdb, lambda_

from infra_kit.component import Scope
from infra_kit.components.document_store import DocumentStoreSpec
from infra_kit.providers.aws import network_functions
from infra_kit.providers.aws.documents import dumps
from infra_kit.providers.aws.network_functions import Inside
from infra_kit.providers.common import documents, documents_setup
from infra_kit.providers.common.gathered import Gathered

DRIVER = ("pymongo",)
"""Without its parts in C it does the same, and runs on any processor."""
OF_LINKS = "link__"
"""What the names of links' users begin with, so that those of links that are gone can be told."""


@dataclasses.dataclass(frozen=True, kw_only=True)
class User:
    """Who is let in."""

    name: str
    password: pulumi.Output[str]
    """Secret."""
    access: str

    def told(self, database: str) -> dict[str, Any]:
        return {"name": self.name, "password": self.password, "roles": documents.roles(self.access, database)}


def run(
    scope: Scope,
    spec: DocumentStoreSpec,
    cluster: docdb.Cluster,
    *,
    inside: Inside,
    after: Sequence[pulumi.Resource],
    master: pulumi.Output[str],
    owner: User,
    links: Gathered[User],
) -> lambda_.Invocation:
    """Has the cluster set up, once an instance of it stands (`after`). What needs that waits for the result."""
    users = links.then(
        lambda them: [it.told(spec.database) for it in (owner, *sorted(them, key=lambda user: user.name))]
    )
    wanted = dumps(
        {
            "host": cluster.endpoint,
            "port": documents.PORT,
            "master": master,
            "database": spec.database,
            "collections": documents.collections(spec),
            "users": users,
            "links": OF_LINKS,
        }
    )
    does = "Makes the users, collections and indexes of DocumentStore"
    function = network_functions.create(scope, "setup", "document_setup", does, inside, code=code())
    return scope.resource(
        "setup-run",
        lambda_.Invocation,
        function_name=function.name,
        input=pulumi.Output.secret(wanted),
        triggers={"code": function.code_sha256},
        depends_on=after,
    )


@cache
def code() -> pulumi.AssetArchive:
    """The function and what it imports."""
    return network_functions.archive("document_setup", DRIVER, [documents_setup])
