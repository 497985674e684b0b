"""What every target's Domain must do."""

from infra_kit import Cdn, Domain, Record, Target
from infra_kit.components.domain import DomainEndpoint
from infra_kit.testing.conformance.base import NAME
from infra_kit.testing.conformance.suite import ComponentConformance

WWW = "www.shop.example"


class DomainConformance(ComponentConformance):
    component = Domain
    endpoint = DomainEndpoint
    arguments = {"domain": "shop.example"}
    keeps_data = False
    asks = {}
    variations = {
        "a record": {"records": [Record("@", "MX", ["10 mx.example.net"])]},
        "more records": {"records": [Record("@", "TXT", ["v=spf1 -all"], ttl="1h"), Record("app", "A", ["192.0.2.1"])]},
    }

    def test_the_names_of_an_edge_are_in_it(self, target: Target) -> None:
        """Made where the zone has servers, else said, or needed by nobody."""

        def program() -> None:
            zone = Domain(NAME, target=target, domain="shop.example")
            routes = {"/*": "https://origin.example.com"}
            Cdn("edge", target=self.used_on(target), routes=routes, domains=[WWW], zones=[zone])

        made = self.run(program)
        zone = made.named(NAME).outputs
        led = [it.name for it in made.children(NAME) if it.name.endswith(f"-{WWW}")]
        assert bool(led) == bool(zone["name_servers"])
        assert not (led and zone["to_set"])
