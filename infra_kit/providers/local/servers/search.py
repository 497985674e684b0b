"""An OpenSearch server."""

from __future__ import annotations

import base64
import http.client
from collections.abc import Iterable, Mapping
from typing import Any
from urllib.parse import quote

from infra_kit._dynamic import Props
from infra_kit.errors import ServerError
from infra_kit.providers.common import opensearch
from infra_kit.providers.common.opensearch import ADMIN, APP, Call
from infra_kit.providers.local import opensearch_build
from infra_kit.providers.local.box import Box, Record
from infra_kit.providers.local.ports import LOOPBACK
from infra_kit.providers.local.server import Command, Server
from infra_kit.providers.local.servers import search_conf

START_SECONDS = 240
"""On a busy machine: it takes about ten seconds of a processor's time."""
ANSWER_SECONDS = 60
LEAST_HEAP_MB = 128


class SearchServer(Server):
    KIND = "local/search"
    PORTS = 2
    SECRETS = ("admin", "password")

    def prepare(self, box: Box, record: Record, props: Props) -> Command:
        home, heap = opensearch_build.home(), opensearch.heap_mb(float(props["memory_gb"]))
        options = [
            f"-Xms{LEAST_HEAP_MB}m",
            f"-Xmx{heap}m",
            "-XX:+UseSerialGC",
            "-XX:TieredStopAtLevel=1",  # it starts in half the time
            "-Djava.security.manager=allow",
            f"-Djava.io.tmpdir={search_conf.scratch(box)}",
            "-Dlog4j2.disable.jmx=true",
            "-Dlog4j.shutdownHookEnabled=false",
            f"-Dopensearch.path.home={home}",
            f"-Dopensearch.path.conf={search_conf.write(box, record)}",
            "-Dopensearch.distribution.type=tar",
            "-Dopensearch.bundled_jdk=false",
        ]
        program = ["-cp", f"{home}/lib/*", "org.opensearch.bootstrap.OpenSearch"]
        settings = [f"-E{key}={value}" for key, value in search_conf.settings(box, record).items()]
        return Command([opensearch_build.java(), *options, *program, *settings])

    def ready_seconds(self, props: Props) -> float:  # noqa: ARG002
        return START_SECONDS

    def is_ready(self, box: Box, record: Record) -> bool:  # noqa: ARG002
        """It knows its administrator, and all that it has on its disk can be searched."""
        try:
            status, text = send(record, Call(method="GET", path="/_cluster/health"))
        except (OSError, http.client.HTTPException):
            return False
        return status == 200 and '"status":"red"' not in text

    def settle(self, box: Box, record: Record, props: Props) -> None:
        own = opensearch.user(APP, record.secrets["password"], APP, ())
        tell(box, [*own, *(Call(**call) for call in props["calls"])])

    def outputs(self, box: Box, record: Record, props: Props) -> tuple[dict[str, Any], dict[str, Any]]:  # noqa: ARG002
        port, password = record.ports[0], record.secrets["password"]
        url = f"http://{APP}:{quote(password, safe='')}@{LOOPBACK}:{port}"
        return {"host": LOOPBACK, "port": port, "username": APP}, {"password": password, "url": url}


def tell(box: Box, calls: Iterable[Call]) -> None:
    """Has the running server do all of it. Raises `ServerError` with its own words where it refuses."""
    record = box.record
    for call in calls:
        status, text = send(record, call)
        if status >= 300 and not (call.unless and call.unless in text):
            raise ServerError(f"{box.name}: {call.method} {call.path} was refused: {text}")
        if call.key and call.key in text and call.needs not in text:
            raise ServerError(f"{box.name}: {call.refusal}")


def send(record: Record, call: Call, user: str = ADMIN, password: str | None = None) -> tuple[int, str]:
    """The status and the text of the answer; as the administrator, or who is named with a password."""
    login = base64.b64encode(f"{user}:{password or record.secrets['admin']}".encode()).decode()
    headers: Mapping[str, str] = {"Authorization": f"Basic {login}", "Content-Type": "application/json"}
    connection = http.client.HTTPConnection(LOOPBACK, record.ports[0], timeout=ANSWER_SECONDS)
    try:
        connection.request(call.method, call.path, call.body.encode() or None, dict(headers))
        answer = connection.getresponse()
        return answer.status, answer.read().decode()
    finally:
        connection.close()


HANDLER = SearchServer()
