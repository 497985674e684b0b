"""Texts that specs take, each checked where it is given: names, patterns, headers, windows."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from functools import partial
from typing import Annotated

from pydantic import AfterValidator

from infra_kit import naming
from infra_kit.spec import Items


def _checked(holds: Callable[[str], object], message: str) -> AfterValidator:
    def check(text: str) -> str:
        if not holds(text):
            raise ValueError(message)
        return text

    return AfterValidator(check)


def matching(pattern: str, message: str) -> AfterValidator:
    """Takes a text that is as a pattern says from its first character to its last, and answers others with a message:
    `Header = Annotated[str, matching(r"[A-Za-z0-9-]{1,64}", "a header's name is letters, digits and hyphens")]`."""
    return _checked(partial(re.fullmatch, pattern), message)


def once(texts: tuple[str, ...]) -> tuple[str, ...]:
    """Checks that each stands there once."""
    if len(set(texts)) < len(texts):
        raise ValueError("each stands once")
    return texts


def without_wildcards(domains: Sequence[str]) -> tuple[str, ...]:
    return tuple(domain for domain in domains if not domain.startswith("*"))


SYSTEMS_OWN = frozenset({"postgres", "template0", "template1", "rdsadmin", "cloudsqladmin"})
"""The databases that every server has, or that a cloud has on each, for itself."""


def _own_database(text: str) -> str:
    if text in SYSTEMS_OWN:
        raise ValueError(f"{text!r} is a database of the server's own; name one for the application, e.g. 'app'")
    return text


def _window(text: str) -> str:
    match = re.fullmatch(r"([01]\d|2[0-3]):([0-5]\d)-([01]\d|2[0-3]):([0-5]\d)", text)
    if not match:
        raise ValueError("a daily window in UTC is needed, e.g. '03:00-04:00'")
    begin, end = (int(match[i]) * 60 + int(match[i + 1]) for i in (1, 3))
    if (end - begin) % 1440 < 30:
        raise ValueError("a backup window lasts at least 30 minutes")
    return text


Name = Annotated[
    str,
    matching(
        rf"(?=.{{1,{naming.MAX_LENGTH}}}$){naming.LEGAL.pattern}",
        f"a name of at most {naming.MAX_LENGTH} lower-case letters, digits and single hyphens is needed, which begins "
        "with a letter, e.g. 'uploads'",
    ),
]
"""Of a part of a component, e.g. a volume: as components are called."""
Pattern = Annotated[
    str, matching(r"/[A-Za-z0-9_.$/~'@:+*?&-]*", "a path pattern begins with '/' and may hold '*', e.g. '/static/*'")
]
"""Of a request's path."""
Domain = Annotated[
    str,
    matching(
        r"(\*\.)?([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]{2,63}",
        "a domain name in lower case is needed, e.g. 'www.example.com'",
    ),
]
Domains = Annotated[Items[Domain], AfterValidator(once)]
Header = Annotated[str, matching(r"[A-Za-z0-9-]{1,64}", "a header's name is letters, digits and hyphens")]
CacheControl = Annotated[
    str,
    matching(r"[a-z0-9=, -]{1,200}", "what browsers are told is needed, e.g. 'public, max-age=86400, immutable'"),
]
"""A value of the header Cache-Control (https://www.rfc-editor.org/rfc/rfc9111#section-5.2.2)."""
HeaderValue = Annotated[str, _checked(str.isprintable, "a header's value is one line of printable characters")]
Cookie = Annotated[str, matching(r"[A-Za-z0-9_.-]{1,64}", "a cookie's name is letters, digits, '_', '.' and '-'")]

Image = Annotated[
    str,
    matching(
        r"((\[[0-9a-fA-F:]+\]|[A-Za-z0-9.-]+)(:\d{1,5})?/)?"
        r"[a-z0-9]+([._-]+[a-z0-9]+)*(/[a-z0-9]+([._-]+[a-z0-9]+)*)*"
        r"(:[A-Za-z0-9_][A-Za-z0-9_.-]{0,127})?(@[a-z0-9]+:[0-9a-f]{32,})?",
        "an OCI image by tag or digest is needed, e.g. 'registry.example/api:1.4'",
    ),
]
"""https://github.com/distribution/reference/blob/main/reference.go"""

_PATH = r"/[A-Za-z0-9/_.~-]*"
Folder = Annotated[str, matching(_PATH, "a path that begins with '/' is needed, e.g. '/data'")]
"""In a container."""
RequestPath = Annotated[str, matching(_PATH, "a path that begins with '/' is needed, e.g. '/health'")]
"""Of a request, without a query."""

Database = Annotated[
    str,
    matching(r"[a-z_][a-z0-9_]{0,62}", "a name of at most 63 lower-case letters, digits and underscores is needed"),
    AfterValidator(_own_database),
]
CollectionName = Annotated[
    str,
    matching(
        r"(?!system\.)[A-Za-z_][A-Za-z0-9_.-]{0,119}",
        "a collection's name is at most 120 letters, digits, '_', '.' and '-', begins with a letter or '_', and not "
        "with 'system.', e.g. 'activity_logs'",
    ),
]
"""https://www.mongodb.com/docs/manual/reference/limits/#naming-restrictions"""
DocumentDatabase = Annotated[
    str,
    matching(
        r"(?!(admin|local|config)$)[a-z_][a-z0-9_]{0,37}",
        "a name of at most 38 lower-case letters, digits and underscores is needed, which is none of the server's own "
        "(admin, local, config), e.g. 'app'",
    ),
]
"""At most Atlas's 38 characters (https://www.mongodb.com/docs/atlas/reference/atlas-limits/)."""
DocumentField = Annotated[
    str, matching(r"[A-Za-z_][A-Za-z0-9_]*(\.[A-Za-z0-9_]+)*", "a field of a document is needed, e.g. 'expires_at'")
]
IndexField = Annotated[
    str,
    matching(
        r"-?[A-Za-z_][A-Za-z0-9_]*(\.[A-Za-z0-9_]+)*",
        "a field of a document is needed, with a '-' before it where it descends, e.g. '-timestamp'",
    ),
]
Extension = Annotated[
    str, matching(r"[a-z][a-z0-9_-]{0,62}", "an extension's name is needed, as in CREATE EXTENSION, e.g. 'pgcrypto'")
]
Parameter = Annotated[
    str,
    matching(
        r"[a-z_][a-z0-9_]*(\.[a-z0-9_]+)?",
        "a server parameter's name in lower case is needed, e.g. 'log_min_duration_statement'",
    ),
]
ParameterValue = Annotated[
    str, _checked(str.isprintable, "a server parameter's value is one line of printable characters")
]
Window = Annotated[str, AfterValidator(_window)]
