"""Postgres on AWS: RDS for PostgreSQL (not Aurora: seeds/004 wants what runs anywhere).

- The master user is nobody's but the set-up's; RDS keeps and rotates its password, unless there are replicas, of which
  it makes none then: see `postgres_master`. The endpoint's role is the application's own, with a generated password, in
  a secret of its own in Secrets Manager (`login_secrets`). RDS has no API for roles, databases and extensions: see
  `postgres_setup`.
- TLS is forced; URLs say `sslmode=require`. `ca_certificate` is RDS's authorities of the region, for `verify-full`.
- Disks are gp3, encrypted, of 20 GiB at least. A server stays encrypted as it was made: with a key of its own where the
  environment had own keys then, else with that of RDS. To change that, restore a snapshot into a new one.
- What production gets by default is the cheapest class that fits, a burstable one too: those of RDS run on unlimited
  credits, so they slow nobody down but may cost more when busy
  (https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/Concepts.DBInstanceClass.Types.html), and seeds/000 and
  seeds/004 start production on them. `dedicated_cpu=True` is the way out.
- Multi-AZ comes with `high_availability` alone. Why not CKV_AWS_157 in every production: it doubles the price.
- Deletion protection is the spec's. Why not CKV_AWS_293 outside of production: such stacks come and go.
- Changes take place at once: who runs `up` has seen them in the plan, and means now. Another major version is an
  upgrade in place, after a snapshot that RDS takes by itself; a parameter that needs a restart waits for one.
- A link is a role of its own (`postgres_links`). Who may reach the server stands in `security`.
- RDS makes the log groups of its exports by itself, and keeps them without end; set a retention there.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import get_args

import pulumi
from pulumi_aws import lambda_, rds

from infra_kit import features
from infra_kit.component import Scope
from infra_kit.components.network import Network
from infra_kit.components.postgres import DEFAULT_VERSION, PostgresEndpoint, PostgresSpec, Version
from infra_kit.features import Feature
from infra_kit.links import Grant, Link
from infra_kit.providers.aws import (
    keys,
    login_secrets,
    postgres_extensions,
    postgres_links,
    postgres_master,
    postgres_parameters,
    postgres_pooler,
    postgres_server,
    postgres_setup,
    sizes,
    tunnel,
)
from infra_kit.providers.aws.network import AwsNetwork
from infra_kit.providers.aws.postgres_functions import Inside
from infra_kit.providers.aws.postgres_links import Hosts, Links
from infra_kit.providers.aws.postgres_server import PORT, Place
from infra_kit.providers.aws.security import database_group
from infra_kit.providers.common.passwords import password
from infra_kit.providers.common.postgres_roles import OWNER
from infra_kit.providers.common.sizes import Size, choose
from infra_kit.providers.common.waiting import after
from infra_kit.settings import Settings

SUPPORTS = frozenset(
    {
        features.DEDICATED_CPU,
        features.READ_REPLICAS,
        features.HIGH_AVAILABILITY,
        features.POOLING,
        features.BACKUPS,
        features.POINT_IN_TIME,
    }
    # https://docs.aws.amazon.com/AmazonRDS/latest/PostgreSQLReleaseNotes/postgresql-release-calendar.html
    | {features.version(version) for version in get_args(Version)}
    | {features.extension(name) for name in postgres_extensions.NAMES}
)

HINTS = {Feature("extension"): "RDS does not offer it; run a server of your own on the target 'vps' where it is needed"}


def gaps(spec: PostgresSpec, _: Settings) -> Mapping[Feature, str]:
    """What RDS lacks, or has but for another version, or for one database only."""
    missing = features.gaps(spec.features(), SUPPORTS, HINTS)
    version = spec.version or DEFAULT_VERSION
    for name in spec.extensions:
        having = postgres_extensions.versions(name)
        if having and version not in having:
            missing[features.extension(name)] = f"RDS has it for version {', '.join(having)}, not for {version}"
    if postgres_extensions.CRON in spec.extensions and len(spec.databases) > 1:
        missing[features.extension(postgres_extensions.CRON)] = (
            f"a server has it in one database, and {len(spec.databases)} are asked for; give it a Postgres of its own"
        )
    return missing


@dataclass(frozen=True, kw_only=True)
class AwsPostgres:
    """What drivers of this target need of a Postgres."""

    network: Network
    server: rds.Instance
    replicas: tuple[rds.Instance, ...]
    group: pulumi.Output[str]
    key: pulumi.Output[str] | None
    links: Links
    secret: pulumi.Output[str]
    """The ARN of the secret of the application's role: JSON, `username` and `password`."""
    hosts: Hosts
    size: Size
    connections: int
    """How many each server takes."""
    pooler: pulumi.Output[str] | None
    """The name of the proxy before it; None without pooling."""
    clients: pulumi.Output[str]
    """The security group of what belongs to the server and speaks to it."""


def create(scope: Scope, spec: PostgresSpec) -> PostgresEndpoint:
    network = scope.native(scope.network, AwsNetwork)
    size = choose(scope, sizes.RDS, cpu=spec.cpu, memory_gb=spec.memory_gb, dedicated_cpu=spec.dedicated_cpu)
    clients, way = postgres_setup.client_group(scope, network, PORT)
    place = _place(scope, spec, network, size, clients)
    tunnel.let_in(scope, place.group, PORT)
    master = postgres_master.own_password(scope, spec, place.key)
    server = postgres_server.server(scope, spec, place, master)
    replicas = [postgres_server.replica(scope, server, place, number + 1) for number in range(spec.read_replicas)]
    owner = password(scope).result
    secret = _secret(scope, owner, place.key)
    links = Links()
    done = postgres_setup.run(
        scope,
        spec,
        server,
        inside=Inside(network=network, group=clients, key=place.key),
        after=[way],
        master=postgres_master.login(scope, server, master),
        password=owner,
        links=links.told(),
    )
    pooler = _pooler(
        scope, spec, server, place, network=network, clients=clients, secret=secret, links=links, done=done
    )
    native = AwsPostgres(
        network=scope.network,
        server=server,
        replicas=tuple(replicas),
        group=place.group,
        key=place.key,
        links=links,
        secret=secret,
        hosts=_hosts(server, replicas, pooler.host if pooler else server.address, done),
        pooler=pooler.name if pooler else None,
        size=size,
        connections=postgres_parameters.connections(spec, size),
        clients=clients,
    )
    return _endpoint(spec, native, owner, done)


def _hosts(
    server: rds.Instance, replicas: Sequence[rds.Instance], pooled: pulumi.Output[str], done: lambda_.Invocation
) -> Hosts:
    """Whoever uses an address waits until the roles and the databases are there."""
    host = after(server.address, done)
    return Hosts(
        server=host,
        readers=[after(replica.address, done) for replica in replicas] or [host],
        pooler=after(pooled, done),
    )


def link(scope: Scope, link: Link) -> Grant:
    return postgres_links.grant(scope, link, scope.native(link.to, AwsPostgres))


def _place(scope: Scope, spec: PostgresSpec, network: AwsNetwork, size: Size, clients: pulumi.Output[str]) -> Place:
    return Place(
        subnets=postgres_server.subnets(scope, network),
        group=database_group(scope, network, PORT, clients),
        parameters=postgres_parameters.group(scope, spec),
        size=size,
        disk=postgres_server.disk(scope, spec),
        backup=postgres_server.backup(spec),
        maintenance=postgres_server.maintenance(spec),
        key=keys.key_arn(scope, services=[keys.LOGS]),
        monitor=postgres_server.monitor(scope),
    )


def _secret(scope: Scope, owner: pulumi.Output[str], key: pulumi.Output[str] | None) -> pulumi.Output[str]:
    text = login_secrets.login(OWNER, owner)
    return login_secrets.keep(scope, "secret", f"The role {OWNER} of Postgres {scope.name}", text, key)


def _pooler(
    scope: Scope,
    spec: PostgresSpec,
    server: rds.Instance,
    place: Place,
    *,
    network: AwsNetwork,
    clients: pulumi.Output[str],
    secret: pulumi.Output[str],
    links: Links,
    done: lambda_.Invocation,
) -> postgres_pooler.Pooler | None:
    if spec.pooling is None:
        return None
    return postgres_pooler.create(
        scope,
        postgres_pooler.share(scope, spec, spec.pooling, place.size),
        server,
        network=network,
        groups=[place.group, clients],
        secrets=links.logins.then(lambda logins: [secret, *logins]),
        key=place.key,
        done=done,
    )


def _endpoint(
    spec: PostgresSpec, native: AwsPostgres, owner: pulumi.Output[str], done: lambda_.Invocation
) -> PostgresEndpoint:
    first, hosts = spec.databases[0], native.hosts
    urls = [postgres_links.url(reader, OWNER, owner, first) for reader in hosts.readers]
    return PostgresEndpoint(
        host=hosts.server,
        port=pulumi.Output.from_input(PORT),
        database=pulumi.Output.from_input(first),
        username=pulumi.Output.from_input(OWNER),
        password=pulumi.Output.secret(owner),
        url=postgres_links.url(hosts.server, OWNER, owner, first),
        reader_url=urls[0],
        reader_urls=pulumi.Output.all(*urls),
        pooled_url=postgres_links.url(hosts.pooler, OWNER, owner, first),
        ca_certificate=postgres_setup.certificate(done),
        native=native,
    )
