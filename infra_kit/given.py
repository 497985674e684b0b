"""What arguments of several components take."""

from __future__ import annotations

from infra_kit.component import Component


def a_component(given: object) -> object:
    """Takes a component, as in `of=[db, edge]`."""
    if not isinstance(given, Component):
        raise ValueError("a component is needed, as in of=[db, edge]")  # noqa: TRY004  pydantic reads ValueError
    return given
