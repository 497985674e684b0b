"""Links to pages that somebody else runs: what a browser opens, and nothing that runs in it."""

from __future__ import annotations

from typing import Annotated

import pulumi
from pydantic import PlainValidator

_NEVER = frozenset('"<>()[]\\`')


def web(url: str) -> str:
    """The same URL. Raises `ValueError` for what is no page's."""
    if not url.startswith(("https://", "http://")) or any(it.isspace() or it in _NEVER for it in url):
        raise ValueError("a URL that begins with https:// or http:// is needed, e.g. 'https://cms.example.com'")
    return url


def _link(given: object) -> object:
    if isinstance(given, pulumi.Output):
        return given.apply(web)
    if not isinstance(given, str):
        raise ValueError("a URL is needed, plain or an Output")  # noqa: TRY004  pydantic reads ValueError
    return web(given)


WebLink = Annotated[str | pulumi.Output[str], PlainValidator(_link)]
"""Plain, or an Output that is looked at when it is known."""
