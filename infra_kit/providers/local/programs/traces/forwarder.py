"""Hands on what a component sent to who is to have it too. Nobody waits for that; what does not get through is tried
again for a while, and then given up: the page has it."""

from __future__ import annotations

import http.client
import queue
import threading
import time
from collections.abc import Mapping
from contextlib import closing
from dataclasses import dataclass
from urllib.parse import urlsplit

WAITING = 100
"""Requests, at most."""
TIMEOUT_SECONDS = 10.0
DELAYS = (1.0, 2.0, 4.0, 8.0, 16.0)
"""Seconds between tries."""
LATER = frozenset({429, 502, 503, 504})
"""Answers after which it is to be tried again (https://opentelemetry.io/docs/specs/otlp/#otlphttp-response)."""


@dataclass(frozen=True)
class Sent:
    """A request, as it came."""

    body: bytes
    kind: str
    encoding: str


class Forwarder:
    """One component's."""

    def __init__(self, name: str, url: str, headers: Mapping[str, str]) -> None:
        self._name, self._headers = name, headers
        self._at = urlsplit(f"{url}/v1/traces")
        self._waiting: queue.Queue[Sent] = queue.Queue(WAITING)
        threading.Thread(target=self._run, daemon=True).start()

    def hand_on(self, sent: Sent) -> None:
        try:
            self._waiting.put_nowait(sent)
        except queue.Full:
            print(f"{self._name}: {self._at.hostname} takes no more traces; some are only kept here")

    def _run(self) -> None:
        while True:
            sent = self._waiting.get()
            if why := self._send(sent):
                print(f"{self._name}: {self._at.hostname} did not take traces: {why}")

    def _send(self, sent: Sent) -> str:
        """Why not; empty where it was taken."""
        why = ""
        for delay in (*DELAYS, None):
            try:
                status = self._ask(sent)
            except (OSError, http.client.HTTPException) as error:
                why = str(error) or type(error).__name__
            else:
                why = "" if 200 <= status < 300 else f"it answered {status}"
                if status not in LATER:
                    return why
            if delay is not None:
                time.sleep(delay)
        return why

    def _ask(self, sent: Sent) -> int:
        """A redirect is not followed: the headers are for this address alone."""
        encoding = {"Content-Encoding": sent.encoding} if sent.encoding else {}
        headers = {**self._headers, "Content-Type": sent.kind, **encoding}
        with closing(self._connection()) as connection:
            connection.request("POST", self._at.path, sent.body, headers)
            return connection.getresponse().status

    def _connection(self) -> http.client.HTTPConnection:
        kind = http.client.HTTPSConnection if self._at.scheme == "https" else http.client.HTTPConnection
        return kind(str(self._at.hostname), self._at.port, timeout=TIMEOUT_SECONDS)
