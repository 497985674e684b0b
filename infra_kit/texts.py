"""Texts that specs take, each checked where it is given: names, patterns, headers, windows."""

from __future__ import annotations

import re
from typing import Annotated

from pydantic import AfterValidator

from infra_kit.spec import Items


def _pattern(text: str) -> str:
    if not re.fullmatch(r"/[A-Za-z0-9_.$/~'@:+*?&-]*", text):
        raise ValueError("a path pattern begins with '/' and may hold '*', e.g. '/static/*'")
    return text


def _domain(text: str) -> str:
    if not re.fullmatch(r"(\*\.)?([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]{2,63}", text):
        raise ValueError("a domain name in lower case is needed, e.g. 'www.example.com'")
    return text


def once(texts: tuple[str, ...]) -> tuple[str, ...]:
    """Checks that each stands there once."""
    if len(set(texts)) < len(texts):
        raise ValueError("each stands once")
    return texts


def _header(text: str) -> str:
    if not re.fullmatch(r"[A-Za-z0-9-]{1,64}", text):
        raise ValueError("a header's name is letters, digits and hyphens")
    return text


def _cookie(text: str) -> str:
    if not re.fullmatch(r"[A-Za-z0-9_.-]{1,64}", text):
        raise ValueError("a cookie's name is letters, digits, '_', '.' and '-'")
    return text


def _header_value(text: str) -> str:
    if not text.isprintable():
        raise ValueError("a header's value is one line of printable characters")
    return text


def _identifier(text: str) -> str:
    if not re.fullmatch(r"[a-z_][a-z0-9_]{0,62}", text):
        raise ValueError("a name of at most 63 lower-case letters, digits and underscores is needed")
    return text


SYSTEMS_OWN = frozenset({"postgres", "template0", "template1", "rdsadmin", "cloudsqladmin"})
"""The databases that every server has, or that a cloud has on each, for itself."""


def _own_database(text: str) -> str:
    if text in SYSTEMS_OWN:
        raise ValueError(f"{text!r} is a database of the server's own; name one for the application, e.g. 'app'")
    return text


def _extension(text: str) -> str:
    if not re.fullmatch(r"[a-z][a-z0-9_-]{0,62}", text):
        raise ValueError("an extension's name is needed, as in CREATE EXTENSION, e.g. 'pgcrypto'")
    return text


def _parameter(text: str) -> str:
    if not re.fullmatch(r"[a-z_][a-z0-9_]*(\.[a-z0-9_]+)?", text):
        raise ValueError("a server parameter's name in lower case is needed, e.g. 'log_min_duration_statement'")
    return text


def _parameter_value(text: str) -> str:
    if not text.isprintable():
        raise ValueError("a server parameter's value is one line of printable characters")
    return text


def _window(text: str) -> str:
    match = re.fullmatch(r"([01]\d|2[0-3]):([0-5]\d)-([01]\d|2[0-3]):([0-5]\d)", text)
    if not match:
        raise ValueError("a daily window in UTC is needed, e.g. '03:00-04:00'")
    begin, end = (int(match[i]) * 60 + int(match[i + 1]) for i in (1, 3))
    if (end - begin) % 1440 < 30:
        raise ValueError("a backup window lasts at least 30 minutes")
    return text


Pattern = Annotated[str, AfterValidator(_pattern)]
"""Of a request's path."""
Domain = Annotated[str, AfterValidator(_domain)]
Domains = Annotated[Items[Domain], AfterValidator(once)]
Header = Annotated[str, AfterValidator(_header)]
HeaderValue = Annotated[str, AfterValidator(_header_value)]
Cookie = Annotated[str, AfterValidator(_cookie)]

Database = Annotated[str, AfterValidator(_identifier), AfterValidator(_own_database)]
Extension = Annotated[str, AfterValidator(_extension)]
Parameter = Annotated[str, AfterValidator(_parameter)]
ParameterValue = Annotated[str, AfterValidator(_parameter_value)]
Window = Annotated[str, AfterValidator(_window)]
