"""DocumentStore on this machine: SecantusDB from a wheel, which speaks MongoDB's protocol over MongoDB's own storage
engine, as one member of a replica set. It has no TLS here."""

from __future__ import annotations

import dataclasses
from functools import partial
from typing import get_args

import pulumi

from infra_kit import features
from infra_kit.component import Scope
from infra_kit.components.document_store import DocumentStoreEndpoint, DocumentStoreSpec, Version
from infra_kit.links import Grant, Link
from infra_kit.providers.common import documents, urls
from infra_kit.providers.local.resource import DocumentStoreServer, DocumentStoreUser, server, user

SUPPORTS = frozenset({features.DEDICATED_CPU} | {features.version(version) for version in get_args(Version)})
"""SecantusDB is held to MongoDB 8's answers (https://secantusdb.com/docs/validation-summary.html)."""

_ONE = "one machine cannot stand in for itself"
_NO_COPIES = "nothing copies it here: mongodump by its url does, or have it on aws; set backups=None here"
HINTS = {
    features.HIGH_AVAILABILITY: f"{_ONE}; set high_availability=False here",
    features.READ_REPLICAS: f"{_ONE}; set read_replicas=0 here, reader_url is the url then",
    features.BACKUPS: _NO_COPIES,
    features.POINT_IN_TIME: _NO_COPIES,
}


def create(scope: Scope, spec: DocumentStoreSpec) -> DocumentStoreEndpoint:
    made = server(
        scope,
        "server",
        DocumentStoreServer,
        protect=spec.deletion_protection,
        memory_gb=spec.memory_gb,
        database=spec.database,
        collections=documents.collections(spec),
    )
    url = made.private["url"]
    return DocumentStoreEndpoint(
        host=made.public["host"],
        port=made.public["port"].apply(int),
        database=made.public["database"],
        username=made.public["username"],
        password=made.private["password"],
        tls=pulumi.Output.from_input(False),  # noqa: FBT003  the value itself
        ca_certificate=pulumi.Output.from_input(None),
        url=url,
        reader_url=url,
    )


def link(scope: Scope, link: Link) -> Grant:
    there: DocumentStoreEndpoint = link.to.endpoint
    rights = {"roles": documents.roles(link.access[0], link.to.spec.database)}
    made = user(scope, link, DocumentStoreUser, rights, port=there.port)
    username, password = made.public["username"], made.private["password"]
    as_user = partial(urls.as_user, username=username, password=password)
    mine = dataclasses.replace(
        there, username=username, password=password, url=as_user(there.url), reader_url=as_user(there.reader_url)
    )
    return mine.grant(depends_on=[made])
