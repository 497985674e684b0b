"""What every request and every answer must be like."""

from __future__ import annotations

from collections.abc import Collection

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from infra_kit.panel.headers import HEADERS, KEPT_NOWHERE, NOTHING_ELSE

LOOPBACK = frozenset({"127.0.0.1", "localhost", "[::1]"})
"""What a browser on this machine, or at the end of `infra-kit connect`, calls it."""
POLICY = f"{NOTHING_ELSE}; style-src 'self'; script-src 'self'; img-src 'self'; connect-src 'self'; form-action 'self'"
HSTS = "max-age=31536000"
FROM_HERE = frozenset({"same-origin", "none"})
"""Of `Sec-Fetch-Site`, which no page can forge: a form of ours, or an address that somebody typed."""


class Guard:
    """Answers no name but its own (another one is DNS rebinding) and no form of another site; says to browsers what may
    be done with an answer."""

    def __init__(self, app: ASGIApp, hosts: Collection[str], port: int | None = None) -> None:
        """
        Args:
            app: what it stands before.
            hosts: the names under which that is published, by TLS.
            port: of this machine, if that is where a browser asks; None where something may forward another one to it.
        """
        self._app = app
        self._hosts = frozenset(hosts)
        self._port = port

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return

        more = {**HEADERS, "Content-Security-Policy": POLICY}
        if is_secure(Headers(scope=scope)):
            more["Strict-Transport-Security"] = HSTS

        async def sent(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                headers.update(more)
                for name, value in KEPT_NOWHERE.items():
                    headers.setdefault(name, value)
            await send(message)

        refused = self._refusal(scope)
        await (PlainTextResponse(refused[1], refused[0]) if refused else self._app)(scope, receive, sent)

    def _refusal(self, scope: Scope) -> tuple[int, str] | None:
        headers = Headers(scope=scope)
        if not self._is_ours(headers.get("host", "")):
            return 421, "This panel does not answer to that name.\n"
        if scope["method"] not in ("GET", "HEAD", "POST"):
            return 405, "Only GET and POST are answered.\n"
        if scope["method"] == "POST" and headers.get("sec-fetch-site", "same-origin") not in FROM_HERE:
            return 403, "That form is not of this page.\n"
        return None

    def _is_ours(self, host: str) -> bool:
        name = _name(host)
        port = host[len(name) :].removeprefix(":")
        if name in self._hosts:
            return port in ("", "443")
        return name in LOOPBACK and (self._port is None or port == str(self._port))


def is_secure(headers: Headers) -> bool:
    """Whether the browser came by TLS: all names but the machine's own are published by it alone."""
    return _name(headers.get("host", "")) not in LOOPBACK


def _name(host: str) -> str:
    """Without the port."""
    return host[: host.index("]") + 1] if host.startswith("[") and "]" in host else host.partition(":")[0].lower()
