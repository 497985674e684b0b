"""Links through `infra-kit up` and `down`: on one stack, in this order."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import psutil
import psycopg
import pytest
import redis

from infra_kit.providers.local import credentials
from infra_kit.providers.local.box import Box
from infra_kit.providers.local.credentials import Credential
from tests.engine_fixtures import cli
from tests.shop import Shop, open_shop

__all__ = ["cli"]

STORES = ["bus", "cache", "db", "files"]


@pytest.fixture(scope="module")
def project(cli: Path) -> Iterator[Shop]:
    with open_shop(cli, program=Path(__file__).parent / "program") as shop:
        ask(shop, "read", "one", "two")
        shop.up()
        yield shop


def ask(shop: Shop, access: str, *users: str) -> None:
    shop.configure(**{"links:access": access, "links:users": list(users)})


def box(shop: Shop, name: str) -> Box:
    return Box(shop.home, shop.stack, name)


def kept(shop: Shop, *names: str) -> dict[str, list[Credential]]:
    return {name: credentials.kept(box(shop, name)) for name in names}


def store(shop: Shop, credential: Credential, name: str = "cache") -> redis.Redis:
    port = box(shop, name).record.ports[0]
    return redis.Redis(port=port, username=credential.user, password=credential.password, decode_responses=True)


def database(shop: Shop, credential: Credential) -> psycopg.Connection:
    port = box(shop, "db").record.ports[0]
    user, password = credential.user, credential.password
    return psycopg.connect(host="127.0.0.1", port=port, user=user, password=password, dbname="app", autocommit=True)


def kill_all(shop: Shop) -> None:
    for name in [*STORES, "cache-replica-1"]:
        process = psutil.Process(box(shop, name).process.pid)
        process.kill()
        process.wait()


def test_each_user_has_its_own_and_nothing_changes_again(project: Shop) -> None:
    made = kept(project, *STORES)
    assert {name: [it.user for it in them] for name, them in made.items()} == {
        name: [f"one__{name}", f"two__{name}"] for name in STORES
    }

    again = project.up()

    assert "Nothing had to change." in again.stderr
    assert kept(project, *STORES) == made


def test_no_credential_is_in_clear_in_the_state(project: Shop) -> None:
    state = project.pulumi("stack", "export").stdout
    passwords = [it.password for them in kept(project, *STORES).values() for it in them]
    assert len(passwords) == 8
    assert not [password for password in [*passwords, project.outputs["key"]] if password in state]
    assert Path(project.outputs["reference"]).read_text() == project.outputs["key"]


def test_a_link_that_may_do_more_may_do_so_at_once_with_the_credential_that_it_had(project: Shop) -> None:
    one = kept(project, "cache")["cache"][0]
    with pytest.raises(redis.exceptions.NoPermissionError):
        store(project, one).set("greeting", "hello")
    ask(project, "readwrite", "one", "two")

    project.up()

    assert store(project, one).set("greeting", "hello")
    assert store(project, one, "cache-replica-1").ping()


def test_who_is_not_linked_any_more_is_refused_and_the_other_is_not(project: Shop) -> None:
    before = kept(project, *STORES)
    ask(project, "readwrite", "two")

    project.up()

    (gone, stays), (_, lead) = before["cache"], before["db"]
    with pytest.raises(redis.AuthenticationError):
        store(project, gone).ping()
    with pytest.raises(psycopg.OperationalError, match="authentication failed"):
        database(project, before["db"][0])
    assert store(project, stays).get("greeting") == "hello"
    assert database(project, lead).execute("SELECT 1").fetchone()
    assert kept(project, *STORES) == {name: them[1:] for name, them in before.items()}


def test_what_died_comes_back_with_its_links(project: Shop) -> None:
    before = kept(project, *STORES)
    kill_all(project)

    project.up()

    assert kept(project, *STORES) == before
    assert store(project, before["cache"][0]).ping()
    assert store(project, before["cache"][0], "cache-replica-1").ping()
    assert database(project, before["db"][0]).execute("SELECT 1").fetchone()
    assert "Nothing had to change." in project.up().stderr


def test_all_goes_when_the_servers_are_dead_already(project: Shop) -> None:
    kill_all(project)

    done = project.run("down")

    assert done.returncode == 0, done.stderr
    assert not list((project.home / project.stack).glob("*"))
