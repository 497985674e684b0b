"""What a link to a Postgres opens, by real connections; and what it does not."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import psycopg
import pytest
from psycopg import errors

from infra_kit._dynamic import Props
from infra_kit.providers.local.server import box_of
from infra_kit.providers.local.servers import postgres_roles
from infra_kit.providers.local.servers.postgres import HANDLER
from tests.awaiting import until
from tests.live.links.users import User, changed, delete, ensure, kill, pid, user
from tests.live.servers.database import props_in


@pytest.fixture(scope="module")
def server(shared_home_dir: Path) -> Props:
    props = {**props_in(shared_home_dir), "databases": ["app", "other"]}
    HANDLER.ensure(props)
    return props


@pytest.fixture(autouse=True)
def owner(server: Props) -> Iterator[psycopg.Connection[Any]]:
    """The endpoint's own user, in a database with a table, which is as before when the test ends."""
    record = box_of(server).record
    with connect(server, User("app", record.secrets["password"])) as connection:
        connection.execute("CREATE TABLE note (id serial, text text)")
        connection.execute("INSERT INTO note (text) VALUES ('one')")
        yield connection
        connection.execute("DROP SCHEMA IF EXISTS later CASCADE")
        connection.execute("DROP TABLE IF EXISTS note, more CASCADE")


def role(server: Props, access: str, name: str = "api__db", database: str = "app") -> Props:
    return user(server, "postgres_role", {"access": access, "database": database}, name)


def connect(server: Props, user: User, database: str = "app") -> psycopg.Connection[Any]:
    port = box_of(server).record.ports[0]
    return psycopg.connect(
        host="127.0.0.1", port=port, user=user.name, password=user.password, dbname=database, autocommit=True
    )


@pytest.fixture
def linked(server: Props, request: pytest.FixtureRequest) -> Iterator[psycopg.Connection[Any]]:
    """A connection of a link; its access is the test's parameter."""
    props = role(server, request.param)
    with connect(server, ensure(props)) as connection:
        yield connection
    delete(props)


def having(access: str) -> pytest.MarkDecorator:
    return pytest.mark.parametrize("linked", [access], indirect=True)


WRITES = [
    "INSERT INTO note (text) VALUES ('two')",
    "UPDATE note SET text = 'three' WHERE text = 'two'",
    "DELETE FROM note WHERE text = 'three'",
    "SELECT nextval('note_id_seq')",
]
OWNERS = ["CREATE TABLE mine (id int)", "ALTER TABLE note ADD x int", "DROP TABLE note", "TRUNCATE note"]
ADMINISTRATORS = [
    "CREATE ROLE mine",
    "CREATE DATABASE mine",
    "ALTER SYSTEM SET work_mem = '1MB'",
    "ALTER ROLE app PASSWORD 'x'",
    "SET ROLE postgres",
    "COPY note TO PROGRAM 'true'",
    "SELECT rolpassword FROM pg_authid",
]


@having("read")
def test_a_read_link_reads_what_is_there_and_what_comes(
    linked: psycopg.Connection[Any], owner: psycopg.Connection[Any]
) -> None:
    owner.execute("CREATE TABLE more AS SELECT 1 AS id")
    owner.execute("CREATE SCHEMA later CREATE TABLE archive (id int)")
    assert linked.execute("SELECT text FROM note").fetchone() == ("one",)
    assert linked.execute("SELECT id FROM more").fetchone() == (1,)
    assert linked.execute("SELECT id FROM later.archive").fetchall() == []


@having("read")
@pytest.mark.parametrize("statement", [*WRITES, *OWNERS, *ADMINISTRATORS])
def test_a_read_link_changes_nothing(linked: psycopg.Connection[Any], statement: Any) -> None:
    with pytest.raises(errors.InsufficientPrivilege):
        linked.execute(statement)


@having("readwrite")
def test_a_readwrite_link_writes_rows_also_of_tables_that_come(
    linked: psycopg.Connection[Any], owner: psycopg.Connection[Any]
) -> None:
    owner.execute("CREATE TABLE more (id serial, text text)")
    for statement in (*WRITES[:3], "INSERT INTO more (text) VALUES ('two')", "DELETE FROM more"):
        assert linked.execute(statement).rowcount == 1


@having("readwrite")
@pytest.mark.parametrize("statement", [*OWNERS, *ADMINISTRATORS, "SET ROLE app"])
def test_a_readwrite_link_neither_changes_tables_nor_administers(
    linked: psycopg.Connection[Any], statement: Any
) -> None:
    with pytest.raises(errors.InsufficientPrivilege):
        linked.execute(statement)


@having("owner")
def test_what_an_owner_link_makes_belongs_to_the_owner(
    linked: psycopg.Connection[Any], owner: psycopg.Connection[Any]
) -> None:
    linked.execute("ALTER TABLE note ADD due date")
    linked.execute("CREATE TABLE more (id int)")
    owner.execute("ALTER TABLE more ADD x int")
    found = owner.execute("SELECT tableowner FROM pg_tables WHERE tablename = 'more'").fetchone()
    assert found == ("app",)


@having("owner")
@pytest.mark.parametrize("statement", ADMINISTRATORS[:-1])
def test_an_owner_link_does_not_administer(linked: psycopg.Connection[Any], statement: Any) -> None:
    if statement.startswith("ALTER ROLE"):
        statement = "ALTER ROLE postgres PASSWORD 'x'"
    with pytest.raises(errors.InsufficientPrivilege):
        linked.execute(statement)


@having("readwrite")
def test_row_level_security_holds_for_a_readwrite_link_by_settings_of_one_transaction(
    linked: psycopg.Connection[Any], owner: psycopg.Connection[Any]
) -> None:
    """The bootstrap of a product with tenants, under a pooler by transactions (seeds/004)."""
    owner.execute("ALTER TABLE note ADD tenant text, ENABLE ROW LEVEL SECURITY")
    owner.execute("CREATE POLICY tenant ON note USING (tenant = current_setting('app.tenant_id', true))")
    owner.execute("INSERT INTO note (text, tenant) VALUES ('of a', 'a'), ('of b', 'b')")
    with linked.transaction():
        linked.execute("SELECT set_config('app.tenant_id', 'a', true)")
        assert linked.execute("SELECT text FROM note").fetchall() == [("of a",)]
    assert linked.execute("SELECT text FROM note").fetchall() == []
    with linked.transaction():
        linked.execute("SELECT set_config('app.tenant_id', 'a', true)")
        with pytest.raises(errors.InsufficientPrivilege, match="row-level security"):
            linked.execute("INSERT INTO note (text, tenant) VALUES ('smuggled', 'b')")


@pytest.mark.parametrize("access", ["read", "readwrite"])
def test_a_link_reaches_its_own_database_only(server: Props, access: str) -> None:
    props = role(server, access)
    made = ensure(props)
    with pytest.raises(psycopg.OperationalError, match=r"permission denied for database .other."):
        connect(server, made, "other")
    ensure(role(server, access, database="other"), props)
    with connect(server, made, "other") as connection:
        assert connection.execute("SELECT 1").fetchone()
    with pytest.raises(psycopg.OperationalError, match=r"permission denied for database .app."):
        connect(server, made, "app")
    delete(props)


def test_whoever_is_not_linked_is_refused(server: Props) -> None:
    one, other = role(server, "read"), role(server, "read", "web__db")
    first, second = ensure(one), ensure(other)
    for stranger in (User("nobody", ""), User(first.name, "wrong"), User(first.name, second.password)):
        with pytest.raises(psycopg.OperationalError, match="password"):
            connect(server, stranger)
    delete(one)
    delete(other)


def test_a_narrower_access_takes_the_wider_ones_rights_away_and_keeps_the_password(server: Props) -> None:
    wide, narrow = role(server, "owner"), role(server, "read")
    made = ensure(wide)
    assert ensure(narrow, wide) == made
    with connect(server, made) as connection:
        for statement in ("DELETE FROM note", "SET ROLE app"):
            with pytest.raises(errors.InsufficientPrivilege):
                connection.execute(statement)
        assert connection.execute("SELECT text FROM note").fetchone() == ("one",)
    delete(narrow)


def test_a_link_is_made_once_and_brought_back_when_its_role_is_lost(server: Props) -> None:
    props = role(server, "readwrite")
    made, process = ensure(props), pid(server)
    assert not changed(props)
    assert ensure(props) == made
    with postgres_roles.connect(box_of(server).record) as superuser:
        superuser.execute("REVOKE app_readwrite FROM api__db")
    assert changed(props)
    ensure(props)
    assert not changed(props)
    with postgres_roles.connect(box_of(server).record, "app") as superuser:
        superuser.execute("DROP OWNED BY api__db")
        superuser.execute("DROP ROLE api__db")
    assert changed(props)
    assert ensure(props) == made
    assert connect(server, made).execute("SELECT text FROM note").fetchone() == ("one",)
    assert pid(server) == process
    delete(props)


def test_a_revoked_link_is_refused_at_once_and_nobody_else_is_cut_off(
    server: Props, owner: psycopg.Connection[Any]
) -> None:
    one, other = role(server, "owner"), role(server, "readwrite", "web__db")
    going, staying = connect(server, ensure(one)), connect(server, ensure(other))
    going.execute("RESET ROLE")
    going.execute("CREATE SCHEMA later")
    going.execute("CREATE TABLE later.archive AS SELECT 7 AS id")
    gone = ensure(one)
    delete(one)
    with pytest.raises(psycopg.OperationalError):
        going.execute("SELECT 1")
    with pytest.raises(psycopg.OperationalError, match="authentication failed"):
        connect(server, gone)
    assert staying.execute("SELECT text FROM note").fetchone() == ("one",)
    assert owner.execute("SELECT id FROM later.archive").fetchone() == (7,), "what it made stays"
    staying.close()
    delete(other)


def test_a_link_waits_for_a_migration_that_is_at_work_on_a_table_that_it_needs(
    server: Props, owner: psycopg.Connection[Any]
) -> None:
    props = role(server, "read")
    ensure(props)
    owner.execute("REVOKE SELECT ON note FROM app_read")
    with ThreadPoolExecutor() as side:
        with owner.transaction():
            owner.execute("ALTER TABLE note ADD due date")
            made = side.submit(ensure, props)
            blocked = "SELECT 1 FROM pg_stat_activity WHERE wait_event_type = 'Lock'"
            with postgres_roles.connect(box_of(server).record) as superuser:
                until(lambda: superuser.execute(blocked).fetchone() is not None)
        with connect(server, made.result()) as reader:
            assert reader.execute("SELECT text, due FROM note").fetchone() == ("one", None)
    delete(props)


def test_many_links_are_made_at_once(server: Props) -> None:
    asked = [
        role(server, ("read", "readwrite", "owner")[n % 3], f"u{n}__db", ("app", "other")[n % 2]) for n in range(9)
    ]
    with ThreadPoolExecutor() as side:
        made = list(side.map(ensure, asked))
        for props, user in zip(asked, made, strict=True):
            connect(server, user, props["rights"]["database"]).close()
        list(side.map(delete, asked))
    with postgres_roles.connect(box_of(server).record) as superuser:
        assert superuser.execute("SELECT rolname FROM pg_roles WHERE rolname ~ '__'").fetchall() == []


def test_links_outlive_a_kill_and_one_that_goes_meanwhile_is_gone_when_the_server_is_back(home_dir: Path) -> None:
    server = props_in(home_dir)
    HANDLER.ensure(server)
    one, other = role(server, "read"), role(server, "read", "web__db")
    going, staying = ensure(one), ensure(other)
    kill(server)
    assert changed(other)
    delete(one)
    HANDLER.ensure(server)
    assert not changed(other)
    assert connect(server, staying).execute("SELECT 1").fetchone()
    with pytest.raises(psycopg.OperationalError, match="authentication failed"):
        connect(server, going)


def test_links_can_be_taken_away_when_the_server_is_gone(home_dir: Path) -> None:
    server = props_in(home_dir)
    HANDLER.ensure(server)
    props = role(server, "read")
    ensure(props)
    HANDLER.delete("", server)
    delete(props)
    assert not list(home_dir.glob("test/*"))
