"""Inside a Cloud SQL server: the role of a link, which may do in one database what the link says.

A script makes it and gives it its rights (`postgres_setup` says why no user of Cloud SQL's API, and how scripts get
in): on all that the application's role has made, and by default privileges on all that this one makes from then on.
Rights are the role's own, in its database; there are no groups, because a group's hold in every database.

- `owner` acts as the application's role, so what it makes belongs to that. All databases of a server have this one
  owner, so such a link may own in the others what it owns in its own.
- Row-level security holds for `read` and `readwrite`, which own nothing; not for `owner`, whose tables they are, unless
  a table says FORCE ROW LEVEL SECURITY.
- A script takes nothing away when its link goes: the role stays, and nobody has its password any more.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import pulumi
from pulumi_gcp import sql

from infra_kit.component import Scope
from infra_kit.links import Link
from infra_kit.providers.common import passwords
from infra_kit.providers.common.link_users import user_name
from infra_kit.providers.common.postgres_roles import OWNER
from infra_kit.providers.common.scram import verifier
from infra_kit.providers.gcp.postgres_setup import Session, script

RIGHTS: Mapping[str, Mapping[str, str]] = {
    "read": {"SCHEMA": "USAGE", "TABLE": "SELECT", "SEQUENCE": "SELECT"},
    "readwrite": {"SCHEMA": "USAGE", "TABLE": "SELECT, INSERT, UPDATE, DELETE", "SEQUENCE": "USAGE, SELECT"},
    "owner": {"SCHEMA": "", "TABLE": "", "SEQUENCE": ""},
}
"""By access, on what. An owner needs none of its own: it acts as who has them all."""

ROLE = "@role@"
"""Stands for the role in what follows."""
_AS_OWNER = (f"GRANT {OWNER} TO {ROLE}", f"ALTER ROLE {ROLE} SET role TO {OWNER}")
_AS_ITSELF = (f"REVOKE {OWNER} FROM {ROLE}", f"ALTER ROLE {ROLE} RESET role")
_OWN = {
    "SCHEMA": "SELECT quote_ident(nspname) FROM pg_namespace WHERE nspowner = own OR nspname = 'public'",
    "TABLE": "SELECT oid::regclass FROM pg_class WHERE relowner = own AND relkind IN ('r', 'p', 'v', 'm', 'f')",
    "SEQUENCE": "SELECT oid::regclass FROM pg_class WHERE relowner = own AND relkind = 'S'",
}
"""What the application's role has made: `own` is its."""


@dataclass(frozen=True, kw_only=True)
class Role:
    """A link's role, which stands once its script has run."""

    name: str
    database: str
    password: pulumi.Output[str]
    """Secret."""
    script: sql.ProvisionScript


def make(scope: Scope, link: Link, session: Session, *, after: Sequence[pulumi.Resource]) -> Role:
    (access,), (database,) = link.access, link.only["database"]
    # With its database: to another one leads another role, so that this one's rights do not stay behind.
    name = user_name(f"{scope.parent.KIND}__{scope.name}__{database}", link)
    secret = passwords.secret(scope, f"link-{link.key}-password")
    made = secret.apply(lambda found: text(name, access, found))
    run = script(scope, f"link-{link.key}-role", session, database, made, after=after)
    return Role(name=name, database=database, password=secret, script=run)


def text(role: str, access: str, password: str) -> str:
    """The script: whatever the role had before, it has this afterwards."""
    missing = f"IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = '{role}') THEN CREATE ROLE \"{role}\"; END IF;"
    statements = [
        f"DO $$ BEGIN {missing} END $$",
        f"ALTER ROLE \"{role}\" LOGIN NOCREATEDB NOCREATEROLE PASSWORD '{verifier(password)}'",
        *(_AS_OWNER if access == "owner" else _AS_ITSELF),
        # As it is from PostgreSQL 15 on.
        f"GRANT ALL ON SCHEMA public TO {OWNER}",
        "REVOKE CREATE ON SCHEMA public FROM PUBLIC",
        *(_by_default(kind, rights) for kind, rights in RIGHTS[access].items()),
        _on_what_is_there(RIGHTS[access]),
    ]
    return "".join(f"{statement};\n" for statement in statements).replace(ROLE, f'"{role}"')


def _by_default(kind: str, rights: str) -> str:
    default = f"ALTER DEFAULT PRIVILEGES FOR ROLE {OWNER}"
    taken = f"{default} REVOKE ALL ON {kind}S FROM {ROLE}"
    return f"{taken};\n{default} GRANT {rights} ON {kind}S TO {ROLE}" if rights else taken


def _on_what_is_there(rights: Mapping[str, str]) -> str:
    """On the application's own alone: what an extension brings may be Cloud SQL's, and not be given away."""
    loops = " ".join(_each(kind, given) for kind, given in rights.items())
    return f"DO $$ DECLARE own oid := '{OWNER}'::regrole; it text; BEGIN {loops} END $$"


def _each(kind: str, rights: str) -> str:
    taken = f"EXECUTE 'REVOKE ALL ON {kind} ' || it || ' FROM {ROLE}';"
    given = f"EXECUTE 'GRANT {rights} ON {kind} ' || it || ' TO {ROLE}';" if rights else ""
    return f"FOR it IN {_OWN[kind]} LOOP {taken} {given} END LOOP;"
