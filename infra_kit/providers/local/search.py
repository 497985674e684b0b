"""Search on this machine: OpenSearch itself, one node, from its own releases. It has no TLS.

It needs a Java of the machine's, and `infra-kit[search]`: see `opensearch_build`. Its heap is half of `memory_gb` at
most, of which it takes what it needs; `storage_gb` bounds nothing here: the disk is the machine's.
"""

from __future__ import annotations

import dataclasses

import pulumi

from infra_kit import features
from infra_kit.component import Scope
from infra_kit.components.search import SearchEndpoint, SearchSpec
from infra_kit.links import Grant, Link
from infra_kit.providers.common import opensearch, urls
from infra_kit.providers.local.resource import SearchServer, SearchUser, server, user

SUPPORTS = frozenset({features.version("2")})
HINTS = {
    features.READ_REPLICAS: "one machine holds one node; set replicas=0 here",
    features.HIGH_AVAILABILITY: "one machine cannot stand in for itself; set high_availability=False here",
    features.version("3"): "OpenSearch's security plugin is in Maven Central up to 2.19; set version='2', or accept "
    "the gap: 2.19 has what both versions have",
}


def create(scope: Scope, spec: SearchSpec) -> SearchEndpoint:
    calls = [dataclasses.asdict(call) for call in opensearch.indexes(spec)]
    made = server(scope, "server", SearchServer, memory_gb=spec.memory_gb, calls=calls)
    return SearchEndpoint(
        host=made.public["host"],
        port=made.public["port"].apply(int),
        username=made.public["username"],
        password=made.private["password"],
        tls=pulumi.Output.from_input(False),  # noqa: FBT003  the value itself
        ca_certificate=pulumi.Output.from_input(None),
        url=made.private["url"],
    )


def link(scope: Scope, link: Link) -> Grant:
    there: SearchEndpoint = link.to.endpoint
    rights = {"access": link.access[0], "indexes": list(link.only.get("indexes", ()))}
    made = user(scope, link, SearchUser, rights, port=there.port)
    username, password = made.public["username"], made.private["password"]
    url = urls.as_user(there.url, username=username, password=password)
    mine = dataclasses.replace(there, username=username, password=password, url=url)
    return mine.grant(depends_on=[made])
