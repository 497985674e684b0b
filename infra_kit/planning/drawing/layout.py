"""Where the boxes stand: columns by how far a request has come, bands of rows for each place, in which its zones have
their frames."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from statistics import fmean

from infra_kit.planning.drawing.bundles import Bundle, strands
from infra_kit.planning.graph import Graph, Node
from infra_kit.planning.zones import depth

WIDTH, HEIGHT = 176, 54
HEAD = 22
"""The height of the name of a frame."""
TRACK, LETTER = 7, 6.2
"""The width of a line down between two columns, and of a letter of a label."""
_ROW, _PADDING, _PLACE_HEAD = 76, 24, 28
_ZONE_PADDING, _CHANNEL = 7, 60
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
    columns: Mapping[str, int]
    """Of each node."""
    lefts: Sequence[float]
    """Where each column begins."""
    width: float
    height: float


def layout(graph: Graph) -> Layout:
    """Places the nodes of a graph so that few lines cross."""
    columns = _columns(graph)
    *lefts, wide = _lefts(graph, columns)
    boxes: dict[str, Box] = {}
    places: dict[str, Box] = {}
    zones: dict[tuple[str, str], Box] = {}
    top = float(_PADDING)
    for place in graph.places:
        inside = [node for node in graph.nodes if node.place == place]
        below = top + _PLACE_HEAD
        for band in _bands(graph, inside, columns):
            rows = _rows(graph, band, columns)
            head = HEAD if any(node.zone for node in band) else 0
            tall = head + max(map(len, rows.values())) * _ROW
            boxes |= _stacked(rows, below + head, lefts)
            for zone in {node.zone for node in band} - {""}:
                its = {columns[node.name] for node in band if node.zone == zone}
                zones[place, zone] = _around([lefts[each] for each in its], below, tall, _ZONE_PADDING)
            below += tall + _PADDING / 2
        taken = [lefts[columns[node.name]] for node in inside]
        places[place] = _around(taken, top, below - top, _PADDING / 2)
        top = below + 1.5 * _PADDING
    for node in graph.nodes:
        if not node.place:
            boxes[node.name] = Box(lefts[0], max((top - HEIGHT) / 2, _PADDING), WIDTH, HEIGHT)
    return Layout(boxes, places, zones, columns, lefts, wide, max(top, HEIGHT + 2 * _PADDING))


def _lefts(graph: Graph, columns: Mapping[str, int]) -> list[float]:
    """Where each column begins, with the space before it that its lines and their labels need; last, where all ends."""
    last = max(columns.values(), default=0) + 1
    tracks: list[set[Bundle]] = [set() for _ in range(last + 1)]
    letters = [0] * (last + 1)
    for strand in strands(graph):
        behind, before = strand.channels(columns)
        tracks[behind].add(strand.bundle)
        tracks[before].add(strand.bundle)
        letters[before] = max(letters[before], len(strand.label))
    least = [_PADDING, *[_CHANNEL] * (last - 1), _PADDING]
    spaces = [
        max(space, _CHANNEL + len(its) * TRACK + wide * LETTER if its else 0)
        for space, its, wide in zip(least, tracks, letters, strict=True)
    ]
    return [sum(spaces[: number + 1]) + number * WIDTH for number in range(last + 1)]


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
    first = min((columns[node.name] for node in alone), default=0)
    wide = sorted(_span(others, columns)) or range(first, max(columns.values()) + 1)
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


def _stacked(rows: Mapping[int, Sequence[str]], top: float, lefts: Sequence[float]) -> dict[str, Box]:
    """Each column in the middle of its band."""
    tall = max(map(len, rows.values()))
    return {
        name: Box(
            lefts[column],
            top + (tall - len(names)) * _ROW / 2 + row * _ROW + (_ROW - HEIGHT) / 2,
            WIDTH,
            HEIGHT,
        )
        for column, names in rows.items()
        for row, name in enumerate(names)
    }


def _around(lefts: Collection[float], top: float, height: float, padding: float) -> Box:
    return Box(min(lefts) - padding, top, max(lefts) - min(lefts) + WIDTH + 2 * padding, height)


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
