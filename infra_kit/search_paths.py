"""A schema of one's own in a database of Postgres that others share."""

from __future__ import annotations

import re

import pulumi

from infra_kit.errors import SpecError

URL = pulumi.Input[str]


def beginning_in(
    schema: str, what: str, url: URL, reader_url: URL | None, pooled_url: URL | None
) -> tuple[URL, URL | None]:
    """The first two with one schema as the `search_path` of their connections, as libpq and node-postgres read
    it (https://www.postgresql.org/docs/current/libpq-connect.html#LIBPQ-CONNECT-OPTIONS). Prisma does not: it names the
    schema in each statement, by a `schema` of its own in the URL (https://www.prisma.io/docs/orm/overview/databases/postgresql).

    Args:
        schema: its name, which needs no quotes.
        what: names the component in errors, e.g. `Postgres 'db'`.
        url: plain or an Output, which becomes a secret.
        reader_url: the same, or none.
        pooled_url: none.

    Raises:
        SpecError: another name, or options of the URL's own; a URL through a pooler.
    """
    if not re.fullmatch(r"[a-z_][a-z0-9_]{0,62}", schema):
        raise SpecError(
            f"{what}: schema: given {schema!r}; a name of at most 63 lower-case letters, digits and underscores is "
            "needed, e.g. 'preview_123'."
        )
    if pooled_url is not None:
        raise SpecError(
            f"{what}: pooled_url: given with a schema, and a pooler gives one connection to several in turn, whatever "
            "schema each began in. Leave one of the two out, or give the schema to the user itself: ALTER ROLE … SET "
            f"search_path = {schema}."
        )
    beginning = _with_path(schema, f"{what}: url", url)
    return beginning, None if reader_url is None else _with_path(schema, f"{what}: reader_url", reader_url)


def _with_path(schema: str, where: str, url: URL) -> URL:
    def changed(known: str) -> str:
        _, separator, query = known.partition("?")
        if any(part.startswith("options=") for part in query.split("&")):
            raise SpecError(f"{where}: the one given has options of its own: leave them or the schema out.")
        return f"{known}{'&' if separator else '?'}options=-csearch_path%3D{schema}"

    secret = pulumi.Output.secret(url)
    return changed(url) if isinstance(url, str) else secret.apply(changed)
