"""The local half of the event bus, as far as it needs no server."""

from __future__ import annotations

import json
import threading
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from signal import SIGHUP
from typing import Any, ClassVar
from unittest.mock import Mock

from infra_kit import Consumer, Stream, features
from infra_kit._dynamic import Props
from infra_kit.components.event_bus import EventBusSpec
from infra_kit.providers.common import nats
from infra_kit.providers.local import event_bus as driver
from infra_kit.providers.local.box import Box, Record
from infra_kit.providers.local.servers import nats_conf, nats_streams
from infra_kit.providers.local.servers.event_bus import HANDLER
from tests.awaiting import until
from tests.unit.lacking import gaps

PROPS: Props = {
    "streams": {
        "LEAD_EVENTS": {"subjects": ["lead.*"], "retention": "7d"},
        "CFDI_EVENTS": {"subjects": ["cfdi.*"], "retention": "5y", "max_size_gb": 2.0},
    },
    "consumers": {
        "crm": {"stream": "LEAD_EVENTS", "ack_wait": "30s", "max_deliveries": 5.0, "dead_letter": True},
        "tax": {"stream": "CFDI_EVENTS", "ack_wait": "2m", "max_deliveries": 1.0, "dead_letter": False},
    },
}


def spec(stream: Stream) -> EventBusSpec:
    return EventBusSpec(streams={"LEAD_EVENTS": stream}, consumers={"crm": Consumer(stream="LEAD_EVENTS")})


def test_streams_consumers_and_dead_letters_are_there() -> None:
    assert gaps(driver, spec(Stream(subjects=("lead.*",)))) == {}


def test_copies_of_a_stream_are_a_gap_with_a_way_out() -> None:
    found = gaps(driver, spec(Stream(subjects=("lead.*",), replicas=3)))
    assert set(found) == {features.STREAM_REPLICAS}
    assert "set replicas=1" in found[features.STREAM_REPLICAS]


def test_a_clouds_own_bus_is_a_gap_with_a_way_out() -> None:
    found = gaps(driver, spec(Stream(subjects=("lead.*",))).replace(engine="native"))
    assert set(found) == {features.engine("native")}
    assert 'set engine="nats"' in found[features.engine("native")]


def test_the_application_gets_these_rights_and_no_others() -> None:
    assert nats.permissions(PROPS)["publish"]["allow"] == [
        "$JS.API.INFO",
        "$JS.API.STREAM.NAMES",
        "lead.*",
        "$JS.API.STREAM.INFO.LEAD_EVENTS",
        "$JS.API.STREAM.MSG.GET.LEAD_EVENTS",
        "cfdi.*",
        "$JS.API.STREAM.INFO.CFDI_EVENTS",
        "$JS.API.STREAM.MSG.GET.CFDI_EVENTS",
        "$JS.API.CONSUMER.INFO.LEAD_EVENTS.crm",
        "$JS.API.CONSUMER.MSG.NEXT.LEAD_EVENTS.crm",
        "$JS.ACK.LEAD_EVENTS.crm.>",
        "$JS.API.CONSUMER.INFO.CFDI_EVENTS.tax",
        "$JS.API.CONSUMER.MSG.NEXT.CFDI_EVENTS.tax",
        "$JS.ACK.CFDI_EVENTS.tax.>",
        "$JS.API.CONSUMER.INFO._dead_crm.crm",
        "$JS.API.CONSUMER.MSG.NEXT._dead_crm.crm",
        "$JS.ACK._dead_crm.crm.>",
    ]
    assert nats.permissions(PROPS)["subscribe"] == {"allow": ["_INBOX.>"]}


def test_the_file_names_the_loopback_and_two_users_each_with_a_password(tmp_path: Path) -> None:
    box = Box(tmp_path, "test", "bus")
    record = box.open("local/event_bus", 2, ("admin", "password"), None)
    written = json.loads(nats_conf.write(box, record, PROPS).read_text())
    assert (written["host"], written["port"]) == ("127.0.0.1", record.ports[0])
    assert written["http"] == f"127.0.0.1:{record.ports[1]}"
    users = {user["user"]: user["password"] for user in written["authorization"]["users"]}
    assert users == {"admin": record.secrets["admin"], "app": record.secrets["password"]}


def test_a_client_of_a_busy_machine_has_time_to_log_in_also_when_links_came(tmp_path: Path) -> None:
    box = Box(tmp_path, "test", "bus")
    record = box.open("local/event_bus", 2, ("admin", "password"), None)
    nats_conf.write(box, record, PROPS)
    assert json.loads(nats_conf.write_users(box).read_text())["authorization"]["timeout"] == 10


class Monitor(BaseHTTPRequestHandler):
    """Tells when the server has loaded its configuration; None: it is too busy to answer."""

    told: ClassVar[list[str | None]] = []

    def do_GET(self) -> None:
        if when := self.told.pop(0):
            body = json.dumps({"config_load_time": when}).encode()
            self.send_response(200)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

    def log_message(self, *of: Any) -> None:
        """The requests are not logged."""


def test_a_server_that_is_too_busy_to_answer_once_is_not_restarted_for_a_change_that_it_takes_over() -> None:
    Monitor.told = ["before", "before", None, "after"]
    box = Mock(process=Mock(wait=until))
    with HTTPServer(("127.0.0.1", 0), Monitor) as server:
        answering = threading.Thread(target=server.serve_forever)
        answering.start()
        record = Record("local/event_bus", [0, server.server_port], {})
        assert HANDLER.reload(box, record, PROPS)
        server.shutdown()
        answering.join()
    assert Monitor.told == []
    box.process.signal.assert_called_once_with(SIGHUP)


def test_a_stream_is_bounded_by_age_and_where_asked_by_size() -> None:
    streams = nats_streams.stream_configs(PROPS)
    assert (streams["LEAD_EVENTS"].max_age, streams["LEAD_EVENTS"].max_bytes) == (7 * 86_400, -1)
    assert (streams["CFDI_EVENTS"].max_age, streams["CFDI_EVENTS"].max_bytes) == (5 * 365 * 86_400, 2 * 2**30)


def test_dead_letters_are_kept_as_long_as_their_events_and_only_where_asked() -> None:
    streams = nats_streams.stream_configs(PROPS)
    assert set(streams) == {"LEAD_EVENTS", "CFDI_EVENTS", "_dead_crm"}
    assert streams["_dead_crm"].max_age == streams["LEAD_EVENTS"].max_age
    assert streams["_dead_crm"].subjects == [
        "$JS.EVENT.ADVISORY.CONSUMER.MAX_DELIVERIES.LEAD_EVENTS.crm",
        "$JS.EVENT.ADVISORY.CONSUMER.MSG_TERMINATED.LEAD_EVENTS.crm",
    ]


def test_the_window_for_duplicates_is_never_longer_than_the_retention() -> None:
    short: Props = {"streams": {"S": {"subjects": ["s.*"], "retention": "30s"}}, "consumers": {}}
    assert nats_streams.stream_configs(short)["S"].duplicate_window == 30


def test_consumers_are_addressed_by_stream_and_name() -> None:
    assert nats.consumer_addresses(PROPS) == {"crm": "LEAD_EVENTS/crm", "tax": "CFDI_EVENTS/tax"}
    assert nats.dead_letter_addresses(PROPS) == {"crm": "_dead_crm/crm"}
