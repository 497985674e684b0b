"""What every target's Dashboard must do."""

from collections.abc import Mapping
from typing import Any, ClassVar

from infra_kit import Alerts, Chart, Dashboard, Rule, Target, features
from infra_kit.component import Component
from infra_kit.components.dashboard import DashboardEndpoint
from infra_kit.features import Feature
from infra_kit.testing.conformance.alerts import EDGE, KINDS, SIGNALS, STAND_INS, made
from infra_kit.testing.conformance.base import ENVIRONMENT, NAME
from infra_kit.testing.conformance.suite import ComponentConformance

LINK = "https://sentry.example.com/shop"


def _asked(name: str, signal: str) -> tuple[Feature, Mapping[str, Any]]:
    """One signal of one component."""
    component = STAND_INS.get(name, EDGE)
    return features.signal(component.KIND, signal), {
        "of": [STAND_INS["db"], *([] if name == "db" else [component])],
        "charts": {f"{name}-{signal}": Chart(signal=signal, of=[name])},
    }


class DashboardConformance(ComponentConformance):
    component = Dashboard
    endpoint = DashboardEndpoint
    arguments: ClassVar[Mapping[str, Any]] = {"of": [STAND_INS["db"]], "charts": {}}
    beside = frozenset({*KINDS, EDGE.name, "behind", "alerts"})
    keeps_data = False
    edge: ClassVar[Mapping[str, Any]] = {"public": False}
    """What the Gateway that is shown is asked, beside its route."""
    asks: ClassVar[Mapping[Feature, Mapping[str, Any]]] = dict(_asked(*one) for one in SIGNALS)
    variations: ClassVar[Mapping[str, Mapping[str, Any]]] = {
        "all that is measured": {"charts": None},
        "more to show": {"of": [STAND_INS["db"], STAND_INS["cache"]], "charts": None},
        "a title": {"title": "How it is"},
        "a link": {"links": {"Errors": LINK}},
    }

    def make(self, target: Target, **arguments: Any) -> Component[Any, Any]:
        of = [made(target, it.name, self.edge) for it in arguments.pop("of", self.arguments["of"])]
        rules: Mapping[str, Rule] | None = arguments.pop("rules", None)
        alerts = Alerts("alerts", target=target, watch=of, rules=rules) if rules else None
        return super().make(target, of=of, **{**arguments, **({"alerts": alerts} if alerts else {})})

    def test_all_that_the_target_measures_is_shown_and_what_it_does_not_is_said(self, target: Target) -> None:
        """Nobody has to accept what he did not ask for."""
        spec = self.spec({"of": list(STAND_INS.values()), "charts": None}).for_environment(ENVIRONMENT)
        recorded = self.record(target, of=list(STAND_INS.values()), charts=None)
        said = f"Dashboard {NAME!r}: "
        lost = {it.removeprefix(said).partition(" ")[0] for it in recorded.warnings if it.startswith(said)}
        asked = {str(it) for it in spec.features()}
        supported = {str(it) for it in target.driver("dashboard").SUPPORTS}
        assert asked - supported <= lost <= asked  # of one engine a target may measure less than of another

    def test_a_link_and_the_bound_of_an_alert_are_on_it(self, target: Target) -> None:
        rules = {"busy": Rule(signal="cpu", above=61.5)}
        cpu = {"cpu": Chart(signal="cpu")}
        recorded = self.record(target, charts=cpu, rules=rules, links={"Errors": LINK})
        shown = "\n".join(str(it.inputs) for it in recorded.resources if it.name.startswith(f"{NAME}-"))
        assert LINK in shown
        assert "61.5" in shown
