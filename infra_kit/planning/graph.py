"""The stack as a graph: its components, what leads to what, and what the internet reaches."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from infra_kit._program import Made
from infra_kit.components.cdn import CdnSpec
from infra_kit.components.external_service import ExternalServiceSpec
from infra_kit.components.gateway import GatewaySpec
from infra_kit.counts import counted
from infra_kit.planning.programs import Planned
from infra_kit.planning.zones import depth, zones
from infra_kit.workloads import WorkloadSpec

INTERNET = "internet"
ELSEWHERE = "elsewhere"
"""Where external services are: with their vendors."""


@dataclass(frozen=True)
class Node:
    """A component."""

    name: str
    kind: str
    """`Postgres`."""
    place: str
    """The target that it is on: `aws (eu-west-1)`; `elsewhere`. Empty: the internet."""
    detail: str
    """What is worth seeing: `2 to 20 instances`."""
    zone: str = ""
    """The part of the network there that it is in: `aws-network: private`. Empty: in none."""


@dataclass(frozen=True)
class Edge:
    """A way from one component to another."""

    start: str
    end: str
    label: str
    """What goes there: the access of a link, the path of a route."""


@dataclass(frozen=True)
class Graph:
    """What leads where."""

    title: str
    nodes: tuple[Node, ...]
    edges: tuple[Edge, ...]

    @property
    def places(self) -> tuple[str, ...]:
        """In the order of their first component, last what is on no target."""
        found = dict.fromkeys(node.place for node in self.nodes if node.place)
        return tuple(sorted(found, key=lambda place: place == ELSEWHERE))

    def zones(self, place: str) -> tuple[str, ...]:
        """Of a place, from the outside to the inside; first, empty, what is in none."""
        found = dict.fromkeys(node.zone for node in self.nodes if node.place == place)
        return tuple(sorted(found, key=depth))


def graph(planned: Planned) -> Graph:
    """The graph of a planned stack."""
    names = {made.name for made in planned.components}
    edges = [edge for made in planned.components for edge in _edges(made) if edge.end in names]
    inside = zones(planned)
    nodes = [_node(made, inside.get(made.name, "")) for made in planned.components]
    if any(edge.start == INTERNET for edge in edges):
        nodes.insert(0, Node(INTERNET, "", "", ""))
    phase = planned.configuration.get("phase")
    return Graph(f"{planned.stack}, phase {phase}" if phase else planned.stack, tuple(nodes), _joined(edges))


def _node(made: Made, zone: str) -> Node:
    region = made.target.region
    place = f"{made.target.key} ({region})" if region else made.target.key
    if isinstance(made.spec, ExternalServiceSpec):
        place = ELSEWHERE
    detail = "stands already" if made.stands_already else _detail(made)
    return Node(made.name, made.type.rpartition(":")[2], place, detail, zone)


def _detail(made: Made) -> str:
    spec = made.spec
    if isinstance(spec, WorkloadSpec):
        least, most = getattr(spec, "min_instances", 1), getattr(spec, "most_instances", 1)
        return f"{least} to {most} instances" if most > least else counted(least, "instance")
    if isinstance(spec, ExternalServiceSpec):
        return f"{spec.vendor} {spec.plan}"
    memory = getattr(spec, "memory_gb", None)
    replicas = getattr(spec, "read_replicas", 0) or getattr(spec, "replicas", 0)
    parts = [f"{memory:g} GB" if memory else "", counted(replicas, "replica") if replicas else ""]
    return ", ".join(filter(None, parts))


def _edges(made: Made) -> Iterator[Edge]:
    spec = made.spec
    if isinstance(spec, CdnSpec):
        yield Edge(INTERNET, made.name, "HTTPS")
        for pattern, route in spec.routes.items():
            yield Edge(made.name, getattr(route.origin, "name", str(route.origin)), pattern)
    elif isinstance(spec, GatewaySpec):
        if spec.public:
            yield Edge(INTERNET, made.name, "HTTPS")
        for pattern, path in spec.routes.items():
            yield Edge(made.name, path.to.name, pattern)
    elif isinstance(spec, WorkloadSpec):
        for link in spec.links:
            yield Edge(made.name, link.to.name, ", ".join(link.access))


def _joined(edges: list[Edge]) -> tuple[Edge, ...]:
    """One edge for each pair: several routes to one service are one way with all their paths."""
    labels: dict[tuple[str, str], list[str]] = {}
    for edge in edges:
        labels.setdefault((edge.start, edge.end), []).append(edge.label)
    return tuple(Edge(start, end, _short(dict.fromkeys(each))) for (start, end), each in labels.items())


def _short(labels: dict[str, None]) -> str:
    listed = list(labels)
    return ", ".join(listed[:3]) + (f" and {len(listed) - 3} more" if len(listed) > 3 else "")
