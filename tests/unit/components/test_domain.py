"""What a Domain takes, what it refuses, and how an edge's names and its zones go together."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from infra_kit import Cdn, Domain, Record
from infra_kit.components.domain import nearest
from infra_kit.errors import SpecError
from tests.unit.refusals import refusal


def refused(*records: Record, domain: str = "shop.example") -> str:
    return refusal(lambda: Domain("zone", domain=domain, records=list(records)), SpecError)


@pytest.mark.parametrize("domain", ["shop", "Shop.example", "shop.example.", "*.shop.example", ""])
def test_a_zone_has_a_domains_name(domain: str) -> None:
    assert refused(domain=domain).startswith("Domain 'zone': domain: ")


def test_a_name_and_type_stands_once() -> None:
    one, other = Record("app", "A", ["192.0.2.1"]), Record("app", "A", ["192.0.2.2"])
    assert refused(one, other) == "Domain 'zone': records: app A stands twice; say all values in one record"


def test_beside_a_cname_there_is_nothing() -> None:
    message = refused(Record("app", "TXT", ["x"]), Record("app", "CNAME", ["app.example.net"]))
    assert message == "Domain 'zone': records: app is a CNAME, and has TXT too; beside a CNAME there is none"


@pytest.mark.parametrize(("name", "short"), [("www.shop.example", "www"), ("shop.example", "@")])
def test_a_name_that_has_the_domain_in_it_is_refused_with_the_short_one(name: str, short: str) -> None:
    message = refused(Record(name, "A", ["192.0.2.1"]))
    assert message == f"Domain 'zone': records: {name}: names are below the zone's already; say '{short}'"


def test_a_whole_name_is_at_most_253_characters() -> None:
    assert "longer than 253 characters" in refused(Record(".".join(["a" * 60] * 4), "A", ["192.0.2.1"]))


@pytest.mark.parametrize(
    ("name", "zone"),
    [
        ("shop.example", "shop.example"),
        ("www.shop.example", "shop.example"),
        ("*.shop.example", "shop.example"),
        ("www.eu.shop.example", "eu.shop.example"),
        ("*.eu.shop.example", "eu.shop.example"),
        ("workshop.example", None),
        ("example", None),
    ],
)
def test_a_name_is_in_the_zone_nearest_to_it(name: str, zone: str | None) -> None:
    assert nearest(name, ["shop.example", "eu.shop.example"]) == zone


def edge(domains: Sequence[str], *zones: str) -> None:
    made = [Domain(f"zone-{at}", domain=zone) for at, zone in enumerate(zones)]
    Cdn("edge", routes={"/*": "https://api.example.com"}, domains=domains, zones=made)


def test_a_zone_that_none_of_the_names_is_in_is_refused() -> None:
    message = refusal(lambda: edge(["www.shop.exmaple"], "shop.example"), SpecError)
    assert message == (
        "Cdn 'edge': zones: none of domains is in 'zone-0' (shop.example); name one that is, or drop the zone"
    )


def test_two_zones_of_one_domain_are_refused() -> None:
    message = refusal(lambda: edge(["www.shop.example"], "shop.example", "shop.example"), SpecError)
    assert "zones: two are of one domain" in message


def test_a_zone_is_a_domain() -> None:
    def program() -> None:
        Cdn("edge", routes={"/*": "https://api.example.com"}, domains=["a.example"], zones=["Z1"])  # type: ignore[list-item]

    assert "Cdn 'edge': zones.0: a Domain is needed" in refusal(program, SpecError)
