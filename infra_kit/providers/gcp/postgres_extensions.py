"""Extensions of a Cloud SQL server: made by Cloud SQL, which runs a script in each database as the endpoint's user.

The script goes through Cloud SQL's own API (`executeSql`), because a deployment does not reach a private address: IAM
says who may call it (`cloudsql.instances.executeSql`), and it is opened only where extensions are asked for. The API
takes the user's password from a regional secret (see `sql.ProvisionScript`). An extension that is no longer asked for
stays, for data may depend on it.
"""

from __future__ import annotations

from collections.abc import Sequence

import pulumi
from pulumi_gcp import secretmanager, sql

from infra_kit.component import Scope
from infra_kit.components.postgres import PostgresSpec
from infra_kit.providers.gcp.labels import labels
from infra_kit.providers.gcp.place import region

OFFERED = frozenset(
    {
        "amcheck", "autoinc", "bloom", "btree_gin", "btree_gist", "citext", "cube", "dblink", "dict_int",
        "earthdistance", "fuzzystrmatch", "hll", "hstore", "insert_username", "intagg", "intarray", "ip4r",
        "isn", "lo", "ltree", "moddatetime", "orafce", "pageinspect", "pg_buffercache", "pg_freespacemap",
        "pg_partman", "pg_prewarm", "pg_repack", "pg_stat_statements", "pg_trgm", "pg_visibility", "pgaudit",
        "pgcrypto", "pgrowlocks", "pgstattuple", "pgtap", "plv8", "postgis", "postgis_raster",
        "postgis_sfcgal", "postgis_tiger_geocoder", "postgis_topology", "postgres_fdw", "refint", "sslinfo",
        "tablefunc", "tcn", "tsm_system_rows", "tsm_system_time", "unaccent", "uuid-ossp", "vector",
    }
)  # fmt: skip
"""Those of https://cloud.google.com/sql/docs/postgres/extensions that need no flag but what every server here has."""


def create(
    scope: Scope,
    spec: PostgresSpec,
    server: sql.DatabaseInstance,
    user: sql.User,
    databases: Sequence[sql.Database],
) -> None:
    if not spec.extensions:
        return
    version = _secret(scope, server, user)
    script = "\n".join(f'CREATE EXTENSION IF NOT EXISTS "{name}" CASCADE;' for name in spec.extensions)
    for name, database in zip(spec.databases, databases, strict=True):
        scope.resource(
            f"extensions-{name}",
            sql.ProvisionScript,
            instance=server.name,
            database=database.name,
            user=user.name,
            password_secret_version=version,
            script=script,
        )


def _secret(scope: Scope, server: sql.DatabaseInstance, user: sql.User) -> pulumi.Output[str]:
    """The version of the secret that holds the user's password."""
    secret = scope.resource(
        "secret",
        secretmanager.RegionalSecret,
        # A secret has no automatic name: the server's is unique, and random at its end.
        secret_id=pulumi.Output.concat(server.name, "-password"),
        location=region(scope),
        labels=labels(scope),
    )
    version = scope.resource(
        "secret-version", secretmanager.RegionalSecretVersion, secret=secret.id, secret_data=user.password
    )
    return version.id
