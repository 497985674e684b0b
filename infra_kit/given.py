"""What arguments of several components take."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from infra_kit.component import Component, Scope
from infra_kit.errors import SpecError


def a_component(given: object) -> object:
    """Takes a component, as in `of=[db, edge]`."""
    if not isinstance(given, Component):
        raise ValueError("a component is needed, as in [db, edge]")  # noqa: TRY004  pydantic reads ValueError
    return given


def check_made_here(scope: Scope, field: str, given: Iterable[Component[Any, Any]], own: str, way_out: str) -> None:
    """Raises `SpecError` for what is on another target, and for what stood before: of that nothing is known but its
    address.

    Args:
        scope: of who looks at them.
        field: that they are given in.
        given: they.
        own: what another target is to have: `a Panel`.
        way_out: for what stood before.
    """
    for component in given:
        scope.check_near(component, field, f", or give the other target {own} of its own")
        if component.stands_already:
            raise SpecError(
                f"{scope.what}: {field}: {type(component).__name__} {component.name!r} stood before, and infra-kit "
                f"knows only how to reach it. Leave it out{way_out}"
            )
