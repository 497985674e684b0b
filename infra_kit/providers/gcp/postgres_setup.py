"""Inside a Cloud SQL server: the application's role, that owns the databases, and their extensions.

A user that is made by Cloud SQL's API belongs to `cloudsqlsuperuser` and may make roles and databases
(https://cloud.google.com/sql/docs/postgres/users), which the endpoint's may not. So the API makes the administrator
alone, and scripts that run as him make the rest. They go through the Data API
(https://cloud.google.com/sql/docs/postgres/executesql-instance), because a deployment does not reach a private address:
who deploys needs `cloudsql.instances.executeSql` and may read the secret with the administrator's password.

Scripts may run any number of times, and drop nothing: data may depend on an extension that is no longer asked for.
Why CONNECT is not revoked from PUBLIC, as on a server of one's own: Cloud SQL's exports and imports run as roles that
would be shut out. A link's role has rights in its own database alone (`postgres_links`).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import pulumi
from pulumi_gcp import secretmanager, sql

from infra_kit.component import Scope
from infra_kit.providers.common import passwords
from infra_kit.providers.common.postgres_roles import OWNER
from infra_kit.providers.common.scram import verifier
from infra_kit.providers.gcp.apis import api
from infra_kit.providers.gcp.labels import labels
from infra_kit.providers.gcp.place import region

"""The role that the endpoint names: owns the databases, and may make neither roles nor databases."""
ADMINISTRATOR = "infra_kit"
MAINTENANCE_DATABASE = "postgres"


@dataclass(frozen=True)
class Session:
    """How a script gets in."""

    server: sql.DatabaseInstance
    user: pulumi.Output[str]
    secret: pulumi.Output[str]


@dataclass(frozen=True)
class Setup:
    """What was made inside."""

    session: Session
    password: pulumi.Output[str]
    """The owner's. Secret."""
    scripts: Sequence[sql.ProvisionScript]
    """Once they have run, a client finds all that it needs."""


def create(
    scope: Scope, server: sql.DatabaseInstance, databases: Mapping[str, sql.Database], extensions: Sequence[str]
) -> Setup:
    session = _session(scope, server)
    owned_by = passwords.secret(scope)
    role = script(scope, "role", session, MAINTENANCE_DATABASE, owned_by.apply(_role))
    inside = [
        script(scope, f"setup-{name}", session, database.name, _database(name, extensions), after=[role])
        for name, database in databases.items()
    ]
    return Setup(session, owned_by, [role, *inside])


def _session(scope: Scope, server: sql.DatabaseInstance) -> Session:
    secret = passwords.secret(scope, "administrator-password")
    administrator = scope.resource(
        "administrator",
        sql.User,
        instance=server.name,
        name=ADMINISTRATOR,
        password=secret,
        # PostgreSQL drops no user who owns something; this one goes with the server.
        deletion_policy="ABANDON",
    )
    return Session(server, administrator.name, _secret_version(scope, server, secret))


def _secret_version(scope: Scope, server: sql.DatabaseInstance, password: pulumi.Output[str]) -> pulumi.Output[str]:
    """The Data API takes the password from a secret of the server's own region."""
    secret = scope.resource(
        "secret",
        secretmanager.RegionalSecret,
        depends_on=[api(scope, "secrets")],
        # A secret has no automatic name: the server's is unique, and random at its end.
        secret_id=pulumi.Output.concat(server.name, "-administrator"),
        location=region(scope),
        labels=labels(scope),
    )
    version = scope.resource(
        "secret-version", secretmanager.RegionalSecretVersion, secret=secret.id, secret_data=password
    )
    return version.id


def script(
    scope: Scope,
    role: str,
    session: Session,
    database: pulumi.Input[str],
    text: pulumi.Input[str],
    *,
    after: Sequence[pulumi.Resource] = (),
) -> sql.ProvisionScript:
    """Runs a script in a database, as the administrator."""
    return scope.resource(
        role,
        sql.ProvisionScript,
        depends_on=after,
        instance=session.server.name,
        database=database,
        user=session.user,
        password_secret_version=session.secret,
        script=text,
    )


def _role(password: str) -> str:
    """From version 16 on, only who belongs to a role may give something to it."""
    missing = f"IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = '{OWNER}') THEN CREATE ROLE {OWNER}; END IF;"
    return (
        f"DO $$ BEGIN {missing} END $$;\n"
        f"ALTER ROLE {OWNER} LOGIN NOCREATEDB NOCREATEROLE PASSWORD '{verifier(password)}';\n"
        f"GRANT {OWNER} TO CURRENT_USER;\n"
    )


def _database(name: str, extensions: Sequence[str]) -> str:
    made = (f'CREATE EXTENSION IF NOT EXISTS "{extension}" CASCADE;\n' for extension in extensions)
    return f'ALTER DATABASE "{name}" OWNER TO {OWNER};\n' + "".join(made)
