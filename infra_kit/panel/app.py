"""The application: a login, the page, the states that its script asks for, and what is revealed one by one."""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import logging
import math
import secrets
import signal
import time
from collections.abc import AsyncIterator, Callable, Collection, Mapping
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import Any, TypeVar
from urllib.parse import parse_qs

from jinja2 import Environment, FileSystemLoader
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, PlainTextResponse, RedirectResponse, Response
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles

from infra_kit.panel import views
from infra_kit.panel.facts import Source
from infra_kit.panel.guard import Guard, is_secure
from infra_kit.panel.known_browsers import LASTS, KnownBrowsers
from infra_kit.panel.passwords import is_right
from infra_kit.panel.sessions import LONGEST, Session, Sessions
from infra_kit.panel.throttle import Throttle, stranger
from infra_kit.panel.watcher import Watcher

HERE = Path(__file__).parent
LARGEST_FORM, MOST_FIELDS = 4096, 8
FOREIGN = "That form is not of this page, or is too old. Load the page again."
KNOWN = "-known"
"""The cookie of a browser in which somebody has logged in."""
_LOG = logging.getLogger("infra_kit.panel")
R = TypeVar("R", bound=Response)


class Panel:
    """What the routes share."""

    def __init__(self, source: Source, username: str, password_hash: str, now: Callable[[], float]) -> None:
        self._source = source
        self._username, self._hash = username, password_hash
        self._sessions, self._throttle, self._browsers = Sessions(now), Throttle(now), KnownBrowsers(password_hash)
        self._hashing = asyncio.Lock()
        self.watcher = Watcher(source)
        facts = source.facts
        # Cookies do not tell ports apart: each panel of a machine has its own.
        self._cookie = f"panel-{hashlib.sha256(f'{facts.app}/{facts.stack}'.encode()).hexdigest()[:8]}"
        self._pages = Environment(loader=FileSystemLoader(HERE / "templates"), autoescape=True)
        self._pages.globals["version"] = _version()

    # Routes

    async def page(self, request: Request) -> Response:
        if self._session(request) is None:
            return RedirectResponse("/login", 303)
        return self._whole(request, {})

    async def states(self, request: Request) -> Response:
        if self._session(request, used=False) is None:
            return JSONResponse({}, 401)
        return JSONResponse(views.states(self._source.facts, self.watcher.seen, self.watcher.when))

    async def login_form(self, request: Request) -> Response:
        if self._session(request):
            return RedirectResponse("/", 303)
        return self._login(request, "", 200)

    async def login(self, request: Request) -> Response:
        form, client = await _form(request), _client(request)
        if not self._sessions.is_ours(self._token(request), form.get("csrf", "")):
            return self._login(request, FOREIGN, 403)
        known = self._browsers.name(request.cookies.get(self._cookie_of(request, KNOWN), ""))
        who = known or stranger(client)
        wait = math.ceil(self._throttle.begin(who, known=bool(known)))
        if wait:
            _LOG.warning("login from %s refused: too many wrong passwords", client)
            refused = self._login(request, f"Too many wrong passwords. Try again in {wait} s.", 429)
            refused.headers["Retry-After"] = str(wait)
            return refused
        if not await self._knows(form):
            _LOG.warning("login from %s with a wrong name or password", client)
            return self._login(request, "The name or the password is wrong.", 401)
        self._throttle.forgive(who, known=bool(known))
        self._sessions.end(self._token(request))
        token = self._sessions.begin()
        _LOG.info("login of %s from %s: session %s", self._username, client, self._name_of(token))
        answer = self._keep(request, RedirectResponse("/", 303), self._browsers.mark(), LASTS, KNOWN)
        return self._keep(request, answer, token, int(LONGEST))

    async def logout(self, request: Request) -> Response:
        session, form = self._session(request), await _form(request)
        if session and not self._sessions.is_ours(self._token(request), form.get("csrf", "")):
            return PlainTextResponse(FOREIGN, 403)
        if session:
            _LOG.info("logout of session %s", session.name)
        self._sessions.end(self._token(request))
        answer = RedirectResponse("/login", 303)
        answer.delete_cookie(self._cookie_of(request), secure=is_secure(request.headers))
        return answer

    async def reveal(self, request: Request) -> Response:
        """Read at this moment from where it lies, and kept nowhere."""
        session, form = self._session(request), await _form(request)
        if session is None:
            return RedirectResponse("/login", 303)
        if not self._sessions.is_ours(self._token(request), form.get("csrf", "")):
            return PlainTextResponse(FOREIGN, 403)
        part, credential = form.get("part", ""), form.get("credential", "")
        if not self._has(part, credential):
            return PlainTextResponse("There is no such credential.", 404)
        try:
            value = await asyncio.to_thread(self._source.reveal, part, credential)
        except (OSError, LookupError, ValueError) as error:
            _LOG.warning("%s of %s cannot be read: %s: %s", credential, part, type(error).__name__, error)
            return PlainTextResponse("It cannot be read now. The log says why.", 503)
        _LOG.info("session %s from %s sees %s of %s", session.name, _client(request), credential, part)
        if "application/json" in request.headers.get("accept", ""):
            return JSONResponse({"value": value})
        return self._whole(request, {(part, credential): value})

    # What they are made of

    def _whole(self, request: Request, revealed: Mapping[tuple[str, str], str]) -> HTMLResponse:
        facts, seen = self._source.facts, self.watcher.seen
        shown = views.rows(facts, seen)
        return self._render(
            "page.html",
            facts=facts,
            rows=shown,
            summary=views.summary(shown),
            bad=any(row.state in views.BAD for row in shown),
            alerts=views.alerts(seen.alerts),
            copies=views.copies(seen.copies),
            failure=seen.failure,
            looked=views.looked_at(self.watcher.when),
            plan=self._source.plan(),
            revealed=revealed,
            csrf=self._sessions.csrf(self._token(request)),
        )

    def _login(self, request: Request, problem: str, status: int) -> HTMLResponse:
        token = self._token(request) or secrets.token_urlsafe(32)
        csrf = self._sessions.csrf(token)
        page = self._render("login.html", status, facts=self._source.facts, problem=problem, csrf=csrf)
        return self._keep(request, page, token, None)

    def _render(self, template: str, status: int = 200, **values: Any) -> HTMLResponse:
        return HTMLResponse(self._pages.get_template(template).render(**values), status)

    async def _knows(self, form: Mapping[str, str]) -> bool:
        """The same work for a wrong name, and one at a time: each takes 64 MiB."""
        async with self._hashing:
            right = await asyncio.to_thread(is_right, form.get("password", ""), self._hash)
        named = hmac.compare_digest(form.get("username", "").encode(), self._username.encode())
        return right and named

    def _has(self, part: str, credential: str) -> bool:
        return any(it.name == part and credential in it.credentials for it in self._source.facts.parts)

    def _session(self, request: Request, *, used: bool = True) -> Session | None:
        return self._sessions.find(self._token(request), used=used)

    def _name_of(self, token: str) -> str:
        session = self._sessions.find(token)
        return session.name if session else ""

    def _token(self, request: Request) -> str:
        return request.cookies.get(self._cookie_of(request), "")

    def _cookie_of(self, request: Request, more: str = "") -> str:
        """No other site below the same domain can set what begins so."""
        return f"{'__Host-' if is_secure(request.headers) else ''}{self._cookie}{more}"

    def _keep(self, request: Request, answer: R, value: str, seconds: int | None, more: str = "") -> R:
        answer.set_cookie(
            self._cookie_of(request, more),
            value,
            max_age=seconds,
            httponly=True,
            samesite="strict",
            secure=is_secure(request.headers),
        )
        return answer


def application(
    source: Source,
    *,
    username: str,
    password_hash: str,
    hosts: Collection[str] = (),
    port: int | None = None,
    now: Callable[[], float] = time.monotonic,
) -> Starlette:
    """The panel, as a server runs it.

    Args:
        source: where it reads.
        username, password_hash: of the admin: see `passwords.hashed`.
        hosts: the names under which it is published, beside those of the machine itself.
        port: at which a browser on this machine asks. Default: any, as something forwards it.
        now: seconds of the clock by which sessions end and who guesses waits.
    """
    panel = Panel(source, username, password_hash, now)
    return Starlette(
        routes=[
            Route("/", panel.page),
            Route("/states", panel.states),
            Route("/login", panel.login_form, methods=["GET"]),
            Route("/login", panel.login, methods=["POST"]),
            Route("/logout", panel.logout, methods=["POST"]),
            Route("/reveal", panel.reveal, methods=["POST"]),
            Route("/healthz", _healthy),
            Mount("/static", StaticFiles(directory=HERE / "static")),
        ],
        middleware=[Middleware(Guard, hosts=hosts, port=port)],
        lifespan=lambda _: _watched(panel),
    )


@asynccontextmanager
async def _watched(panel: Panel) -> AsyncIterator[None]:
    """As long as it is served, it is looked."""
    watching = asyncio.create_task(panel.watcher.run())
    watching.add_done_callback(_ends_with)
    yield
    watching.cancel()
    with suppress(asyncio.CancelledError):
        await watching


def _ends_with(watching: asyncio.Task[None]) -> None:
    """A page that nobody renews is worse than none: whoever keeps the process running begins another one."""
    if not watching.cancelled() and watching.exception():
        _LOG.error("looking has failed", exc_info=watching.exception())
        signal.raise_signal(signal.SIGTERM)


async def _healthy(_: Request) -> Response:
    return PlainTextResponse("well\n")


async def _form(request: Request) -> dict[str, str]:
    """Empty where it is too large, or has too many fields, to be one of ours."""
    body = b""
    async for chunk in request.stream():
        body += chunk
        if len(body) > LARGEST_FORM:
            return {}
    try:
        fields = parse_qs(body.decode("utf-8", "replace"), keep_blank_values=True, max_num_fields=MOST_FIELDS)
    except ValueError:
        return {}
    return {key: values[0] for key, values in fields.items()}


def _client(request: Request) -> str:
    return request.client.host if request.client else "nobody"


def _version() -> str:
    """Of the files that browsers keep."""
    files = sorted((HERE / "static").iterdir())
    return hashlib.sha256(b"\0".join(file.read_bytes() for file in files)).hexdigest()[:12]
