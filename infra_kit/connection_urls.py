"""Connection URLs that users bring: taken apart, and never shown."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from urllib.parse import SplitResult, unquote, urlsplit

import pulumi

from infra_kit._configuration import HIDDEN
from infra_kit.errors import SpecError


@dataclass(frozen=True, kw_only=True)
class Parts:
    """A connection URL and what is in it, unescaped."""

    url: pulumi.Output[str]
    """Secret."""
    host: pulumi.Output[str]
    port: pulumi.Output[int]
    username: pulumi.Output[str]
    password: pulumi.Output[str]
    """Secret."""
    path: pulumi.Output[str]
    """Without the slash before it."""


def read(
    what: str, url: pulumi.Input[str], schemes: Collection[str], *, default_port: int, with_path: bool = True
) -> Parts:
    """The parts of `scheme://username:password@host:port/path`.

    Args:
        what: names component and field in the error, e.g. `Postgres 'db': url`.
        url: plain or an Output; a secret from here on.
        schemes: those that it may have; the first one is named in the error.
        default_port: where it says none.
        with_path: it must have one.

    Raises:
        SpecError: it is another URL, or lacks a user, a host or a path. A plain one is checked now, an Output when it
            is known. The message does not show the URL, which holds a password.
    """
    if isinstance(url, str):
        _split(what, url, schemes, with_path)
    secret = pulumi.Output.secret(url)
    parts = secret.apply(lambda text: _split(what, text, schemes, with_path))
    clear = pulumi.Output.unsecret(parts)  # the password alone is secret, not where the server is
    return Parts(
        url=secret,
        host=clear.apply(lambda it: str(it.hostname)),
        port=clear.apply(lambda it: it.port or default_port),
        username=clear.apply(lambda it: unquote(it.username or "")),
        password=parts.apply(lambda it: unquote(it.password or "")),
        path=clear.apply(lambda it: unquote(it.path.removeprefix("/"))),
    )


def _split(what: str, url: str, schemes: Collection[str], with_path: bool) -> SplitResult:  # noqa: FBT001
    if url == HIDDEN:
        url = f"{next(iter(schemes))}://secret:secret@secret/secret"
    try:
        parts = urlsplit(url)
        complete = parts.hostname and parts.username and (parts.path.strip("/") or not with_path) and parts.port != 0
    except ValueError:  # a port that is no number, or several hosts
        complete = None
    if not complete or parts.scheme not in schemes:
        scheme = next(iter(schemes))
        raise SpecError(
            f"{what}: the one given (not shown, it holds a password) does not have the form "
            f"{scheme}://user:password@host:port{'/name' if with_path else ''}. Special "
            "characters in its parts are escaped as %XX."
        )
    return parts
