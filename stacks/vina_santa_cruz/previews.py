"""Previews, a stack a pull request: `vina-santa-cruz-preview-123`, by the file of `vina-santa-cruz-preview` (VS-6).

All share staging's database, each in a schema of its own there, `preview_123`. Its note says until when it is kept:
each release renews that, and a job of staging's drops by night what nobody renewed.
"""

from __future__ import annotations

import re

import pulumi

from infra_kit import Job, Network, Postgres
from stacks.config import system
from stacks.programs import program

CLIENT = "docker.io/library/postgres:17-alpine"
"""Has psql."""
CONNECTED = 'export PGHOST="$DB_HOST" PGPORT="$DB_PORT" PGUSER="$DB_USERNAME" PGPASSWORD="$DB_PASSWORD"; '
CONNECTED += 'export PGDATABASE="$DB_DATABASE"; psql --no-psqlrc --quiet -v ON_ERROR_STOP=1 <<SQL\n'
MAKE = """CREATE SCHEMA IF NOT EXISTS $DB_SCHEMA;
SELECT format('COMMENT ON SCHEMA $DB_SCHEMA IS %L', now() + interval '$DAYS days') \\gexec
SQL"""
DROP = """SELECT format('DROP SCHEMA %I CASCADE', nspname) FROM pg_namespace
 WHERE nspname ~ '^preview_[0-9]+\\$' AND obj_description(oid, 'pg_namespace')::timestamptz < now() \\gexec
SQL"""


def number() -> str:
    """The pull request's, of which the stack's name ends; 0 where it has none."""
    return (re.search(r"-([0-9]+)$", pulumi.get_stack()) or ["", "0"])[1]


def schema() -> str:
    return f"preview_{number()}"


def own_schema(db: Postgres, network: Network | None) -> Job:
    """Makes the preview's schema, which is kept for `vina-santa-cruz:preview-days` from then on."""
    days = pulumi.Config(system()).get_int("preview-days") or 7
    return Job(
        "own-schema",
        **program("own-schema", image=CLIENT, command=["sh", "-ec", CONNECTED + MAKE]),
        network=network,
        environment={"DAYS": str(days)},
        links=[db.link("owner")],
    )


def old_schemas(db: Postgres) -> Job:
    """Staging's: it may drop what is the role's that previews have, whose member its owner is made once."""
    return Job(
        "old-previews",
        **program("old-previews", image=CLIENT, command=["sh", "-ec", CONNECTED + DROP]),
        schedule="30 2 * * *",
        links=[db.link("owner")],
    )
