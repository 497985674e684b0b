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


PUBLIC, PRIVATE, ISOLATED = (f"net: {tier}" for tier in ("public", "private", "isolated"))


def zoned(number: int) -> Graph:
    """As a stack on a cloud: an edge and buckets in no zone, and what is joined to nothing."""
    services = [Node(f"service-{each}", "Service", "aws", "", PRIVATE) for each in range(number - 16)]
    stores = [Node(f"store-{each}", "Postgres", "aws", "", ISOLATED) for each in range(4)]
    buckets = [Node(f"bucket-{each}", "ObjectStore", "aws", "") for each in range(4)]
    alone = [Node(f"alone-{each}", "ExternalService", "aws", "") for each in range(5)]
    edge, gateway = Node("edge", "Cdn", "aws", ""), Node("gateway", "Gateway", "aws", "", PUBLIC)
    ways = [Edge(INTERNET, "edge", "HTTPS"), Edge("edge", "gateway", "/*"), Edge("edge", "bucket-0", "/static/*")]
    ways += [Edge("gateway", node.name, f"/{node.name}/*") for node in services]
    ways += [Edge(node.name, stores[place % 4].name, "readwrite") for place, node in enumerate(services)]
    ways += [Edge(node.name, buckets[place % 4].name, "write") for place, node in enumerate(services)]
    outside = Node(INTERNET, "", "", "")
    return Graph("zoned", (outside, gateway, *stores, *buckets, *alone, *services, edge), tuple(ways))


def holds(outer: Box, inner: Box) -> bool:
    across = outer.x <= inner.x and inner.x + inner.width <= outer.x + outer.width
    return across and outer.y <= inner.y and inner.y + inner.height <= outer.y + outer.height


def overlap(one: Box, two: Box) -> bool:
    beside = one.x + one.width <= two.x or two.x + two.width <= one.x
    above = one.y + one.height <= two.y or two.y + two.height <= one.y
    return not (beside or above)


@pytest.mark.parametrize("graph", [SMALL, large(20), large(60), zoned(20), zoned(60)])
def test_no_box_lies_on_another_and_all_are_in_the_picture(graph: Graph) -> None:
    placed = layout(graph)
    assert placed.nodes.keys() == {node.name for node in graph.nodes}
    assert not [pair for pair in combinations(placed.nodes.values(), 2) if overlap(*pair)]
    assert not [pair for pair in combinations(placed.places.values(), 2) if overlap(*pair)]
    assert not [pair for pair in combinations(placed.zones.values(), 2) if overlap(*pair)]
    for box in placed.nodes.values():
        assert 0 <= box.x <= placed.width - box.width
        assert 0 <= box.y <= placed.height - box.height


@pytest.mark.parametrize("graph", [SMALL, zoned(20), zoned(60)])
def test_each_box_lies_in_its_place_and_in_its_zone_and_in_no_other(graph: Graph) -> None:
    placed = layout(graph)
    for node in graph.nodes:
        box = placed.nodes[node.name]
        assert [place for place, there in placed.places.items() if holds(there, box)] == (
            [node.place] if node.place else []
        )
        around = [zone for zone, there in placed.zones.items() if overlap(there, box)]
        assert around == ([(node.place, node.zone)] if node.zone else [])
        assert all(
            holds(placed.zones[zone], box) and holds(placed.places[zone[0]], placed.zones[zone]) for zone in around
        )


def test_zones_that_a_request_passes_one_after_the_other_stand_beside_each_other() -> None:
    placed = layout(zoned(20))
    public, private, isolated = (placed.zones["aws", zone] for zone in (PUBLIC, PRIVATE, ISOLATED))
    assert public.x < private.x < isolated.x
    assert public.y == private.y == isolated.y


def test_what_is_joined_to_nothing_stands_below_in_rows() -> None:
    placed = layout(zoned(20))
    alone = [box for name, box in placed.nodes.items() if name.startswith("alone")]
    lowest = max(box.y for name, box in placed.nodes.items() if not name.startswith("alone"))
    assert min(box.y for box in alone) > lowest
    assert len({box.x for box in alone}) > 1


@pytest.mark.parametrize("graph", [SMALL, large(60), zoned(60)])
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
    assert {PUBLIC, PRIVATE, ISOLATED} <= {element.text for element in ElementTree.fromstring(svg(zoned(20))).iter()}


def test_the_page_stands_alone_and_says_all_in_tables_too() -> None:
    text = page(SMALL)
    assert "http://" not in text.replace("http://www.w3.org/2000/svg", "")
    assert "https://" not in text
    assert "<script" not in text
    assert "<td>a &quot;&lt;&amp;&gt;&quot; name</td>" in text
    assert "prefers-color-scheme: dark" in text
    assert f"<td>{PRIVATE}</td>" in page(zoned(20))


def test_mermaid_has_a_node_for_each_component_and_a_line_for_each_way() -> None:
    text = mermaid(SMALL)
    assert text.startswith("flowchart LR\n")
    assert text.count("-->") == 3
    assert text.count("subgraph") == 2
    assert 'n2["<b>a #quot;&lt;&amp;&gt;#quot; name</b><br/>Service<br/>2 instances"]' in text


def test_mermaid_has_the_zones_inside_of_their_place_from_the_outside_to_the_inside() -> None:
    lines = [line for line in mermaid(zoned(20)).splitlines() if "subgraph" in line or line.strip() == "end"]
    assert lines == [
        '  subgraph p0["aws"]',
        '    subgraph p0z1["net: public"]',
        "    end",
        '    subgraph p0z2["net: private"]',
        "    end",
        '    subgraph p0z3["net: isolated"]',
        "    end",
        "  end",
    ]
