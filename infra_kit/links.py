"""Links: what one component grants another, in one declaration.

`api = Service("api", links=[db.link("read")])` gives the service variables (`DB_URL`, …), a credential with just these
rights, the permission and the way over the network. What is not linked cannot connect.
"""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, TypeVar

import pulumi

from infra_kit.errors import SpecError

if TYPE_CHECKING:
    from infra_kit.component import Component


VARIABLE = r"[A-Z][A-Z0-9_]{0,63}"
VARIABLE_FORM = "capital letters, digits and '_'"


@dataclass(frozen=True, kw_only=True, eq=False)
class Link:
    """What one component may do with another. Made by a component's `link`; a driver turns it into a `Grant`."""

    to: Component[Any, Any]
    access: tuple[str, ...]
    """What it may do there, e.g. `("read", "write")`."""
    only: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """To what that is narrowed, e.g. `{"prefix": ("uploads/",)}`. Empty: the whole component."""
    name: str
    """What the names of its variables begin with: `DB` of `DB_URL`."""
    names: Mapping[str, str] = field(default_factory=dict)
    """By the end of a variable's name, the whole name that it has instead: `{"URL": "PGRST_DB_URI"}`."""

    def called(self, **names: str) -> Link:
        """The same link, for a program of somebody else's that has names of its own for some of the variables.

        `db.link("read").called(URL="PGRST_DB_URI")` gives `PGRST_DB_URI` in the place of `DB_URL`; all others stay.

        Raises:
            SpecError: what is no variable's name. Of the workload that has the link: an end that it does not give on
                that target, and a name that two of its variables would have.
        """
        for end, name in names.items():
            if not re.fullmatch(VARIABLE, name):
                raise SpecError(f"{self}: link: called: {end}: given {name!r}; {VARIABLE_FORM}, e.g. 'DB_URL'.")
        return replace(self, names={**self.names, **names})

    @property
    def key(self) -> str:
        """Its stable key among the links of one component, for the roles of children: `db`."""
        return self.name.lower().replace("_", "-")

    def __str__(self) -> str:
        return f"{type(self.to).__name__} {self.to.name!r}"


@dataclass(frozen=True, kw_only=True)
class Grant:
    """What a driver gives for a link."""

    variables: Mapping[str, pulumi.Input[str]]
    """By the end of its name: `HOST` of `DB_HOST`; the empty text for the link's own name."""
    secrets: Mapping[str, pulumi.Output[str]] = field(default_factory=dict)
    """The same, for what only the target's mechanism for secrets may hold."""
    native: object = None
    """The target's own: permissions, network rules. Read by drivers of the same target only."""
    depends_on: tuple[pulumi.Resource, ...] = ()
    """What must stand before the grant holds."""


def make(
    to: Component[Any, Any],
    access: Sequence[str],
    allowed: Collection[str],
    *,
    name: str | None,
    only: Mapping[str, Sequence[str]] | None = None,
) -> Link:
    """A checked link. Raises `SpecError`."""
    where = f"{type(to).__name__} {to.name!r}: link"
    check_access(where, access, allowed)
    chosen = name or variable(to.name)
    if not re.fullmatch(VARIABLE, chosen):
        raise SpecError(f"{where}: name: given {chosen!r}; variables begin with it: {VARIABLE_FORM}, e.g. 'DB'.")
    narrowed = {key: tuple(values) for key, values in (only or {}).items() if values}
    return Link(to=to, access=tuple(sorted(set(access))), only=narrowed, name=chosen)


def check_access(where: str, access: Collection[str], allowed: Collection[str]) -> None:
    """Raises `SpecError` where there is an unknown one, or none."""
    unknown = sorted(set(access) - set(allowed))
    if unknown or not access:
        given = ", ".join(map(repr, unknown)) or "nothing"
        raise SpecError(f"{where}: access: given {given}, allowed: {', '.join(allowed) or 'none'}.")


def check_own(to: Component[Any, Any], access: str, own: str, *, makes: str) -> None:
    """Of what stands already, its own user has one access. Raises `SpecError` for a link that asks for another.

    Args:
        to: what stands already.
        access: what the link asks for.
        own: what the user of its URL may do.
        makes: what infra_kit would make for a link elsewhere: `role`.
    """
    if access == own:
        return
    kind = type(to).__name__
    raise SpecError(
        f"{kind} {to.name!r}: link: access: given {access!r}; it stands already, infra_kit makes no {makes} there, and "
        f"the user of its url has {own!r}. Give a user with just that access a {kind}.existing of its own: "
        f"{kind}.existing(…, url=…, access={access!r})."
    )


def variable(name: str) -> str:
    """A component's name as variables begin: `order-db` is `ORDER_DB`."""
    return name.upper().replace("-", "_")


T = TypeVar("T")


def named(link: Link, values: Mapping[str, T]) -> dict[str, T]:
    """The variables under their whole names: `DB_HOST`."""
    return {link.names.get(end) or _usual(link, end): value for end, value in values.items()}


def _usual(link: Link, end: str) -> str:
    return f"{link.name}_{end}" if end else link.name


def grant(
    endpoint: object,
    *,
    plain: Collection[str],
    secret: Collection[str],
    native: object = None,
    depends_on: Sequence[pulumi.Resource] = (),
) -> Grant:
    """Fields of an endpoint as variables: `ca_certificate` is `CA_CERTIFICATE`. None is empty, mappings are JSON."""
    return Grant(
        variables={field.upper(): getattr(endpoint, field).apply(_text) for field in plain},
        secrets={field.upper(): pulumi.Output.secret(getattr(endpoint, field)) for field in secret},
        native=native,
        depends_on=tuple(depends_on),
    )


def _text(value: object) -> str:
    match value:
        case None:
            return ""
        case str():
            return value
    return json.dumps(value)
