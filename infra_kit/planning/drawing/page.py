"""A graph as a page that stands alone: the picture, and all of it once more as tables, for those who do not see it."""

from __future__ import annotations

from collections.abc import Iterable
from html import escape

from infra_kit.planning.drawing.svg import svg
from infra_kit.planning.graph import INTERNET, Graph

_STYLE = """
  :root { color-scheme: light dark; --paper: #fff; --ink: #1c2430; --dim: #5b6676; --rim: #d5dbe3; }
  @media (prefers-color-scheme: dark) { :root { --paper: #14181f; --ink: #e8edf4; --dim: #9aa7b8; --rim: #364152; } }
  body { margin: 0 auto; padding: 1.5rem; max-width: 110rem; background: var(--paper); color: var(--ink);
    font: 15px/1.5 system-ui, sans-serif; }
  h1 { font-size: 1.3rem; margin: 0 0 1rem; } h2 { font-size: 1.05rem; margin: 2rem 0 .5rem; }
  .picture { overflow-x: auto; border: 1px solid var(--rim); border-radius: 10px; }
  .picture svg { display: block; max-width: 100%; height: auto; min-width: 46rem; }
  table { border-collapse: collapse; } th,
  td { text-align: left; padding: .25rem 1.2rem .25rem 0; vertical-align: top; }
  th { color: var(--dim); font-weight: 600; } td { border-top: 1px solid var(--rim); }
"""


def page(graph: Graph) -> str:
    """The page."""
    title = escape(graph.title)
    components = (
        (node.name, node.kind, node.place, node.zone, node.detail) for node in graph.nodes if node.name != INTERNET
    )
    ways = ((edge.start, edge.end, edge.label) for edge in graph.edges)
    return f"""<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{title}</title>
<style>{_STYLE}</style>
</head>
<body>
<h1>{title}</h1>
<div class="picture">
{svg(graph)}</div>
<h2>Components</h2>
{_table(("name", "type", "where", "network", ""), components)}
<h2>What leads where</h2>
{_table(("from", "to", "with"), ways)}
</body>
</html>
"""


def _table(head: Iterable[str], rows: Iterable[Iterable[str]]) -> str:
    titles = "".join(f"<th>{escape(cell)}</th>" for cell in head)
    body = "\n".join("<tr>" + "".join(f"<td>{escape(cell)}</td>" for cell in row) + "</tr>" for row in rows)
    return f"<table>\n<tr>{titles}</tr>\n{body}\n</table>"
