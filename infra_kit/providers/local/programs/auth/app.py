"""What is answered. Whoever calls it by another name than this machine's is refused, as by all pages here."""

from __future__ import annotations

import base64
import binascii
import hmac
import json
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl, urlencode

import jwt
from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.middleware import Middleware
from starlette.middleware.cors import CORSMiddleware
from starlette.middleware.trustedhost import TrustedHostMiddleware
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, RedirectResponse, Response
from starlette.routing import Route

from infra_kit.panel.headers import HEADERS, KEPT_NOWHERE, NOTHING_ELSE
from infra_kit.providers.local.ports import LOOPBACK
from infra_kit.providers.local.programs.auth import pages
from infra_kit.providers.local.programs.auth.accounts import Accounts, Person, Session
from infra_kit.providers.local.programs.auth.codes import Code, Codes
from infra_kit.providers.local.programs.auth.signing import ALGORITHM, Signer
from infra_kit.providers.local.programs.auth.wanted import Application, Wanted

PAGE = {**HEADERS, **KEPT_NOWHERE, "Content-Security-Policy": f"{NOTHING_ELSE}; style-src 'unsafe-inline'"}
"""Where its form may lead, is not said: browsers hold that against the way back to the application too."""
NO_STORE = {"Cache-Control": "no-store"}


class OAuthError(Exception):
    """As the standard has it: what kind, and in words (https://www.rfc-editor.org/rfc/rfc6749#section-5.2)."""

    def __init__(self, kind: str, words: str, status: int = 400) -> None:
        self.kind, self.words, self.status = kind, words, status
        super().__init__(words)


@dataclass(frozen=True)
class Asked:
    """A login that is asked for, by an application of ours and back to where it may lead."""

    client: Application
    redirect: str
    state: str
    nonce: str
    challenge: str
    wrong: tuple[str, str] | None

    def back(self, **said: str) -> Response:
        more = {**said, **({"state": self.state} if self.state else {})}
        return RedirectResponse(f"{self.redirect}?{urlencode(more)}", 303, headers=NO_STORE)


@dataclass(frozen=True)
class Provider:
    """The routes."""

    wanted: Wanted
    accounts: Accounts
    signer: Signer
    codes: Codes = field(default_factory=Codes)

    def routes(self) -> list[Route]:
        return [
            Route("/.well-known/openid-configuration", self.configuration),
            Route("/.well-known/jwks.json", self.keys),
            Route("/authorize", self.authorize, methods=["GET", "POST"]),
            Route("/token", self.token, methods=["POST"]),
            Route("/userinfo", self.userinfo),
            Route("/logout", self.logout),
            Route("/users", self.users, methods=["PUT"]),
        ]

    async def configuration(self, request: Request) -> Response:  # noqa: ARG002
        issuer = self.wanted.issuer
        return JSONResponse(
            {
                "issuer": issuer,
                "authorization_endpoint": f"{issuer}/authorize",
                "token_endpoint": f"{issuer}/token",
                "userinfo_endpoint": f"{issuer}/userinfo",
                "end_session_endpoint": f"{issuer}/logout",
                "jwks_uri": f"{issuer}/.well-known/jwks.json",
                "response_types_supported": ["code"],
                "grant_types_supported": ["authorization_code", "refresh_token"],
                "subject_types_supported": ["public"],
                "id_token_signing_alg_values_supported": [ALGORITHM],
                "scopes_supported": ["openid", "email"],
                "claims_supported": ["sub", "email", "email_verified", "groups"],
                "code_challenge_methods_supported": ["S256"],
                "token_endpoint_auth_methods_supported": ["none", "client_secret_basic", "client_secret_post"],
            }
        )

    async def keys(self, request: Request) -> Response:  # noqa: ARG002
        return JSONResponse(self.signer.keys)

    async def authorize(self, request: Request) -> Response:
        asked = self._asked(request)
        if asked.wrong:
            return asked.back(error=asked.wrong[0], error_description=asked.wrong[1])
        if request.method == "GET":
            return self._login(asked)
        form = await _form(request)
        email, password, do = (form.get(name, "") for name in ("email", "password", "do"))
        found = await run_in_threadpool(self._enter, email, password, do)
        if isinstance(found, str):
            return self._login(asked, found)
        session = self.accounts.begin(found.sub, self.wanted.refresh_seconds)
        code = self.codes.give(Code(asked.client.id, asked.redirect, asked.challenge, asked.nonce, session))
        return asked.back(code=code, iss=self.wanted.issuer)

    async def token(self, request: Request) -> Response:
        said = await _form(request)
        client = self._client(said, request.headers.get("Authorization", ""))
        match said.get("grant_type"):
            case "authorization_code":
                code = self.codes.take(said.get("code", ""))
                if code is None or not code.is_for(
                    client.id, said.get("redirect_uri", ""), said.get("code_verifier", "")
                ):
                    raise OAuthError("invalid_grant", "the code is not known, or was made for somebody else")
                return self._tokens(code.session, client, code.nonce)
            case "refresh_token":
                session = self.accounts.take(said.get("refresh_token", ""), client.id)
                if session is None:
                    raise OAuthError("invalid_grant", "the refresh token is not known, was used, or has ended")
                return self._tokens(session, client, "")
        raise OAuthError("unsupported_grant_type", "authorization_code and refresh_token are taken")

    async def userinfo(self, request: Request) -> Response:
        scheme, _, token = request.headers.get("Authorization", "").partition(" ")
        try:
            claims = self.signer.read(token if scheme.lower() == "bearer" else "")
        except jwt.InvalidTokenError as error:
            raise OAuthError("invalid_token", str(error), 401) from None
        person = self.accounts.person(claims["sub"])
        if person is None:
            raise OAuthError("invalid_token", "nobody has this account any more", 401)
        said = {"sub": person.sub, "email": person.email, "email_verified": True, "groups": list(person.groups)}
        return JSONResponse(said, headers=NO_STORE)

    async def logout(self, request: Request) -> Response:
        """Nobody stays logged in here: the application forgets its tokens, and comes here for the way back."""
        said = request.query_params
        client = self.wanted.clients.get(said.get("client_id", ""))
        back = said.get("post_logout_redirect_uri", "")
        if client and back in client.logouts:
            state = f"?{urlencode({'state': said['state']})}" if "state" in said else ""
            return RedirectResponse(f"{back}{state}", 303)
        return HTMLResponse(pages.told("Logged out", "You may close this page."), headers=PAGE)

    async def users(self, request: Request) -> Response:
        if not _is(self.wanted.admin, request.headers.get("Authorization", "")):
            raise OAuthError("invalid_token", "the admin's name and password are asked for", 401)
        try:
            said = json.loads(await request.body())
            email, password, groups = str(said["email"]), str(said["password"]), list(said.get("groups", []))
        except (ValueError, KeyError, TypeError):
            raise OAuthError("invalid_request", 'JSON is asked for: {"email", "password", "groups"}') from None
        if why := self._refused(email, password) or self._no_group(groups):
            raise OAuthError("invalid_request", why)
        person = await run_in_threadpool(self.accounts.put, email, password, groups)
        return JSONResponse({"sub": person.sub, "email": person.email, "groups": list(person.groups)})

    def _asked(self, request: Request) -> Asked:
        """Raises where it is not known whom to lead back: nobody is led anywhere then."""
        said = request.query_params
        client = self.wanted.clients.get(said.get("client_id", ""))
        redirect = said.get("redirect_uri", "")
        if client is None or redirect not in client.redirects:
            raise OAuthError("invalid_request", "client_id or redirect_uri is not one of this provider's")
        challenge = said.get("code_challenge", "")
        wrong = None
        if said.get("response_type") != "code":
            wrong = ("unsupported_response_type", "response_type=code is needed")
        elif not challenge or said.get("code_challenge_method") != "S256":
            wrong = ("invalid_request", "PKCE is needed: code_challenge, code_challenge_method=S256")
        elif "openid" not in said.get("scope", "").split():
            wrong = ("invalid_scope", "the scope openid is needed")
        return Asked(client, redirect, said.get("state", ""), said.get("nonce", ""), challenge, wrong)

    def _login(self, asked: Asked, why: str = "") -> Response:
        text = pages.login(asked.client.id, sign_up=self.wanted.sign_up, why=why)
        return HTMLResponse(text, 400 if why else 200, headers=PAGE)

    def _enter(self, email: str, password: str, do: str) -> Person | str:
        """Who it is; or why nobody is let in."""
        if do != "sign-up":
            return self.accounts.log_in(email, password) or "The address or the password is wrong."
        if not self.wanted.sign_up:
            return "Accounts are made by who runs this application."
        return (
            self._refused(email, password)
            or self.accounts.sign_up(email, password)
            or "Somebody has this address already."
        )

    def _refused(self, email: str, password: str) -> str:
        if email.count("@") != 1 or email.startswith("@") or email.endswith("@") or any(it.isspace() for it in email):
            return "An e-mail address is needed."
        least = self.wanted.password_length
        return f"A password of at least {least} characters is needed." if len(password) < least else ""

    def _no_group(self, groups: list[Any]) -> str:
        unknown = [it for it in groups if it not in self.wanted.groups]
        return f"there is no group {unknown[0]}" if unknown else ""

    def _client(self, said: dict[str, str], header: str) -> Application:
        login = _basic(header)
        name, secret = login or (said.get("client_id", ""), said.get("client_secret", ""))
        client = self.wanted.clients.get(name)
        if client is None or not client.is_itself(secret):
            raise OAuthError("invalid_client", "the client is not known, or its secret is wrong", 401)
        return client

    def _tokens(self, session: Session, client: Application, nonce: str) -> Response:
        person = self.accounts.person(session.sub)
        if person is None:
            raise OAuthError("invalid_grant", "nobody has this account any more")
        given = {
            "access_token": self.signer.access(person, session, client.id),
            "id_token": self.signer.identity(person, session, client.id, nonce),
            "refresh_token": self.accounts.give(session, client.id),
            "token_type": "Bearer",
            "expires_in": self.wanted.access_seconds,
            "scope": "openid email",
        }
        return JSONResponse(given, headers=NO_STORE)


def application(wanted: Wanted, accounts: Accounts, signer: Signer) -> Starlette:
    origins = sorted({origin for client in wanted.clients.values() for origin in client.origins})
    return Starlette(
        routes=Provider(wanted, accounts, signer).routes(),
        middleware=[
            Middleware(TrustedHostMiddleware, allowed_hosts=[LOOPBACK, "localhost"], www_redirect=False),
            Middleware(CORSMiddleware, allow_origins=origins, allow_methods=["GET", "POST"], allow_headers=["*"]),
        ],
        exception_handlers={OAuthError: _told},
    )


def _told(request: Request, error: Exception) -> Response:  # noqa: ARG001
    assert isinstance(error, OAuthError)  # noqa: S101  it handles no other
    challenge = {"WWW-Authenticate": "Bearer"} if error.status == 401 else {}
    said = {"error": error.kind, "error_description": error.words}
    return JSONResponse(said, error.status, headers={**NO_STORE, **challenge})


async def _form(request: Request) -> dict[str, str]:
    body = await request.body()
    return dict(parse_qsl(body.decode(errors="replace"), keep_blank_values=True))


def _basic(header: str) -> tuple[str, str] | None:
    scheme, _, text = header.partition(" ")
    if scheme.lower() != "basic":
        return None
    try:
        name, _, secret = base64.b64decode(text, validate=True).decode().partition(":")
    except (binascii.Error, UnicodeDecodeError):
        return None
    return name, secret


def _is(known: tuple[str, str], header: str) -> bool:
    name, password = _basic(header) or ("", "")
    return hmac.compare_digest(password.encode(), known[1].encode()) and name == known[0]
