"""Where the boxes stand: columns by how far a request has come, bands of rows for each place, in which its zones have
their frames."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from statistics import fmean

from infra_kit.planning.graph import Graph, Node
from infra_kit.planning.zones import depth

WIDTH, HEIGHT = 176, 54
_COLUMN, _ROW, _PADDING, _HEAD = 340, 76, 24, 28
_ZONE_PADDING, _ZONE_HEAD = 7, 22
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
    zones: Mapping[tuple[str, str], Box]
    """By place and zone."""
    width: float
    height: float


def layout(graph: Graph) -> Layout:
    """Places the nodes of a graph so that few lines cross."""
    columns = _columns(graph)
    boxes: dict[str, Box] = {}
    places: dict[str, Box] = {}
    zones: dict[tuple[str, str], Box] = {}
    top = float(_PADDING)
    for place in graph.places:
        inside = [node for node in graph.nodes if node.place == place]
        below = top + _HEAD
        for band in _bands(graph, inside, columns):
            rows = _rows(graph, band, columns)
            head = _ZONE_HEAD if any(node.zone for node in band) else 0
            tall = head + max(map(len, rows.values())) * _ROW
            boxes |= _stacked(rows, below + head)
            for zone in {node.zone for node in band} - {""}:
                its = {columns[node.name] for node in band if node.zone == zone}
                zones[place, zone] = _around(its, below, tall, _ZONE_PADDING)
            below += tall + _PADDING / 2
        places[place] = _around({columns[node.name] for node in inside}, top, below - top, _PADDING / 2)
        top = below + 1.5 * _PADDING
    for node in graph.nodes:
        if not node.place:
            boxes[node.name] = Box(_PADDING, max((top - HEIGHT) / 2, _PADDING), WIDTH, HEIGHT)
    wide = max(columns.values(), default=0) * _COLUMN + WIDTH + 2 * _PADDING
    return Layout(boxes, places, zones, wide, max(top, HEIGHT + 2 * _PADDING))


def _bands(graph: Graph, nodes: Sequence[Node], columns: dict[str, int]) -> list[list[Node]]:
    """Which nodes stand beside each other: zones whose columns do not meet, and what is in none where there is room.
    What is joined to nothing comes last, in rows over all columns."""
    joined = {name for edge in graph.edges for name in (edge.start, edge.end)}
    alone = [node for node in nodes if not node.zone and node.name not in joined]
    others = [node for node in nodes if node not in alone]
    by_group: dict[tuple[str, int], list[Node]] = {}
    for node in sorted(others, key=lambda node: (not node.zone, depth(node.zone))):
        by_group.setdefault((node.zone, 0 if node.zone else columns[node.name]), []).append(node)
    bands: list[list[Node]] = []
    for group in by_group.values():
        free = (band for band in bands if not _span(band, columns) & _span(group, columns))
        band = next(free, None)
        if band is None:
            bands.append(group)
        else:
            band += group
    wide = sorted(_span(others, columns)) or [columns[node.name] for node in alone[:1]]
    columns |= {node.name: wide[number % len(wide)] for number, node in enumerate(alone)}
    return [*bands, *([alone] if alone else [])]


def _span(nodes: Iterable[Node], columns: Mapping[str, int]) -> set[int]:
    """The columns that they take: of a zone, also those between."""
    taken: set[int] = set()
    ends: dict[str, list[int]] = {}
    for node in nodes:
        ends.setdefault(node.zone, []).append(columns[node.name])
    for zone, its in ends.items():
        taken |= set(range(min(its), max(its) + 1)) if zone else set(its)
    return taken


def _stacked(rows: Mapping[int, Sequence[str]], top: float) -> dict[str, Box]:
    """Each column in the middle of its band."""
    tall = max(map(len, rows.values()))
    return {
        name: Box(
            _PADDING + column * _COLUMN,
            top + (tall - len(names)) * _ROW / 2 + row * _ROW + (_ROW - HEIGHT) / 2,
            WIDTH,
            HEIGHT,
        )
        for column, names in rows.items()
        for row, name in enumerate(names)
    }


def _around(columns: Collection[int], top: float, height: float, padding: float) -> Box:
    left = _PADDING + min(columns) * _COLUMN - padding
    return Box(left, top, (max(columns) - min(columns)) * _COLUMN + WIDTH + 2 * padding, height)


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
