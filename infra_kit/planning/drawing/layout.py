"""Where the boxes stand: columns by how far a request has come, one band of rows for each place."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from statistics import fmean

from infra_kit.planning.graph import Graph, Node

WIDTH, HEIGHT = 176, 54
_COLUMN, _ROW, _PADDING, _HEAD = 340, 76, 24, 28
_ROUNDS = 8


@dataclass(frozen=True)
class Box:
    """A rectangle, by its upper left corner."""

    x: float
    y: float
    width: float
    height: float


@dataclass(frozen=True)
class Layout:
    """The place of everything in a picture."""

    nodes: Mapping[str, Box]
    places: Mapping[str, Box]
    width: float
    height: float


def layout(graph: Graph) -> Layout:
    """Places the nodes of a graph so that few lines cross."""
    columns = _columns(graph)
    boxes: dict[str, Box] = {}
    places: dict[str, Box] = {}
    top = float(_PADDING)
    wide = max(columns.values(), default=0)
    for place in graph.places:
        inside = [node for node in graph.nodes if node.place == place]
        rows = _rows(graph, inside, columns)
        tall = max(len(row) for row in rows.values())
        for column, names in rows.items():
            start = top + _HEAD + (tall - len(names)) * _ROW / 2
            for row, name in enumerate(names):
                boxes[name] = Box(_PADDING + column * _COLUMN, start + row * _ROW + (_ROW - HEIGHT) / 2, WIDTH, HEIGHT)
        first = min(rows)
        left = first * _COLUMN + _PADDING / 2
        places[place] = Box(
            left, top, (max(rows) - first) * _COLUMN + WIDTH + _PADDING, _HEAD + tall * _ROW + _PADDING / 2
        )
        top += _HEAD + tall * _ROW + 2 * _PADDING
    for node in graph.nodes:
        if not node.place:
            boxes[node.name] = Box(_PADDING, max((top - HEIGHT) / 2, _PADDING), WIDTH, HEIGHT)
    return Layout(boxes, places, wide * _COLUMN + WIDTH + 2 * _PADDING, max(top, HEIGHT + 2 * _PADDING))


def _columns(graph: Graph) -> dict[str, int]:
    """How many steps it takes to come to each: the longest way, so that every line leads to the right.

    What leads no further (the data) stands at the right; what nothing leads to, beside what it leads to.
    """
    first = 1 if any(not node.place for node in graph.nodes) else 0
    found = {node.name: first if node.place else 0 for node in graph.nodes}
    for _ in graph.nodes:
        for edge in graph.edges:
            found[edge.end] = min(max(found[edge.end], found[edge.start] + 1), len(graph.nodes))
    reached, leading = {edge.end for edge in graph.edges}, {edge.start for edge in graph.edges}
    found |= dict.fromkeys(reached - leading, max(found.values(), default=0))
    for node in graph.nodes:
        leads = [found[edge.end] for edge in graph.edges if edge.start == node.name]
        if node.place and leads and node.name not in reached:
            found[node.name] = max(min(leads) - 1, first)
    return found


def _rows(graph: Graph, nodes: Sequence[Node], columns: Mapping[str, int]) -> dict[int, list[str]]:
    """By column, its nodes from above: each near the middle of what it is joined to, last what is joined to nothing."""
    rows: dict[int, list[str]] = {}
    for node in nodes:
        rows.setdefault(columns[node.name], []).append(node.name)
    near: dict[str, list[str]] = {node.name: [] for node in nodes}
    for edge in graph.edges:
        if edge.start in near and edge.end in near:
            near[edge.start].append(edge.end)
            near[edge.end].append(edge.start)
    for _ in range(_ROUNDS):
        for column in sorted(rows):
            at = _heights(rows)
            rows[column].sort(
                key=lambda name: (not near[name], fmean([at[other] for other in near[name]] or [at[name]]))
            )
    return dict(sorted(rows.items()))


def _heights(rows: Mapping[int, Sequence[str]]) -> dict[str, float]:
    """Each column is centred."""
    return {name: row - (len(names) - 1) / 2 for names in rows.values() for row, name in enumerate(names)}
