"""Domain on this machine: nothing is asked of any DNS, and nothing outside is led here."""

from __future__ import annotations

from infra_kit import Cdn, Domain, Environment, Record, Target
from infra_kit.errors import SpecError
from infra_kit.testing import record
from tests.unit.providers.vps.workloads import on
from tests.unit.refusals import refusal

API = "https://api.example.com"


def edge(zone: Target | None = None, target: Target | None = None) -> None:
    there = Domain("zone", domain="shop.example", records=[Record("@", "TXT", ["x"])], target=zone)
    Cdn("edge", routes={"/*": API}, domains=["www.shop.example"], zones=[there], target=target)


def test_an_edge_answers_for_its_names_and_nothing_is_made_for_the_zone() -> None:
    made = record(edge)

    assert {it.name for it in made.resources} == {"zone", "edge", "edge-server"}
    assert made.named("edge-server").inputs["domains"] == ["www.shop.example"]
    assert made.named("zone").outputs == {"domain": "shop.example", "name_servers": [], "to_set": []}


def test_the_names_of_an_edge_here_are_in_no_zone_elsewhere() -> None:
    """A laptop would move the product's names to itself."""
    there = Target(name="aws", environment=Environment.STAGING, region="us-east-1")
    message = refusal(lambda: edge(zone=there), SpecError)
    assert message.startswith(
        "Cdn 'edge': zones: 'zone' is on aws, and nobody but this machine reaches an edge on local"
    )


def test_a_zone_here_serves_no_edge_elsewhere() -> None:
    message = refusal(lambda: edge(target=on()), SpecError)
    assert message.startswith("Cdn 'edge': zones: 'zone' is on local, where there is no DNS, and this edge is on vps.")


def test_there_is_no_zone_to_join() -> None:
    message = refusal(lambda: Domain.existing("zone", domain="shop.example", id="Z1"), SpecError)
    assert message.startswith("Domain 'zone': id: this machine has no zones")
