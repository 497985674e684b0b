"""What the checker is told, as `providers/local/alerts.py` says it. Durations are seconds."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from infra_kit.providers.local.box import Box
from infra_kit.providers.local.signals.probe import Source
from infra_kit.signals import Signal


@dataclass(frozen=True)
class Rule:
    """A rule for one component."""

    name: str
    component: str
    signal: Signal
    above: float | None
    below: float | None
    lasting: float
    level: str
    says: str
    unit: str
    told: str | None
    """The level whose routes are told."""

    @classmethod
    def of(cls, told: Mapping[str, Any]) -> Rule:
        bounds = {"above": told.get("above"), "below": told.get("below"), "told": told.get("told")}
        return cls(**{**told, **bounds, "signal": Signal(told["signal"])})

    def is_broken_by(self, value: float | None) -> bool:
        if value is None:
            return False
        return value > self.above if self.above is not None else value < (self.below or 0.0)


@dataclass(frozen=True)
class Wanted:
    """All of it."""

    app: str
    every: float
    watched: Mapping[str, Source]
    rules: Sequence[Rule]
    routes: Mapping[str, Mapping[str, Any]]
    """By level, by kind: where to."""
    smtp: Mapping[str, Any] | None

    @classmethod
    def of(cls, box: Box, told: Mapping[str, Any]) -> Wanted:
        sources = {name: Source.of(str(box.home), box.stack, it) for name, it in told["watched"].items()}
        rules = [Rule.of(rule) for rule in told["rules"]]
        return cls(told["app"], float(told["every"]), sources, rules, told["routes"], told["smtp"])

    def rules_for(self, component: str) -> list[Rule]:
        return [rule for rule in self.rules if rule.component == component]
