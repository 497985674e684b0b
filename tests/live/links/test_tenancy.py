"""Row-level security as Zuclubit's migrations leave it (seeds/004: ZU-3), for a program as a link lets it in."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any, LiteralString
from uuid import UUID, uuid4

import psycopg
import pytest
from psycopg import errors

from infra_kit._dynamic import Props
from infra_kit.providers.local.server import box_of
from infra_kit.providers.local.servers.postgres import HANDLER
from stacks.zuclubit import tenancy
from stacks.zuclubit.operations import ISOLATED
from tests.live.links.users import User, delete, ensure, user
from tests.live.servers.database import props_in

ONE, TWO = uuid4(), uuid4()
LEADS = "CREATE TABLE leads (id int PRIMARY KEY, tenant_id uuid NOT NULL);"


@pytest.fixture(scope="module")
def server(shared_home_dir: Path) -> Props:
    """With an extension, which brings views to `public` that are no migration's."""
    props = {**props_in(shared_home_dir), "extensions": ["pg_stat_statements"]}
    HANDLER.ensure(props)
    return props


def connect(server: Props, user: User) -> psycopg.Connection[Any]:
    port = box_of(server).record.ports[0]
    return psycopg.connect(
        host="127.0.0.1", port=port, user=user.name, password=user.password, dbname="app", autocommit=True
    )


@pytest.fixture
def owner(server: Props) -> Iterator[psycopg.Connection[Any]]:
    """Who migrates, in a database that is empty again when the test ends."""
    with connect(server, User("app", box_of(server).record.secrets["password"])) as connection:
        yield connection
        connection.execute("DROP SCHEMA IF EXISTS billing CASCADE")
        for (table,) in connection.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public'").fetchall():
            connection.execute(f'DROP TABLE IF EXISTS "{table}" CASCADE'.encode())


@pytest.fixture
def program(server: Props) -> Iterator[psycopg.Connection[Any]]:
    props = user(server, "postgres_role", {"access": "readwrite", "database": "app"})
    with connect(server, ensure(props)) as connection:
        yield connection
    delete(props)


def migrate(owner: psycopg.Connection[Any], tables: LiteralString) -> None:
    """As a release does, and the release after it."""
    owner.execute(tables)
    for _ in range(2):
        owner.execute(tenancy.SQL.encode())


def seen(program: psycopg.Connection[Any], table: str, tenant: UUID | None) -> int:
    """How many rows."""
    with program.transaction():
        if tenant:
            program.execute("SELECT set_config('app.tenant_id', %s, true)", [str(tenant)])
        row = program.execute(f"SELECT count(*) FROM {table}".encode()).fetchone()  # noqa: S608
    assert row
    return int(row[0])


def fill(owner: psycopg.Connection[Any], *tables: str) -> None:
    """A lead of the first tenant, two of the second, and of each along in every table that refers to the one before."""
    for id_, tenant in ((1, ONE), (2, TWO), (3, TWO)):
        owner.execute("INSERT INTO leads VALUES (%s, %s)", [id_, tenant])
        for table in tables:
            owner.execute(f"INSERT INTO {table} VALUES (%s, %s)".encode(), [id_, id_])  # noqa: S608


def proven(owner: psycopg.Connection[Any]) -> str:
    """What a drill's `psql -At` prints."""
    row = owner.execute(ISOLATED.sql.encode()).fetchone()
    assert row
    return {True: "t", False: "f"}[row[0]]


def test_what_is_any_number_of_steps_below_a_tenants_table_is_that_tenants(
    owner: psycopg.Connection[Any], program: psycopg.Connection[Any]
) -> None:
    migrate(
        owner,
        LEADS + "CREATE TABLE notes (id int PRIMARY KEY, lead int NOT NULL REFERENCES leads ON DELETE CASCADE);"
        "CREATE TABLE replies (id int PRIMARY KEY, note int NOT NULL REFERENCES notes);"
        "CREATE TABLE pictures (id int PRIMARY KEY, reply int NOT NULL REFERENCES replies,"
        " above int REFERENCES pictures)",
    )
    fill(owner, "notes", "replies", "pictures")

    for table in ("leads", "notes", "replies", "pictures"):
        assert [seen(program, table, who) for who in (ONE, TWO, None, uuid4())] == [1, 2, 0, 0]
    with program.transaction():
        program.execute("SELECT set_config('app.tenant_id', %s, true)", [str(ONE)])
        with pytest.raises(errors.InsufficientPrivilege, match="row-level security"):
            program.execute("INSERT INTO pictures VALUES (4, 3)")
    assert proven(owner) == "t"


@pytest.mark.parametrize("deleted", ["CASCADE", "RESTRICT", "NO ACTION", "SET NULL"])
def test_a_child_is_a_tenants_whatever_becomes_of_it_when_its_parent_goes(
    owner: psycopg.Connection[Any], program: psycopg.Connection[Any], deleted: LiteralString
) -> None:
    migrate(owner, LEADS + f"CREATE TABLE calls (id int PRIMARY KEY, lead int REFERENCES leads ON DELETE {deleted})")
    fill(owner, "calls")
    assert [seen(program, "calls", who) for who in (ONE, TWO, None)] == [1, 2, 0]
    owner.execute("INSERT INTO calls VALUES (4)")
    assert [seen(program, "calls", who) for who in (ONE, TWO, None)] == [1, 2, 0]  # a row of nobody's is nobody's


@pytest.mark.parametrize("given", ["NOT NULL", "NULL"])
def test_what_a_row_cannot_be_without_says_whose_it_is(
    owner: psycopg.Connection[Any], program: psycopg.Connection[Any], given: LiteralString
) -> None:
    migrate(
        owner,
        LEADS + "CREATE TABLE users (id int PRIMARY KEY, tenant_id uuid NOT NULL);"
        f"CREATE TABLE calls (id int PRIMARY KEY, lead int {given} REFERENCES leads);"
        "CREATE TABLE words (id int PRIMARY KEY, call int NOT NULL REFERENCES calls, heard_by int REFERENCES users)",
    )
    fill(owner, "calls", "words")
    assert [seen(program, "words", who) for who in (ONE, TWO, None)] == [1, 2, 0]


def test_a_key_of_several_columns_and_partitions_keep_tenants_apart_too(
    owner: psycopg.Connection[Any], program: psycopg.Connection[Any]
) -> None:
    migrate(
        owner,
        "CREATE TABLE leads (id int PRIMARY KEY, tenant_id uuid NOT NULL) PARTITION BY RANGE (id);"
        "CREATE TABLE leads_to_2 PARTITION OF leads FOR VALUES FROM (0) TO (2);"
        "CREATE TABLE leads_from_2 PARTITION OF leads FOR VALUES FROM (2) TO (9);"
        "CREATE TABLE calls (id int, lead int NOT NULL REFERENCES leads, PRIMARY KEY (id, lead));"
        "CREATE TABLE words (id int, lead int NOT NULL, call int NOT NULL GENERATED ALWAYS AS (id) STORED,"
        " FOREIGN KEY (call, lead) REFERENCES calls)",
    )
    fill(owner, "calls", "words")
    for table in ("leads", "calls", "words"):
        assert [seen(program, table, who) for who in (ONE, TWO, None)] == [1, 2, 0]
    assert [seen(program, "leads_from_2", who) for who in (ONE, TWO, None)] == [0, 2, 0]


def test_tables_of_other_schemas_keep_tenants_apart_too_and_what_refers_across_schemas(
    owner: psycopg.Connection[Any], program: psycopg.Connection[Any]
) -> None:
    migrate(
        owner,
        LEADS + "CREATE SCHEMA billing; CREATE TABLE billing.leads (id int PRIMARY KEY, tenant_id uuid NOT NULL);"
        "CREATE TABLE billing.notes (id int PRIMARY KEY, lead int NOT NULL REFERENCES public.leads);"
        "CREATE TABLE notes (id int PRIMARY KEY, of int NOT NULL REFERENCES billing.notes)",
    )
    owner.execute("INSERT INTO billing.leads VALUES (1, %s)", [TWO])
    fill(owner, "billing.notes", "notes")
    assert [seen(program, "billing.leads", who) for who in (ONE, TWO, None)] == [0, 1, 0]
    for table in ("leads", "billing.notes", "notes"):
        assert [seen(program, table, who) for who in (ONE, TWO, None)] == [1, 2, 0]
    assert proven(owner) == "t"


def test_in_another_schema_a_name_gives_a_table_to_nobody(owner: psycopg.Connection[Any]) -> None:
    """What is called as the tenants are, or as what all may read, is so in `public` alone."""
    alike = "CREATE TABLE billing.tenants (id uuid); CREATE TABLE billing.schema_migrations (version int)"
    with pytest.raises(errors.RaiseException, match=r"billing\.schema_migrations, billing\.tenants"):
        migrate(owner, f"{LEADS} CREATE SCHEMA billing; {alike}")


@pytest.mark.parametrize(
    ("of_nobody", "name"),
    [
        ("CREATE TABLE plans (id int PRIMARY KEY)", "plans"),
        ("CREATE TABLE plans (id int PRIMARY KEY, plan int REFERENCES plans)", "plans"),
        ("CREATE TABLE pairs (one int REFERENCES leads, two int REFERENCES leads)", "pairs"),
        ("CREATE VIEW names AS SELECT id FROM leads", "names"),
        ("CREATE SCHEMA billing CREATE TABLE plans (id int)", "billing.plans"),
        ("CREATE SCHEMA billing CREATE VIEW names AS SELECT id FROM public.leads", "billing.names"),
        ("CREATE MATERIALIZED VIEW names AS SELECT id FROM leads", "names"),
    ],
)
def test_what_belongs_to_nobody_is_named_with_the_way_out_and_nothing_is_migrated(
    owner: psycopg.Connection[Any], of_nobody: LiteralString, name: str
) -> None:
    with pytest.raises(errors.RaiseException) as refused, owner.transaction():
        migrate(owner, LEADS + of_nobody)
    assert refused.value.diag.message_primary == f"Of no tenant, and shown to all: {name}"
    hint = refused.value.diag.message_hint or ""
    assert all(way in hint for way in ("tenant_id", "NOT NULL foreign key", "`shared` of", "security_invoker"))
    assert owner.execute("SELECT to_regclass('leads')").fetchone() == (None,)


def test_each_way_out_is_one(owner: psycopg.Connection[Any], program: psycopg.Connection[Any]) -> None:
    migrate(
        owner,
        LEADS + "CREATE TABLE schema_migrations (version int); CREATE TABLE plans (id int);"
        "CREATE POLICY of_all ON plans USING (true);"
        "CREATE VIEW names WITH (security_invoker) AS TABLE leads",
    )
    owner.execute("INSERT INTO schema_migrations VALUES (1)")
    fill(owner)
    assert [seen(program, "names", who) for who in (ONE, TWO, None)] == [1, 2, 0]
    assert seen(program, "schema_migrations", ONE) == 1
    with pytest.raises(errors.InsufficientPrivilege):
        program.execute("INSERT INTO schema_migrations VALUES (2)")
    program.execute("INSERT INTO plans VALUES (1)")
    assert proven(owner) == "t"


@pytest.mark.parametrize(
    "lost",
    [
        "CREATE TABLE later (id int)",
        "DROP POLICY tenant_isolation ON notes",
        "ALTER TABLE notes DISABLE ROW LEVEL SECURITY",
        "CREATE VIEW later AS SELECT id FROM leads",
        "CREATE SCHEMA billing CREATE TABLE later (id int)",
    ],
)
def test_a_drill_fails_by_one_table_that_all_may_read(owner: psycopg.Connection[Any], lost: LiteralString) -> None:
    migrate(owner, LEADS + "CREATE TABLE notes (id int, lead int NOT NULL REFERENCES leads)")
    assert proven(owner) == "t"
    owner.execute(lost)
    assert proven(owner) == "f"
