from __future__ import annotations

import os
import socket
from collections.abc import Callable

import pytest

from infra_kit import Config, Job, Secret, Worker
from infra_kit.errors import ConfigError, ServerError
from infra_kit.providers.local import ports, resource
from infra_kit.providers.local.files import Files
from infra_kit.providers.local.server import Server
from infra_kit.providers.local.servers import (
    cdn,
    config,
    event_bus,
    gateway,
    job,
    object_store,
    postgres,
    redis,
    secret,
    service,
    worker,
)
from tests.unit.refusals import refusal


def test_the_same_seed_finds_the_same_free_ports() -> None:
    assert ports.pick("shop/db", 3, frozenset()) == ports.pick("shop/db", 3, frozenset())


def test_a_port_that_is_kept_by_another_server_or_in_use_is_not_picked() -> None:
    first, second = ports.pick("shop/db", 2, frozenset())
    assert first not in ports.pick("shop/db", 2, frozenset({first}))
    with socket.create_server((ports.LOOPBACK, second)):
        assert second not in ports.pick("shop/db", 2, frozenset())


def test_a_wanted_port_comes_first() -> None:
    assert ports.pick("shop/db", 2, frozenset(), wanted=5432)[0] == 5432


def test_a_taken_port_is_named_with_its_holder_and_the_way_out() -> None:
    with socket.create_server((ports.LOOPBACK, 0)) as holder:
        port = holder.getsockname()[1]
        with pytest.raises(ServerError) as refused:
            ports.require_free("db", [port])
    message = str(refused.value)
    assert message.startswith(f"db: port {port}")
    assert f"(pid {os.getpid()})" in message
    assert "infra-kit:local: {ports: {db: <port>}}" in message


@pytest.mark.parametrize(
    ("name", "make"),
    [
        ("work", lambda: Worker("work", command=["x"])),
        ("tidy", lambda: Job("tidy", command=["x"])),
        ("key", lambda: Secret("key")),
        ("settings", lambda: Config("settings", values={"a": "b"})),
    ],
)
def test_a_port_for_what_listens_at_none_is_refused(name: str, make: Callable[[], object]) -> None:
    message = refusal(make, ConfigError, local={"ports": {name: 20_123}})
    assert message.startswith(f"infra-kit:local: ports: {name}: given 20123; ")
    assert message.endswith(f"{name!r} listens at no port. Leave {name} out.")


@pytest.mark.parametrize(
    ("make", "handler"),
    [
        (resource.PostgresServer, postgres.HANDLER),
        (resource.RedisServer, redis.HANDLER),
        (resource.ObjectStoreServer, object_store.HANDLER),
        (resource.EventBusServer, event_bus.HANDLER),
        (resource.CdnServer, cdn.HANDLER),
        (resource.GatewayServer, gateway.HANDLER),
        (resource.ServiceServer, service.HANDLER),
        (resource.WorkerServer, worker.HANDLER),
        (resource.JobServer, job.HANDLER),
        (resource.SecretFile, secret.HANDLER),
        (resource.ConfigFiles, config.HANDLER),
    ],
)
def test_what_has_ports_says_that_it_listens(make: type[resource.ServerResource], handler: Server | Files) -> None:
    assert make.LISTENS is (handler.PORTS > 0)
