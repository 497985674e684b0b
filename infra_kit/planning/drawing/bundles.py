"""Which ways run together, so that a picture has one line and one label for many that say the same."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

from infra_kit.planning.graph import Edge, Graph

MOST_LABELS = 4
"""At one box: what stands above each other beside it."""
_LENGTH = 26
_OTHERS = "several"

Bundle = tuple[str, ...]


@dataclass(frozen=True)
class Strand:
    """A way as a part of a bundle: of those that come to one end with one label, or else of those from one start."""

    edge: Edge
    label: str
    bundle: Bundle

    def channels(self, columns: Mapping[str, int]) -> tuple[int, int]:
        """The spaces that it turns in, each numbered as the column at its right: behind its start, before its end."""
        return columns[self.edge.start] + 1, columns[self.edge.end]


def strands(graph: Graph) -> list[Strand]:
    """The ways of a graph, bundled."""
    labels: dict[str, Counter[str]] = {}
    for edge in graph.edges:
        labels.setdefault(edge.end, Counter())[edge.label] += 1
    said = [(edge, _said(edge.label, labels[edge.end])) for edge in graph.edges]
    alike = Counter((edge.end, label) for edge, label in said)
    return [
        Strand(edge, label, ("to", edge.end, label) if alike[edge.end, label] > 1 else ("from", edge.start))
        for edge, label in said
    ]


def _said(label: str, beside: Counter[str]) -> str:
    """The rarest share a label where there are too many."""
    if len(beside) > MOST_LABELS and label not in dict(beside.most_common(MOST_LABELS - 1)):
        return _OTHERS
    return cut(label, _LENGTH)


def cut(text: str, length: int) -> str:
    """A text that is no longer."""
    return text if len(text) <= length else text[: length - 1] + "…"
