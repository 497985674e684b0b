"""A NATS server with JetStream."""

from __future__ import annotations

import asyncio
import http.client
import json
from signal import SIGHUP
from typing import Any
from urllib.parse import quote

from nats.errors import Error as NatsError

from infra_kit._dynamic import Props
from infra_kit.errors import ServerError
from infra_kit.providers.local import builds
from infra_kit.providers.local.box import Box, Record
from infra_kit.providers.local.ports import LOOPBACK
from infra_kit.providers.local.server import Command, Server
from infra_kit.providers.local.servers import nats_conf, nats_streams

RELOAD_SECONDS = 5
"""NATS reloads within milliseconds, or says in its log that it will not."""
NO_ANSWER = (OSError, http.client.HTTPException, NatsError)


class EventBusServer(Server):
    KIND = "local/event_bus"
    PORTS = 2
    """For clients, and for the server's own state over HTTP (https://docs.nats.io/running-a-nats-service/monitoring)."""
    SECRETS = ("admin", "password")

    def prepare(self, box: Box, record: Record, props: Props) -> Command:
        return Command([str(builds.script("nats-server")), "--config", str(nats_conf.write(box, record, props))])

    def is_ready(self, box: Box, record: Record) -> bool:  # noqa: ARG002
        """JetStream is up, and it is our server: another one would not know our password."""
        try:
            _monitor(record, "/healthz?js-enabled-only=true")
            asyncio.run(_greet(record))
        except NO_ANSWER:
            return False
        return True

    def reload(self, box: Box, record: Record, props: Props) -> bool:  # noqa: ARG002
        """Rights of the application, which follow from streams and consumers, are taken over in place."""
        try:
            before = _load_time(record)
            box.process.signal(SIGHUP)
            box.process.wait(lambda: _load_time(record) != before, RELOAD_SECONDS)
        except (*NO_ANSWER, ServerError):
            return False
        return True

    def settle(self, box: Box, record: Record, props: Props) -> None:
        asyncio.run(nats_streams.settle(box.name, record, props))

    def outputs(self, box: Box, record: Record, props: Props) -> tuple[dict[str, Any], dict[str, Any]]:  # noqa: ARG002
        port, password = record.ports[0], record.secrets["password"]
        public = {
            "host": LOOPBACK,
            "port": port,
            "username": nats_conf.APP,
            "consumers": nats_conf.consumer_addresses(props),
            "dead_letters": nats_conf.dead_letter_addresses(props),
        }
        url = f"nats://{nats_conf.APP}:{quote(password, safe='')}@{LOOPBACK}:{port}"
        return public, {"password": password, "url": url}


async def _greet(record: Record) -> None:
    async with nats_streams.session(record) as jetstream:
        await jetstream.account_info()


def _load_time(record: Record) -> object:
    return json.loads(_monitor(record, "/varz"))["config_load_time"]


def _monitor(record: Record, path: str) -> bytes:
    connection = http.client.HTTPConnection(LOOPBACK, record.ports[1], timeout=2)
    try:
        connection.request("GET", path)
        response = connection.getresponse()
        body = response.read()
    finally:
        connection.close()
    if response.status != http.client.OK:
        raise http.client.HTTPException(f"{path} answered {response.status}")
    return body


HANDLER = EventBusServer()
