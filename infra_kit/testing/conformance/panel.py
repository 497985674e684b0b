"""What every target's Panel must do."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, ClassVar

from infra_kit import Panel, Redis, Secret, Target, features
from infra_kit.component import Component
from infra_kit.components.panel import PanelEndpoint
from infra_kit.features import Feature
from infra_kit.testing.conformance.alerts import standing_for
from infra_kit.testing.conformance.base import NAME
from infra_kit.testing.conformance.endpoints import clear
from infra_kit.testing.conformance.suite import ComponentConformance

SHOWN = "a-secret-that-only-who-asks-may-see"
_MAKES: Mapping[str, tuple[Callable[..., Component[Any, Any]], Mapping[str, Any]]] = {
    "cache": (Redis, {}),
    "key": (Secret, {"value": SHOWN}),
}
STAND_INS = {"cache": standing_for(Redis, "cache"), "key": standing_for(Secret, "key")}


class PanelConformance(ComponentConformance):
    component = Panel
    endpoint = PanelEndpoint
    arguments: ClassVar[Mapping[str, Any]] = {"of": list(STAND_INS.values())}
    beside = frozenset(STAND_INS)
    keeps_data = False
    opens = frozenset({features.DOMAINS})
    secrets = frozenset({"password"})
    asks: ClassVar[Mapping[Feature, Mapping[str, Any]]] = {features.DOMAINS: {"domains": ["panel.example.com"]}}
    variations: ClassVar[Mapping[str, Mapping[str, Any]]] = {
        "fewer": {"of": [STAND_INS["cache"]]},
        "a console": {"links": {"Directus": "https://cms.example.com"}},
        "another name": {"username": "ops"},
    }

    def make(self, target: Target, **arguments: Any) -> Component[Any, Any]:
        shown = [it.name for it in arguments.pop("of", self.arguments["of"])]
        there = {name: make(name, target=target, **asked) for name, (make, asked) in _MAKES.items()}
        return super().make(target, of=[there[name] for name in shown], **arguments)

    def test_what_is_shown_masked_is_nowhere_in_clear(self, target: Target) -> None:
        shown = [it.name for it in self.record(target).children(NAME) if SHOWN in str(clear(it))]
        assert shown == []
