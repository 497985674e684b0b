"""A NATS server with JetStream."""

from __future__ import annotations

import asyncio
import http.client
import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from signal import SIGHUP
from typing import Any
from urllib.parse import quote

from nats.errors import Error as NatsError

from infra_kit._dynamic import Props
from infra_kit.errors import ServerError
from infra_kit.providers.common import nats
from infra_kit.providers.local import builds
from infra_kit.providers.local.box import Box, Record
from infra_kit.providers.local.ports import LOOPBACK
from infra_kit.providers.local.server import Command, Server, box_of
from infra_kit.providers.local.servers import nats_conf, nats_events, nats_monitor, nats_streams

RELOAD_SECONDS = 30
"""NATS reloads within milliseconds where the machine is at rest, or says in its log that it will not."""
NO_ANSWER = (OSError, http.client.HTTPException, NatsError)


class EventBusServer(Server):
    KIND = "local/event_bus"
    KEEPS_INPUTS = True
    PORTS = 2
    """For clients, and for the server's own state over HTTP (https://docs.nats.io/running-a-nats-service/monitoring)."""
    SECRETS = ("admin", "password")

    def prepare(self, box: Box, record: Record, props: Props) -> Command:
        if box.process.pid is None:
            nats_events.expect_what_is_on_disk(box, record)
        return Command([str(builds.script("nats-server")), "--config", str(nats_conf.write(box, record, props))])

    def is_ready(self, box: Box, record: Record) -> bool:  # noqa: ARG002
        """JetStream is up, and it is our server: another one would not know our password."""
        try:
            nats_monitor.get(record, "/healthz?js-enabled-only=true", seconds=2)
            asyncio.run(_greet(record))
        except NO_ANSWER:
            return False
        return True

    def reload(self, box: Box, record: Record, props: Props) -> bool:  # noqa: ARG002
        """Rights of the application, which follow from streams and consumers, are taken over in place."""
        try:
            before = _load_time(record)
            box.process.signal(SIGHUP)
            box.process.wait(lambda: _has_loaded_since(record, before), RELOAD_SECONDS)
        except (*NO_ANSWER, ServerError):
            return False
        return True

    def settle(self, box: Box, record: Record, props: Props) -> None:
        found, wanted = nats_monitor.streams(record), nats_streams.stream_configs(props)
        nats_events.require_kept(box, record, found, wanted)
        if refusal := nats_events.refusal(box.name, found, wanted):
            raise ServerError(refusal)
        # Before they are deleted: the next `up` must not miss them where this one is killed in between.
        nats_events.forget(box, record, [name for name in found if name not in wanted and not found[name].messages])
        asyncio.run(nats_streams.settle(box, record, props))
        now = nats_monitor.streams(record)
        nats_events.require_kept(box, record, now)
        nats_events.note(box, record, now)

    def refuse(self, olds: Props, news: Props) -> Mapping[str, str]:
        """Early, where the server answers; `settle` asks again."""
        box = box_of(olds or news)
        try:
            found = nats_monitor.streams(box.record) if box.exists else {}
        except NO_ANSWER:
            return {}
        text = nats_events.refusal(news["name"], found, nats_streams.stream_configs(news))
        return {"streams": text} if text else {}

    def keeps(self, box: Box, props: Props) -> Sequence[Path]:  # noqa: ARG002
        return [box.data / "jetstream"]

    def outputs(self, box: Box, record: Record, props: Props) -> tuple[dict[str, Any], dict[str, Any]]:  # noqa: ARG002
        port, password = record.ports[0], record.secrets["password"]
        public = {
            "host": LOOPBACK,
            "port": port,
            "username": nats.APP,
            "consumers": nats.consumer_addresses(props),
            "dead_letters": nats.dead_letter_addresses(props),
        }
        url = f"nats://{nats.APP}:{quote(password, safe='')}@{LOOPBACK}:{port}"
        return public, {"password": password, "url": url}


async def _greet(record: Record) -> None:
    async with nats_streams.session(record) as jetstream:
        await jetstream.account_info()


def _load_time(record: Record) -> object:
    return json.loads(nats_monitor.get(record, "/varz"))["config_load_time"]


def _has_loaded_since(record: Record, before: object) -> bool:
    """One that does not answer is asked again: it is as busy as its machine."""
    try:
        return _load_time(record) != before
    except NO_ANSWER:
        return False


HANDLER = EventBusServer()
