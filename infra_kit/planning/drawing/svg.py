"""A graph as SVG, light and dark by what the reader's system says."""

from __future__ import annotations

from html import escape

from infra_kit.planning.drawing.layout import Box, Layout, layout
from infra_kit.planning.graph import INTERNET, Edge, Graph, Node

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
  svg.infra .way { fill: none; stroke: var(--line); stroke-width: 1.4; } svg.infra .tip { fill: var(--line); }
  svg.infra .label { fill: var(--dim); font-size: 10.5px; paint-order: stroke; stroke: var(--paper);
    stroke-width: 3px; }
  svg.infra g.node:hover .box { stroke: var(--ink); stroke-width: 2; }
"""
_CLASSES = {
    **dict.fromkeys(("Cdn", "Gateway", "Domain", "Edge", ""), "edge"),
    **dict.fromkeys(("Service", "Worker", "Job"), "run"),
    **dict.fromkeys(("Postgres", "Redis", "ObjectStore", "EventBus"), "data"),
}


def svg(graph: Graph) -> str:
    """A picture that stands alone."""
    placed = layout(graph)
    nodes = {node.name: node for node in graph.nodes}
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" class="infra" viewBox="0 0 {placed.width:g} {placed.height:g}" '
        f'width="{placed.width:g}" height="{placed.height:g}" role="img" aria-label="{escape(graph.title)}">',
        f"<style>{STYLE}</style>",
        '<defs><marker id="tip" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="7" markerHeight="7" orient="auto">'
        '<path class="tip" d="M0 0 L8 4 L0 8 z"/></marker></defs>',
        f'<rect class="paper" width="{placed.width:g}" height="{placed.height:g}"/>',
        *(_frame("zone", name, box) for name, box in placed.places.items()),
        *(_frame("tier", zone, box) for (_, zone), box in placed.zones.items()),
        *(_way(edge, placed) for edge in graph.edges),
        *(_node(nodes[name], box) for name, box in placed.nodes.items()),
        *(_label(edge, graph, placed) for edge in graph.edges),
        "</svg>",
    ]
    return "\n".join(parts) + "\n"


def _frame(kind: str, name: str, box: Box) -> str:
    said = _cut(name, int(box.width / 7))
    return (
        f'<rect class="{kind}" x="{box.x:g}" y="{box.y:g}" width="{box.width:g}" height="{box.height:g}" rx="10"/>'
        f'<text class="{kind}-name" x="{box.x + 12:g}" y="{box.y + 19:g}">{escape(said)}</text>'
    )


def _node(node: Node, box: Box) -> str:
    title = "Internet" if node.name == INTERNET else node.name
    kind = " · ".join(filter(None, (node.kind, node.detail)))
    middle = box.y + box.height / 2
    return (
        f'<g class="node"><title>{escape(title)} {escape(kind)}</title>'
        f'<rect class="box {_CLASSES.get(node.kind, "other")}" x="{box.x:g}" y="{box.y:g}" width="{box.width:g}" '
        f'height="{box.height:g}" rx="{27 if node.name == INTERNET else 7}"/>'
        f'<text class="name" x="{box.x + 12:g}" y="{middle - (3 if kind else -5):g}">{escape(_cut(title, 20))}</text>'
        f'<text class="kind" x="{box.x + 12:g}" y="{middle + 15:g}">{escape(_cut(kind, 27))}</text></g>'
    )


def _ends(edge: Edge, placed: Layout) -> tuple[float, float, float, float]:
    start, end = placed.nodes[edge.start], placed.nodes[edge.end]
    return start.x + start.width, start.y + start.height / 2, end.x - 1, end.y + end.height / 2


def _way(edge: Edge, placed: Layout) -> str:
    x1, y1, x2, y2 = _ends(edge, placed)
    bend = max((x2 - x1) / 2, 40)
    path = f"M{x1:g} {y1:g} C{x1 + bend:g} {y1:g} {x2 - bend:g} {y2:g} {x2:g} {y2:g}"
    said = f"{edge.start} → {edge.end}: {edge.label}"
    return f'<path class="way" marker-end="url(#tip)" d="{path}"><title>{escape(said)}</title></path>'


def _label(edge: Edge, graph: Graph, placed: Layout) -> str:
    """Where lines that begin or end together are apart: near the end that fewer of them share, each a step further."""
    x1, y1, x2, y2 = _ends(edge, placed)
    fan_out = [each for each in graph.edges if each.start == edge.start]
    fan_in = [each for each in graph.edges if each.end == edge.end]
    step = 0.5 / max(len(fan_out), 4)
    part = 0.72 if len(fan_out) > len(fan_in) else 0.22 + step * fan_out.index(edge)
    bend = max((x2 - x1) / 2, 40)
    x = _on_curve(part, x1, x1 + bend, x2 - bend, x2)
    y = _on_curve(part, y1, y1, y2, y2)
    return f'<text class="label" x="{x:g}" y="{y - 3:g}" text-anchor="middle">{escape(_cut(edge.label, 22))}</text>'


def _on_curve(part: float, start: float, first: float, second: float, end: float) -> float:
    """A coordinate of a cubic Bezier curve."""
    rest = 1 - part
    return rest**3 * start + 3 * rest**2 * part * first + 3 * rest * part**2 * second + part**3 * end


def _cut(text: str, length: int) -> str:
    return text if len(text) <= length else text[: length - 1] + "…"
