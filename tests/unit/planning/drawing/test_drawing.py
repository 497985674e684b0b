"""Pictures: that they are well-formed, complete, and can be read."""

from itertools import combinations
from xml.etree import ElementTree

import pytest

from infra_kit.planning.drawing import mermaid, page, svg
from infra_kit.planning.drawing.layout import Box, layout
from infra_kit.planning.graph import INTERNET, Edge, Graph, Node

SMALL = Graph(
    "shop",
    (
        Node(INTERNET, "", "", ""),
        Node("edge", "Gateway", "vps", ""),
        Node('a "<&>" name', "Service", "vps", "2 instances"),
        Node("db", "Postgres", "aws (eu-west-1)", "4 GB"),
    ),
    (Edge(INTERNET, "edge", "HTTPS"), Edge("edge", 'a "<&>" name', "/*"), Edge('a "<&>" name', "db", "read")),
)


def large(number: int) -> Graph:
    services = [Node(f"service-{each}", "Service", "aws", "") for each in range(number - 10)]
    stores = [Node(f"store-{each}", "Postgres", "aws", "") for each in range(9)]
    edge = Node("edge", "Gateway", "aws", "")
    ways = [Edge("edge", node.name, f"/{node.name}/*") for node in services]
    ways += [Edge(node.name, stores[place % 9].name, "readwrite") for place, node in enumerate(services)]
    return Graph("large", (edge, *services, *stores), tuple(ways))


def overlap(one: Box, two: Box) -> bool:
    beside = one.x + one.width <= two.x or two.x + two.width <= one.x
    above = one.y + one.height <= two.y or two.y + two.height <= one.y
    return not (beside or above)


@pytest.mark.parametrize("graph", [SMALL, large(20), large(60)])
def test_no_box_lies_on_another_and_all_are_in_the_picture(graph: Graph) -> None:
    placed = layout(graph)
    assert placed.nodes.keys() == {node.name for node in graph.nodes}
    assert not [pair for pair in combinations(placed.nodes.values(), 2) if overlap(*pair)]
    assert not [pair for pair in combinations(placed.places.values(), 2) if overlap(*pair)]
    for box in placed.nodes.values():
        assert 0 <= box.x <= placed.width - box.width
        assert 0 <= box.y <= placed.height - box.height


def test_each_box_lies_in_its_place() -> None:
    placed = layout(SMALL)
    for node in SMALL.nodes:
        if node.place:
            inside, outside = placed.nodes[node.name], placed.places[node.place]
            assert outside.x <= inside.x
            assert inside.x + inside.width <= outside.x + outside.width
            assert outside.y <= inside.y
            assert inside.y + inside.height <= outside.y + outside.height


@pytest.mark.parametrize("graph", [SMALL, large(60)])
def test_every_way_leads_to_the_right(graph: Graph) -> None:
    placed = layout(graph)
    assert all(placed.nodes[edge.start].x < placed.nodes[edge.end].x for edge in graph.edges)


def test_a_circle_is_drawn_too() -> None:
    nodes = (Node("a", "Service", "aws", ""), Node("b", "Service", "aws", ""))
    assert layout(Graph("circle", nodes, (Edge("a", "b", "call"), Edge("b", "a", "call")))).nodes.keys() == {"a", "b"}


def test_a_stack_without_components_is_an_empty_picture() -> None:
    assert ElementTree.fromstring(svg(Graph("nothing", (), ()))).tag.endswith("svg")


def test_the_svg_is_well_formed_and_names_all() -> None:
    picture = ElementTree.fromstring(svg(SMALL))
    texts = {text for element in picture.iter() for text in [element.text or ""]}
    assert {"Internet", "edge", 'a "<&>" name', "db", "/*", "read", "aws (eu-west-1)"} <= texts


def test_the_page_stands_alone_and_says_all_in_tables_too() -> None:
    text = page(SMALL)
    assert "http://" not in text.replace("http://www.w3.org/2000/svg", "")
    assert "https://" not in text
    assert "<script" not in text
    assert "<td>a &quot;&lt;&amp;&gt;&quot; name</td>" in text
    assert "prefers-color-scheme: dark" in text


def test_mermaid_has_a_node_for_each_component_and_a_line_for_each_way() -> None:
    text = mermaid(SMALL)
    assert text.startswith("flowchart LR\n")
    assert text.count("-->") == 3
    assert text.count("subgraph") == 2
    assert 'n2["<b>a #quot;&lt;&amp;&gt;#quot; name</b><br/>Service<br/>2 instances"]' in text
