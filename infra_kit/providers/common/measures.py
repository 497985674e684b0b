"""What a target measures of each kind of component, and how."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from infra_kit import features
from infra_kit.component import Component, Scope
from infra_kit.features import Feature
from infra_kit.signals import Signal

M = TypeVar("M")
Measure = Callable[[Scope, Component[Any, Any]], Mapping[Signal, Sequence[M]]]


@dataclass(frozen=True)
class Measures(Generic[M]):
    """`M` is the target's metric."""

    kinds: Mapping[str, tuple[Measure[M], frozenset[Signal]]]
    """By component's kind, how, and what. One that lacks the part that a signal is of (a replica, a domain) has no
    metric for it."""

    @property
    def features(self) -> frozenset[Feature]:
        return frozenset(features.signal(kind, it) for kind, (_, signals) in self.kinds.items() for it in signals)

    def of(self, scope: Scope, component: Component[Any, Any]) -> Mapping[Signal, Sequence[M]]:
        """What is measured of a component, for a component of the scope that reads it."""
        known = self.kinds.get(component.KIND)
        return known[0](scope, component) if known else {}
