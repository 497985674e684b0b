"""The resources of a plan as a tree: components, what they hold together, and what stands beside them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from infra_kit.planning.programs import Planned
from infra_kit.recording import Resource


@dataclass(frozen=True)
class Node:
    """A resource, or a component, ours or the program's own."""

    name: str
    """Its logical name."""
    type: str
    component: bool
    """Whether it only holds others together."""
    resources: tuple[Node, ...]
    """Whose parent it is: components first."""


def tree(planned: Planned) -> tuple[Node, ...]:
    """What has no parent, and below it what has: components in the order of the program, then resources by type."""
    children: dict[str, list[Resource]] = {}
    for resource in planned.resources:
        parent = resource.parent if resource.parent in planned.by_urn else ""
        children.setdefault(parent or "", []).append(resource)
    order = {(made.type, made.name): place for place, made in enumerate(planned.components)}
    return _nodes("", children, order)


def _nodes(
    parent: str, children: Mapping[str, Sequence[Resource]], order: Mapping[tuple[str, str], int]
) -> tuple[Node, ...]:
    def place(resource: Resource) -> tuple[bool, int, str, str]:
        known = order.get((resource.type, resource.name), len(order))
        return resource.request.custom, known, resource.type, resource.name

    return tuple(
        Node(it.name, it.type, not it.request.custom, _nodes(it.urn, children, order))
        for it in sorted(children.get(parent, ()), key=place)
    )
