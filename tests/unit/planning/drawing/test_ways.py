"""Ways and their labels: that each can be followed and read."""

from itertools import combinations
from xml.etree import ElementTree

import pytest

from infra_kit.planning.drawing import svg
from infra_kit.planning.drawing.layout import Box, layout
from infra_kit.planning.drawing.ways import Way, ways
from infra_kit.planning.graph import ELSEWHERE, INTERNET, Edge, Graph, Node

ACCESS = ("read", "readwrite", "owner", "consume, publish", "delete, read, write", "publish")
PUBLIC, PRIVATE, ISOLATED = (f"net: {tier}" for tier in ("public", "private", "isolated"))


def dense(number: int) -> Graph:
    """Services that call stores next to them and far away, each with another access; two edges, one of them far from
    what it leads to; vendors elsewhere."""
    fronts = [Node(f"front-{each}", "Service", "aws", "", PRIVATE) for each in range(number // 3)]
    backs = [Node(f"back-{each}", "Service", "aws", "", PRIVATE) for each in range(number // 3)]
    stores = [Node(f"store-{each}", "Postgres", "aws", "", ISOLATED if each % 2 else "") for each in range(number // 4)]
    vendors = [Node(f"vendor-{each}", "ExternalService", ELSEWHERE, "") for each in range(4)]
    edges = [Node("edge", "Cdn", "aws", ""), Node("gateway", "Gateway", "aws", "", PUBLIC)]
    links = [Edge(INTERNET, "edge", "HTTPS"), Edge(INTERNET, "gateway", "HTTPS"), Edge("edge", "store-0", "/static/*")]
    for place, (front, back) in enumerate(zip(fronts, backs, strict=True)):
        links.append(Edge("gateway", front.name, f"/v1/{front.name}, /v1/{front.name}/*"))
        links.append(Edge(front.name, back.name, "call"))
        for caller, step in ((front, 3), (back, 5), (back, 6)):
            links.append(Edge(caller.name, stores[place * step % len(stores)].name, ACCESS[place * step % len(ACCESS)]))
    unique = {(link.start, link.end): link for link in links}
    outside = Node(INTERNET, "", "", "")
    return Graph("dense", (outside, *vendors, *stores, *fronts, *backs, *edges), tuple(unique.values()))


CIRCLE = Graph(
    "circle",
    (Node("a", "Service", "aws", ""), Node("b", "Service", "aws", "")),
    (Edge("a", "b", "call"), Edge("b", "a", "call")),
)
GRAPHS = pytest.mark.parametrize("graph", [dense(12), dense(60), CIRCLE], ids=["12", "60", "circle"])


def overlap(one: Box, two: Box) -> bool:
    beside = one.x + one.width <= two.x or two.x + two.width <= one.x
    above = one.y + one.height <= two.y or two.y + two.height <= one.y
    return not (beside or above)


def pieces(way: Way) -> list[Box]:
    """Its straight parts."""
    return [
        Box(min(x1, x2), min(y1, y2), abs(x2 - x1), abs(y2 - y1))
        for (x1, y1), (x2, y2) in zip(way.points, way.points[1:], strict=False)
    ]


def drawn(graph: Graph) -> tuple[list[Way], set[Box], list[Box]]:
    """The ways, the places of their labels, and the boxes of the components."""
    placed = layout(graph)
    found = ways(graph, placed)
    return found, {way.label for way in found}, list(placed.nodes.values())


@GRAPHS
def test_no_label_lies_on_another_or_on_a_box(graph: Graph) -> None:
    _, labels, boxes = drawn(graph)
    assert not [pair for pair in combinations(labels, 2) if overlap(*pair)]
    assert not [label for label in labels if any(overlap(label, box) for box in boxes)]


@GRAPHS
def test_no_way_runs_through_a_label_or_behind_a_box(graph: Graph) -> None:
    found, labels, boxes = drawn(graph)
    for way in found:
        for piece in pieces(way):
            assert piece.width == 0 or piece.height == 0
            assert not [thing for thing in (*labels, *boxes) if overlap(piece, thing)]


@GRAPHS
def test_ways_that_lie_on_each_other_are_of_one_bundle(graph: Graph) -> None:
    found, _, _ = drawn(graph)
    for one, two in combinations(found, 2):
        if one.strand.bundle != two.strand.bundle:
            for first in pieces(one):
                for second in pieces(two):
                    parallel = (first.width == 0) == (second.width == 0)
                    wide = Box(first.x - 1, first.y - 1, first.width + 2, first.height + 2)
                    assert not (parallel and overlap(wide, second)), (one, two)


@GRAPHS
def test_each_way_begins_at_its_start_and_ends_at_its_end(graph: Graph) -> None:
    placed = layout(graph)
    for way in ways(graph, placed):
        start, end = placed.nodes[way.strand.edge.start], placed.nodes[way.strand.edge.end]
        (x1, y1), (x2, y2) = way.points[0], way.points[-1]
        assert (x1, x2) == (start.x + start.width, end.x - 1)
        assert start.y < y1 < start.y + start.height
        assert end.y < y2 <= end.y + end.height


def test_ways_to_one_component_with_one_label_share_it() -> None:
    nodes = [Node(name, "Service", "aws", "") for name in ("a", "b", "c")]
    links = (Edge("a", "db", "readwrite"), Edge("b", "db", "readwrite"), Edge("c", "db", "read"))
    text = svg(Graph("shared", (*nodes, Node("db", "Postgres", "aws", "")), links))
    assert [text.count(f">{label}</text>") for label in ("readwrite", "read")] == [1, 1]


def test_more_labels_than_have_space_before_a_box_are_one_for_the_rarest_and_the_title_of_each_way_says_its_own() -> (
    None
):
    nodes = [Node(f"service-{each}", "Service", "aws", "") for each in range(len(ACCESS))]
    links = tuple(Edge(node.name, "db", access) for node, access in zip(nodes, ACCESS, strict=True))
    picture = ElementTree.fromstring(svg(Graph("many", (*nodes, Node("db", "Postgres", "aws", "")), links)))
    labels = [element.text for element in picture.iter() if element.get("class") == "label"]
    assert labels == [*ACCESS[:3], "several"]
    titles = {element.text for element in picture.iter() if element.text}
    assert {f"{link.start} → db: {link.label}" for link in links} <= titles


def test_the_frame_of_a_target_holds_no_external_service() -> None:
    placed = layout(dense(12))
    vendors = [box for name, box in placed.nodes.items() if name.startswith("vendor")]
    assert len(vendors) == 4
    assert not [box for box in vendors if overlap(box, placed.places["aws"])]
    assert all(overlap(box, placed.places[ELSEWHERE]) for box in vendors)
