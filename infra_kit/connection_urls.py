"""Connection URLs that users bring: taken apart, and never shown."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import SplitResult, unquote, urlsplit

import pulumi

from infra_kit._configuration import HIDDEN, MadeUp
from infra_kit.errors import SpecError


@dataclass(frozen=True, kw_only=True)
class Parts:
    """A connection URL and what is in it, unescaped."""

    url: pulumi.Output[str]
    """Secret."""
    scheme: pulumi.Output[str]
    host: pulumi.Output[str]
    port: pulumi.Output[int]
    username: pulumi.Output[str]
    password: pulumi.Output[str]
    """Secret."""
    path: pulumi.Output[str]
    """Without the slash before it; empty where none is needed."""


def read(what: str, url: pulumi.Input[str], schemes: Mapping[str, int], *, path: bool = True) -> Parts:
    """The parts of `scheme://username:password@host:port/path`.

    Args:
        what: names component and field in the error, e.g. `Postgres 'db': url`.
        url: plain or an Output; a secret from here on.
        schemes: those that it may have, each with its port where the URL says none; the first is named in the error.
        path: whether it must have one.

    Raises:
        SpecError: it is another URL, or lacks a user, a host or a path. A plain one is checked now, an Output when it
            is known. The message does not show the URL, which holds a password.
    """
    form = _Form(what, tuple(schemes), path)
    if isinstance(url, str):
        form.split(url)
    secret = pulumi.Output.secret(url)
    parts = secret.apply(form.split)
    clear = pulumi.Output.unsecret(parts)  # the password alone is secret, not where the server is
    return Parts(
        url=secret,
        scheme=clear.apply(lambda it: it.scheme),
        host=clear.apply(lambda it: str(it.hostname)),
        port=clear.apply(lambda it: it.port or schemes[it.scheme]),
        username=clear.apply(lambda it: unquote(it.username or "")),
        password=parts.apply(lambda it: unquote(it.password or "")),
        path=clear.apply(lambda it: unquote(it.path.removeprefix("/"))),
    )


@dataclass(frozen=True)
class _Form:
    """What a URL must be."""

    what: str
    schemes: tuple[str, ...]
    path: bool

    def split(self, url: str) -> SplitResult:
        if url == HIDDEN or isinstance(url, MadeUp):
            url = f"{self.schemes[0]}://secret:secret@secret/secret"
        try:
            parts = urlsplit(url)
            complete = (
                parts.hostname and parts.username and parts.port != 0 and (parts.path.strip("/") or not self.path)
            )
        except ValueError:  # a port that is no number, or several hosts
            complete = None
        if not complete or parts.scheme not in self.schemes:
            form = f"{self.schemes[0]}://user:password@host:port" + ("/name" if self.path else "")
            raise SpecError(
                f"{self.what}: the one given (not shown, it holds a password) does not have the form {form}. Special "
                "characters in its parts are escaped as %XX."
            )
        return parts
