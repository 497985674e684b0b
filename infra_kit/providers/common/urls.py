"""Connection URLs, made once every part is known. They hold a password, so they are secret."""

from __future__ import annotations

from urllib.parse import quote

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
