"""What stands in every user's state file: it must mean the same for ever."""

import pytest
from pulumi.dynamic.dynamic import serialize_provider

from infra_kit import (
    Auth,
    Cdn,
    Client,
    Config,
    EventBus,
    Mailer,
    ObjectStore,
    Postgres,
    Redis,
    Search,
    Secret,
    Stream,
    Worker,
)  # fmt: skip
from infra_kit._dynamic import Provider
from infra_kit.testing import record

PICKLE = "gASVJgAAAAAAAACMEmluZnJhX2tpdC5fZHluYW1pY5SMCFByb3ZpZGVylJOUKYGULg=="
"""By reference: the module `infra_kit._dynamic` and the class `Provider`, nothing else. A stack made by any version of
infra-kit has it in its state; were it to change, `refresh` and `destroy` of that stack would fail."""


def test_the_pickle_of_the_dynamic_provider_never_changes() -> None:
    assert serialize_provider(Provider()) == PICKLE


def everything() -> None:
    db, cache, files = Postgres("db"), Redis("cache"), ObjectStore("files")
    Cdn("edge", routes={"/*": files}, compression=False)
    bus = EventBus("bus", streams={"LEADS": Stream(subjects=["lead.*"])})
    search = Search("search")
    Secret("key")
    Config("settings", values={"level": "info"})
    Auth("auth", clients={"web": Client(redirects=["https://shop.example/"])})
    mail = Mailer("mail", domain="shop.example")
    links = [db.link(), cache.link(), files.link(), bus.link(publish=["lead.*"]), search.link(), mail.link()]
    Worker("worker", command=["python", "work.py"], links=links)


@pytest.mark.parametrize(
    ("name", "token", "kind"),
    [
        ("db-server", "PostgresServer", "local/postgres"),
        ("cache-server", "RedisServer", "local/redis"),
        ("edge-server", "CdnServer", "local/cdn"),
        ("files-server", "ObjectStoreServer", "local/object_store"),
        ("bus-server", "EventBusServer", "local/event_bus"),
        ("search-server", "SearchServer", "local/search"),
        ("key-file", "SecretFile", "local/secret"),
        ("settings-files", "ConfigFiles", "local/config"),
        ("auth-server", "AuthServer", "local/auth"),
        ("mail-server", "MailerServer", "local/mailer"),
        ("worker-link-db", "PostgresRole", "local/postgres_role"),
        ("worker-link-cache", "RedisUser", "local/redis_user"),
        ("worker-link-files", "ObjectStoreKey", "local/object_store_key"),
        ("worker-link-bus", "EventBusUser", "local/event_bus_user"),
        ("worker-link-search", "SearchUser", "local/search_user"),
        ("worker-link-mail", "MailerUser", "local/mailer_user"),
    ],
)
def test_names_types_and_kinds_of_the_local_servers_never_change(name: str, token: str, kind: str) -> None:
    server = record(everything).named(name)
    assert server.type == f"pulumi-python:dynamic/infra-kit:{token}"
    assert server.inputs["kind"] == kind
    assert server.inputs["__provider"] == PICKLE
    assert "__provider" not in server.secret_inputs
