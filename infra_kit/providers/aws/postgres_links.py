"""What a link to a Postgres gives: a role of its own in the server, and the way there.

The set-up makes all of them (`lambdas/postgres_setup.py`), so one run, not one a link, whatever their number. A role
whose link goes can sign in no more; what it made is the owner's to drop. Through the pooler, a role signs in by a
secret of its own: RDS Proxy reads it there.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from typing import TYPE_CHECKING

import pulumi

from infra_kit.component import Scope
from infra_kit.components.postgres import PostgresEndpoint
from infra_kit.links import Grant, Link
from infra_kit.naming import fit
from infra_kit.providers.aws import login_secrets
from infra_kit.providers.aws.grants import AwsGrant, Opening
from infra_kit.providers.aws.postgres_server import PORT
from infra_kit.providers.common import passwords, urls
from infra_kit.providers.common.gathered import Gathered
from infra_kit.providers.common.networks import check_same

if TYPE_CHECKING:
    from infra_kit.providers.aws.postgres import AwsPostgres


@dataclasses.dataclass(frozen=True, kw_only=True)
class Role:
    """What a link may sign in as, and where."""

    name: str
    password: pulumi.Output[str]
    """Secret."""
    access: str
    database: str


@dataclasses.dataclass(frozen=True)
class Links:
    """Those of one server, and the logins of its pooler beside its own."""

    roles: Gathered[Role] = dataclasses.field(default_factory=lambda: Gathered("links"))
    logins: Gathered[pulumi.Output[str]] = dataclasses.field(default_factory=lambda: Gathered("links"))
    """ARNs of secrets."""

    def told(self) -> pulumi.Output[list[dict[str, pulumi.Input[str]]]]:
        """As the set-up takes them."""
        return self.roles.then(
            lambda roles: [
                {"role": it.name, "password": it.password, "access": it.access, "database": it.database}
                for it in sorted(roles, key=lambda role: role.name)
            ]
        )


@dataclasses.dataclass(frozen=True, kw_only=True)
class Hosts:
    """The addresses of a server."""

    server: pulumi.Output[str]
    readers: Sequence[pulumi.Output[str]]
    """Its replicas; itself without any."""
    pooler: pulumi.Output[str]
    """Itself without one."""


def url(host: pulumi.Output[str], role: str, secret: pulumi.Output[str], database: str) -> pulumi.Output[str]:
    return urls.url(
        "postgresql", username=role, password=secret, host=host, port=PORT, path=database, query="sslmode=require"
    )


def grant(scope: Scope, link: Link, there: AwsPostgres) -> Grant:
    check_same(scope, link, there.network)
    known: PostgresEndpoint = link.to.endpoint
    role = _role(scope, link)
    there.links.roles.add(role)
    if link.to.spec.pooling:
        text = login_secrets.login(role.name, role.password)
        what = f"The role {role.name} of Postgres {link.to.name}"
        secret = login_secrets.keep(scope.within(link.to), f"{scope.name}-link-{link.key}-login", what, text, there.key)
        there.links.logins.add(secret)
    hosts, known_by = there.hosts, (role.name, role.password, role.database)
    mine = dataclasses.replace(
        known,
        database=pulumi.Output.from_input(role.database),
        username=pulumi.Output.from_input(role.name),
        password=role.password,
        url=url(hosts.server, *known_by),
        reader_url=url(hosts.readers[0], *known_by),
        pooled_url=url(hosts.pooler, *known_by),
    )
    return mine.grant(native=AwsGrant(opening=Opening(group=there.group, port=PORT)))


def _role(scope: Scope, link: Link) -> Role:
    (access,), (database,) = link.access, link.only["database"]
    return Role(
        name=f"{scope.parent.KIND}-{scope.name}-{fit(f'{link.key}-{database}')}",
        password=passwords.of_link(scope, link),
        access=access,
        database=database,
    )
