"""Connection URLs, made once every part is known. They hold a password, so they are secret."""

from __future__ import annotations

from collections.abc import Sequence
from urllib.parse import quote, urlsplit

import pulumi


def url(
    scheme: str,
    *,
    username: pulumi.Input[str],
    password: pulumi.Input[str],
    host: pulumi.Input[str],
    port: pulumi.Input[int],
    path: str = "",
    query: str = "",
) -> pulumi.Output[str]:
    """`scheme://username:password@host:port/path?query`, its user and password escaped. Secret.

    Args:
        scheme: e.g. `postgresql`, `rediss`, `nats`.
        username: empty where the server knows passwords only.
        path, query: as they stand in the URL, escaped already.
    """
    end = (f"/{path}" if path else "") + (f"?{query}" if query else "")

    def joined(parts: Sequence[object]) -> str:
        *login, at, on = parts
        return f"{scheme}://{_credentials(login)}@{at}:{on}{end}"

    return pulumi.Output.secret(pulumi.Output.all(username, password, host, port).apply(joined))


def as_user(
    known: pulumi.Output[str], *, username: pulumi.Input[str], password: pulumi.Input[str], path: str | None = None
) -> pulumi.Output[str]:
    """The same address for another user. Secret.

    Args:
        known: a URL that `url` made.
        username, password: instead of its own.
        path: instead of its own, escaped already.
    """

    def changed(parts: Sequence[str]) -> str:
        there, *login = parts
        split = urlsplit(there)
        address = f"{_credentials(login)}@{split.netloc.rpartition('@')[2]}"
        return split._replace(netloc=address, path=split.path if path is None else f"/{path}").geturl()

    return pulumi.Output.secret(pulumi.Output.all(known, username, password).apply(changed))


def _credentials(login: Sequence[object]) -> str:
    return ":".join(quote(str(part), safe="") for part in login)
