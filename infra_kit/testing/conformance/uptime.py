"""What every target's Uptime must do."""

from infra_kit import Check, Target, Uptime, features
from infra_kit.components.uptime import UptimeEndpoint
from infra_kit.testing.conformance.suite import ComponentConformance


class UptimeConformance(ComponentConformance):
    component = Uptime
    endpoint = UptimeEndpoint
    arguments = {"url": "https://www.example.com"}
    keeps_data = False
    # Who checks from outside in any case, makes the same whether that is asked or not.
    leaves_no_trace = frozenset({features.OUTSIDE_CHECKS})
    asks = {
        features.OUTSIDE_CHECKS: {"outside": True},
        features.CHECKED_CONTENT: {"checks": {"home": Check(contains="Welcome")}},
    }
    variations = {
        "another address": {"checks": {"home": Check(), "health": Check(path="/api/health")}},
        "less often": {"checks": {"home": Check(every="10m")}},
        "not from outside": {"outside": False},
    }

    def test_an_address_that_is_added_leaves_the_others_as_they_are(self, target: Target) -> None:
        one, two = (self.record(target, checks=checks) for checks in ({"home": Check()}, TWO))
        kept = {it.urn: it.inputs for it in one.children("it") if "home" in it.name}
        assert kept.items() <= {it.urn: it.inputs for it in two.children("it")}.items()


TWO = {"home": Check(), "health": Check(path="/api/health")}
