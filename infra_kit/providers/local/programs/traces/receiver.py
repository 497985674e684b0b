"""The server: takes spans, shows traces. What a browser may send without asking first (`text/plain`) is no OTLP."""

from __future__ import annotations

import dataclasses
import json
import re
import sqlite3
from collections.abc import Mapping
from http import HTTPStatus
from typing import Any
from urllib.parse import SplitResult

from infra_kit.providers.local.programs.loopback import HTML, LoopbackServer, Visit
from infra_kit.providers.local.programs.traces import otlp, pages
from infra_kit.providers.local.programs.traces.forwarder import Forwarder, Sent
from infra_kit.providers.local.programs.traces.otlp import JSON, PROTOBUF, UnreadableError
from infra_kit.providers.local.programs.traces.store import Store

OF_A_COMPONENT = re.compile(r"/([a-z0-9-]+)/v1/traces")
ONE = re.compile(r"/traces/([0-9a-f]{32})(\.json)?")


class Receiver(LoopbackServer):
    def __init__(self, port: int, store: Store, forwarders: Mapping[str, Forwarder]) -> None:
        self.store, self.forwarders = store, forwarders
        super().__init__(port, Handler)


class Handler(Visit):
    server: Receiver
    POLICY = "style-src 'unsafe-inline'"

    def get(self, address: SplitResult) -> None:
        path = address.path
        one = ONE.fullmatch(path)
        if one:
            self._show_one(*one.groups())
        elif path == "/":
            self._page(pages.latest(self.server.store.latest()))
        elif path == "/traces.json":
            self._json([dataclasses.asdict(it) for it in self.server.store.latest()])
        else:
            self.refuse(HTTPStatus.NOT_FOUND, "there is /, /traces.json, /traces/<id> and /traces/<id>.json")

    def post(self) -> None:
        of, kind = OF_A_COMPONENT.fullmatch(self.path), self.headers.get_content_type()
        length = self.headers.get("Content-Length", "")
        if not of:
            self.refuse(HTTPStatus.NOT_FOUND, "traces are taken at /<component>/v1/traces, and nothing else is")
        elif kind not in {JSON, PROTOBUF}:
            self.refuse(HTTPStatus.UNSUPPORTED_MEDIA_TYPE, f"{PROTOBUF} and {JSON} are taken")
        elif not length.isdecimal():
            self.refuse(HTTPStatus.LENGTH_REQUIRED, "say Content-Length")
        elif int(length) > otlp.MOST_BYTES:
            self.refuse(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, f"at most {otlp.MOST_BYTES} bytes are taken at once")
        else:
            body = self.rfile.read(int(length))
            self._take(of[1], Sent(body, kind, self.headers.get("Content-Encoding", "").lower()))

    def _take(self, component: str, sent: Sent) -> None:
        try:
            spans = otlp.read(otlp.unpacked(sent.body, sent.encoding), sent.kind)
        except UnreadableError as error:
            self.refuse(HTTPStatus.BAD_REQUEST, str(error))
            return
        try:
            self.server.store.keep(spans)
        except sqlite3.Error as error:
            # Who sends tries again (https://opentelemetry.io/docs/specs/otlp/#retryable-response-codes).
            self.refuse(HTTPStatus.SERVICE_UNAVAILABLE, f"it could not be kept: {error}")
            return
        if component in self.server.forwarders:
            self.server.forwarders[component].hand_on(sent)
        self.close_connection = False
        self.answer(HTTPStatus.OK, sent.kind, otlp.answer(sent.kind))

    def _show_one(self, trace: str, as_json: str | None) -> None:
        spans = self.server.store.trace(trace)
        if not spans:
            self.refuse(HTTPStatus.NOT_FOUND, f"the trace {trace} is not known, or was forgotten for newer ones")
        elif as_json:
            self._json([dataclasses.asdict(it) for it in spans])
        else:
            self._page(pages.one(trace, spans))

    def _page(self, text: str) -> None:
        self.answer(HTTPStatus.OK, HTML, text.encode())

    def _json(self, value: Any) -> None:
        self.answer(HTTPStatus.OK, JSON, json.dumps(value).encode())
