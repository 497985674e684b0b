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
    credentials = pulumi.Output.all(username, password).apply(
        lambda both: ":".join(quote(str(x), safe="") for x in both)
    )
    address = pulumi.Output.format("{0}://{1}@{2}:{3}", scheme, credentials, host, port)
    end = (f"/{path}" if path else "") + (f"?{query}" if query else "")
    return pulumi.Output.secret(pulumi.Output.concat(address, end))


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
        there, *credentials = parts
        split = urlsplit(there)
        login = ":".join(quote(part, safe="") for part in credentials)
        address = f"{login}@{split.netloc.rpartition('@')[2]}"
        return split._replace(netloc=address, path=split.path if path is None else f"/{path}").geturl()

    return pulumi.Output.secret(pulumi.Output.all(known, username, password).apply(changed))
