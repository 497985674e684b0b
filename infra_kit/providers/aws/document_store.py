"""DocumentStore on AWS: Amazon DocumentDB, one cluster of instances over storage that grows by itself.

- The master user is nobody's but the set-up's; AWS keeps and rotates its password. The endpoint's user and those of
  links are made by the set-up (`document_setup`), each held to the one database.
- TLS is forced, and signed by RDS's authorities of the region, which no system knows: clients are given
  `ca_certificate`. Writes are not retried by drivers, which DocumentDB does not take: the URL says so
  (https://docs.aws.amazon.com/documentdb/latest/developerguide/functional-differences.html#functional-differences.retryable-writes).
- Storage is in three zones whatever is asked; `high_availability` is a second instance, which takes over in another
  zone. Any instance may take over from a lost one, the standby before others.
- A cluster stays encrypted as it was made: with a key of its own where the environment had own keys then, else with
  that of RDS. To change that, restore a snapshot into a new one.
- There are always backups, with any moment of their retention, a day at least
  (https://docs.aws.amazon.com/documentdb/latest/developerguide/backup_restore.html).
- Deletion protection is the spec's. Changes take place at once: who runs `up` has seen them in the plan, and means now.
- Where the environment watches, logins and what changes users, collections and indexes are logged; reads and writes,
  which are many and hold documents, are not
  (https://docs.aws.amazon.com/documentdb/latest/developerguide/event-auditing.html).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import pulumi
from pulumi_aws import docdb

from infra_kit import features
from infra_kit.component import Scope
from infra_kit.components.document_store import DocumentStoreEndpoint, DocumentStoreSpec
from infra_kit.components.network import Network
from infra_kit.links import Grant, Link
from infra_kit.providers.aws import (
    document_cluster,
    document_setup,
    keys,
    master_secrets,
    network_functions,
    sizes,
    tunnel,
)
from infra_kit.providers.aws.document_setup import OF_LINKS, User
from infra_kit.providers.aws.grants import AwsGrant, Opening
from infra_kit.providers.aws.network import AwsNetwork
from infra_kit.providers.aws.network_functions import Inside
from infra_kit.providers.aws.security import database_group
from infra_kit.providers.common import documents, passwords, urls
from infra_kit.providers.common.gathered import Gathered
from infra_kit.providers.common.link_users import user_name
from infra_kit.providers.common.networks import check_same
from infra_kit.providers.common.sizes import choose
from infra_kit.providers.common.waiting import after

SUPPORTS = frozenset(
    {
        features.DEDICATED_CPU,
        features.READ_REPLICAS,
        features.HIGH_AVAILABILITY,
        features.BACKUPS,
        features.POINT_IN_TIME,
    }
    | {features.version(version) for version in document_cluster.ENGINES}
)

QUERY = f"{documents.QUERY}&tls=true&retryWrites=false"


@dataclass(frozen=True, kw_only=True)
class AwsDocuments:
    """What links need of a cluster, and what it is measured by."""

    network: Network
    group: pulumi.Output[str]
    links: Gathered[User]
    host: pulumi.Output[str]
    reader: pulumi.Output[str]
    """The same where there is one instance."""
    cluster: docdb.Cluster
    instances: Mapping[str, docdb.ClusterInstance]
    """By role; the first is `server`."""
    memory_gb: float
    """Of each instance."""


def create(scope: Scope, spec: DocumentStoreSpec) -> DocumentStoreEndpoint:
    network = scope.native(scope.network, AwsNetwork)
    size = choose(scope, sizes.DOCUMENTDB, cpu=spec.cpu, memory_gb=spec.memory_gb, dedicated_cpu=spec.dedicated_cpu)
    clients, way = network_functions.client_group(scope, network, documents.PORT)
    group = database_group(scope, network, documents.PORT, clients)
    tunnel.let_in(scope, group, documents.PORT)
    key = keys.key_arn(scope, services=[keys.LOGS])
    cluster = document_cluster.cluster(scope, spec, network, group=group, key=key)
    instances = document_cluster.instances(scope, spec, cluster, size)
    owner = User(name=documents.APP, password=passwords.secret(scope), access="owner")
    links: Gathered[User] = Gathered("links")
    done = document_setup.run(
        scope,
        spec,
        cluster,
        inside=Inside(network=network, group=clients, key=key),
        after=[way, *instances.values()],
        master=master_secrets.kept(scope, cluster.master_user_secrets),
        owner=owner,
        links=links,
    )
    host = after(cluster.endpoint, done)
    native = AwsDocuments(
        network=scope.network,
        group=group,
        links=links,
        host=host,
        reader=after(cluster.reader_endpoint, done) if len(instances) > 1 else host,
        cluster=cluster,
        instances=instances,
        memory_gb=size.memory_gb,
    )
    return DocumentStoreEndpoint(
        port=pulumi.Output.from_input(documents.PORT),
        database=pulumi.Output.from_input(spec.database),
        tls=pulumi.Output.from_input(True),  # noqa: FBT003  the value itself
        ca_certificate=network_functions.certificate(done),
        native=native,
        **_as_user(native, owner, spec.database),
    )


def link(scope: Scope, link: Link) -> Grant:
    there = scope.native(link.to, AwsDocuments)
    check_same(scope, link, there.network)
    secret = passwords.of_link(scope, link)
    user = User(name=OF_LINKS + user_name(scope.name, link), password=secret, access=link.access[0])
    there.links.add(user)
    mine = replace(link.to.endpoint, **_as_user(there, user, link.to.spec.database))
    grant: Grant = mine.grant(native=AwsGrant(opening=Opening(group=there.group, port=documents.PORT)))
    return grant


def _as_user(there: AwsDocuments, user: User, database: str) -> dict[str, Any]:
    """What of the endpoint is the user's."""
    reached = [
        urls.url(
            "mongodb",
            username=user.name,
            password=user.password,
            host=host,
            port=documents.PORT,
            path=database,
            query=QUERY,
        )
        for host in (there.host, there.reader)
    ]
    return {
        "host": there.host,
        "username": pulumi.Output.from_input(user.name),
        "password": pulumi.Output.secret(user.password),
        "url": reached[0],
        "reader_url": reached[1],
    }
