"""A graph as Mermaid, which code hosts draw (https://mermaid.js.org/syntax/flowchart.html)."""

from __future__ import annotations

from infra_kit.planning.graph import INTERNET, Graph, Node

_SHAPES = {
    **dict.fromkeys(("Postgres", "Redis", "DocumentStore", "ObjectStore", "Search"), ("[(", ")]")),
    "EventBus": ("[[", "]]"),
}


def mermaid(graph: Graph) -> str:
    """The text of a flowchart."""
    ids = {node.name: f"n{number}" for number, node in enumerate(graph.nodes)}
    lines = ["flowchart LR"]
    if INTERNET in ids:
        lines.append(f"  {ids[INTERNET]}((Internet))")
    for number, place in enumerate(graph.places):
        lines.append(f'  subgraph p{number}["{_text(place)}"]')
        for inner, zone in enumerate(graph.zones(place)):
            inside = [_node(ids[node.name], node) for node in graph.nodes if (node.place, node.zone) == (place, zone)]
            lines += _zone(f"p{number}z{inner}", zone, inside) if zone else [f"    {line}" for line in inside]
        lines.append("  end")
    lines += [f'  {ids[edge.start]} -->|"{_text(edge.label)}"| {ids[edge.end]}' for edge in graph.edges]
    return "\n".join(lines) + "\n"


def _zone(identity: str, zone: str, inside: list[str]) -> list[str]:
    return [f'    subgraph {identity}["{_text(zone)}"]', *(f"      {line}" for line in inside), "    end"]


def _node(identity: str, node: Node) -> str:
    opened, closed = _SHAPES.get(node.kind, ("[", "]"))
    said = "<br/>".join(filter(None, (f"<b>{_text(node.name)}</b>", node.kind, _text(node.detail))))
    return f'{identity}{opened}"{said}"{closed}'


def _text(text: str) -> str:
    """Mermaid's own marks as entities."""
    return (
        text.replace("&", "&amp;")
        .replace('"', "#quot;")
        .replace("<", "&lt;")
        .replace(">", "&gt;")
        .replace("*", "&#42;")
    )
