"""Serves the page, on the loopback alone."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from http import HTTPStatus
from importlib import resources
from urllib.parse import SplitResult, parse_qs

from infra_kit.providers.local.programs.dashboard.page import HOURS, page
from infra_kit.providers.local.programs.dashboard.store import Store
from infra_kit.providers.local.programs.dashboard.wanted import Wanted
from infra_kit.providers.local.programs.loopback import HTML, PLAIN, LoopbackServer, Visit
from infra_kit.providers.local.programs.running import Told
from infra_kit.providers.local.servers.dashboard import GENERATION

FILES = {"/page.css": "text/css; charset=utf-8", "/page.js": "text/javascript; charset=utf-8"}


@contextmanager
def serving(told: Told, wanted: Wanted) -> Iterator[None]:
    """The page answers while this is entered."""
    server = _Server(told, wanted)
    thread = threading.Thread(target=server.serve_forever, args=(0.1,), daemon=True)
    thread.start()
    try:
        yield
    finally:
        server.shutdown()
        server.server_close()


class _Server(LoopbackServer):
    def __init__(self, told: Told, wanted: Wanted) -> None:
        self.told, self.wanted = told, wanted
        super().__init__(told.box.record.ports[0], _Visit)


class _Visit(Visit):
    server: _Server
    POLICY = "style-src 'self'; script-src 'self'; connect-src 'self'; img-src data:"

    def get(self, address: SplitResult) -> None:
        if address.path == "/":
            self.answer(HTTPStatus.OK, HTML, self._page(parse_qs(address.query)).encode())
        elif address.path == GENERATION:
            self.answer(HTTPStatus.OK, PLAIN, self.server.told.generation.encode())
        elif address.path in FILES:
            text = resources.files(__package__).joinpath(address.path[1:]).read_text()
            self.answer(HTTPStatus.OK, FILES[address.path], text.encode())
        else:
            self.refuse(HTTPStatus.NOT_FOUND, "there is one page, at /")

    def _page(self, query: Mapping[str, list[str]]) -> str:
        asked = query.get("hours", [""])[0]
        hours = int(asked) if asked in map(str, HOURS) else HOURS[0]
        return page(self.server.wanted, self.server.told.box.data / Store.FILE, hours)
