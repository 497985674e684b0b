"""A graph as SVG, light and dark by what the reader's system says."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from html import escape

from infra_kit.planning.drawing.bundles import cut
from infra_kit.planning.drawing.layout import HEAD, Box, layout
from infra_kit.planning.drawing.ways import Way, ways
from infra_kit.planning.graph import ELSEWHERE, INTERNET, Graph, Node

STYLE = """
  svg.infra { --paper: #ffffff; --ink: #1c2430; --dim: #5b6676; --line: #8794a6; --zone: #f3f5f8; --rim: #c9d1db;
    --edge: #e8f1ff; --run: #eaf7ee; --data: #fff4e0; --other: #f1eefb; font-family: system-ui, sans-serif; }
  @media (prefers-color-scheme: dark) { svg.infra { --paper: #14181f; --ink: #e8edf4; --dim: #9aa7b8; --line: #66758a;
    --zone: #1b212b; --rim: #364152; --edge: #1d2f4a; --run: #1c3526; --data: #3d3018; --other: #2c2844; } }
  svg.infra .paper { fill: var(--paper); } svg.infra .zone { fill: var(--zone); stroke: var(--rim); }
  svg.infra .zone-name { fill: var(--dim); font-size: 13px; font-weight: 600; }
  svg.infra .tier { fill: var(--paper); stroke: var(--rim); stroke-dasharray: 5 4; }
  svg.infra .tier-name { fill: var(--dim); font-size: 12px; }
  svg.infra .box { stroke: var(--line); } svg.infra .edge { fill: var(--edge); } svg.infra .run { fill: var(--run); }
  svg.infra .data { fill: var(--data); } svg.infra .other { fill: var(--other); }
  svg.infra .name { fill: var(--ink); font-size: 14px; font-weight: 600; }
  svg.infra .kind { fill: var(--dim); font-size: 11.5px; }
  svg.infra .way { fill: none; stroke-width: 1.4; stroke-linejoin: round; }
  svg.infra .tip { fill: var(--line); fill: context-stroke; } svg.infra .way:hover { stroke-width: 3; }
  svg.infra .hue-0 { stroke: #3b7dd8; } svg.infra .hue-1 { stroke: #c2611a; } svg.infra .hue-2 { stroke: #2e8b57; }
  svg.infra .hue-3 { stroke: #9b5fc0; } svg.infra .hue-4 { stroke: #a3801a; } svg.infra .hue-5 { stroke: #d1477a; }
  svg.infra .label { fill: var(--dim); font-size: 10.5px; }
  svg.infra g.node:hover .box { stroke: var(--ink); stroke-width: 2; }
"""
_CLASSES = {
    **dict.fromkeys(("Cdn", "Gateway", "Domain", "Edge", ""), "edge"),
    **dict.fromkeys(("Service", "Worker", "Job"), "run"),
    **dict.fromkeys(("Postgres", "Redis", "DocumentStore", "ObjectStore", "EventBus", "Search"), "data"),
}
_HUES = 6


def svg(graph: Graph) -> str:
    """A picture that stands alone."""
    placed = layout(graph)
    lines = ways(graph, placed)
    bundles = Counter(way.strand.bundle for way in lines)
    hues = {bundle: number % _HUES for number, bundle in enumerate(bundles)}
    height = max([placed.height, *(y + HEAD for way in lines for _, y in way.points)])
    nodes = {node.name: node for node in graph.nodes}
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" class="infra" viewBox="0 0 {placed.width:g} {height:g}" '
        f'width="{placed.width:g}" height="{height:g}" role="img" aria-label="{escape(graph.title)}">',
        f"<style>{STYLE}</style>",
        '<defs><marker id="tip" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="7" markerHeight="7" orient="auto">'
        '<path class="tip" d="M0 0 L8 4 L0 8 z"/></marker><marker id="joint" viewBox="0 0 8 8" refX="4" refY="4" '
        'markerWidth="4" markerHeight="4"><circle class="tip" cx="4" cy="4" r="4"/></marker></defs>',
        f'<rect class="paper" width="{placed.width:g}" height="{height:g}"/>',
        *(_frame("zone", name, box) for name, box in placed.places.items()),
        *(_frame("tier", zone, box) for (_, zone), box in placed.zones.items()),
        *(_way(way, hues[way.strand.bundle], joined=bundles[way.strand.bundle] > 1) for way in lines),
        *(_node(nodes[name], box) for name, box in placed.nodes.items()),
        *_labels(lines),
        "</svg>",
    ]
    return "\n".join(parts) + "\n"


def _frame(kind: str, name: str, box: Box) -> str:
    said = cut(name, int(box.width / 7))
    return (
        f'<rect class="{kind}" x="{box.x:g}" y="{box.y:g}" width="{box.width:g}" height="{box.height:g}" rx="10"/>'
        f'<text class="{kind}-name" x="{box.x + 12:g}" y="{box.y + 19:g}">{escape(said)}</text>'
    )


def _node(node: Node, box: Box) -> str:
    title = "Internet" if node.name == INTERNET else node.name
    kind = " · ".join(filter(None, ("" if node.place == ELSEWHERE else node.kind, node.detail)))
    middle = box.y + box.height / 2
    return (
        f'<g class="node"><title>{escape(title)} {escape(kind)}</title>'
        f'<rect class="box {_CLASSES.get(node.kind, "other")}" x="{box.x:g}" y="{box.y:g}" width="{box.width:g}" '
        f'height="{box.height:g}" rx="{27 if node.name == INTERNET else 7}"/>'
        f'<text class="name" x="{box.x + 12:g}" y="{middle - (3 if kind else -5):g}">{escape(cut(title, 20))}</text>'
        f'<text class="kind" x="{box.x + 12:g}" y="{middle + 15:g}">{escape(cut(kind, 27))}</text></g>'
    )


def _way(way: Way, hue: int, *, joined: bool) -> str:
    edge = way.strand.edge
    path = " L".join(f"{x:g} {y:g}" for x, y in way.points)
    said = f"{edge.start} → {edge.end}: {edge.label}"
    joint = ' marker-mid="url(#joint)"' if joined else ""
    return f'<path class="way hue-{hue}" marker-end="url(#tip)"{joint} d="M{path}"><title>{escape(said)}</title></path>'


def _labels(ways: Iterable[Way]) -> Iterator[str]:
    """One for all that lead to a box with it."""
    for box, label in {way.label: way.strand.label for way in ways}.items():
        right, base = box.x + box.width, box.y + box.height - 2
        yield f'<text class="label" x="{right:g}" y="{base:g}" text-anchor="end">{escape(label)}</text>'
