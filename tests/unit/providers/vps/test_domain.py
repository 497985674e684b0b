"""Domain on a VPS: what a person sets, said once."""

from __future__ import annotations

from typing import Any

import pulumi
import pytest

from infra_kit import Cdn, Domain, Environment, Gateway, Record, Target
from infra_kit.errors import SpecError, UnsupportedFeatureError
from infra_kit.testing import Recording, record
from tests.unit.providers.vps.workloads import on, service

API = "https://api.example.com"
MAIL = Record("@", "MX", ["10 mx.example.net"], ttl="1h")


def made(host: str = "203.0.113.10", domains: tuple[str, ...] = ("shop.example", "www.shop.example")) -> Recording:
    def program() -> None:
        target = on(host=host)
        zone = Domain("zone", domain="shop.example", records=[MAIL], target=target)
        Cdn("edge", routes={"/*": API}, domains=domains, zones=[zone], target=target)
        pulumi.export("to_set", zone.to_set)

    return record(program)


@pytest.fixture
def said(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What `pulumi.log.info` says."""
    lines: list[str] = []

    def keep(message: str, *_: Any) -> None:
        lines.append(message)

    monkeypatch.setattr(pulumi.log, "info", keep)
    return lines


def test_all_records_are_told_as_lines_of_a_zone_file() -> None:
    assert made().exports["to_set"] == [
        "shop.example. 3600 IN MX 10 mx.example.net.",
        "shop.example. 300 IN A 203.0.113.10",
        "www.shop.example. 300 IN A 203.0.113.10",
    ]


def test_they_are_said_once_in_one_table(said: list[str]) -> None:
    made()
    (table,) = [text for text in said if text.startswith("Domain 'zone'")]
    assert table == (
        "Domain 'zone': set these in the DNS of shop.example:\n"
        "  shop.example. 3600 IN MX 10 mx.example.net.\n"
        "  shop.example. 300 IN A 203.0.113.10\n"
        "  www.shop.example. 300 IN A 203.0.113.10"
    )


@pytest.mark.parametrize(
    ("host", "line"),
    [
        ("2001:db8::10", "www.shop.example. 300 IN AAAA 2001:db8::10"),
        ("vps-1.example.com", "www.shop.example. 300 IN CNAME vps-1.example.com."),
    ],
)
def test_the_host_is_led_to_by_how_it_is_known(host: str, line: str) -> None:
    assert line in made(host, ("www.shop.example",)).exports["to_set"]


def test_a_name_that_would_lead_to_itself_is_refused() -> None:
    with pytest.raises(SpecError, match=r"vps-1\.shop\.example: it is how the host itself is named"):
        made("vps-1.shop.example", ("vps-1.shop.example",))


def test_the_proof_of_a_certificate_is_said_before_what_waits_for_it(said: list[str]) -> None:
    """A Cdn on aws is made when its certificate is proved: a table that waits for its name would never be said."""

    def program() -> None:
        zone = Domain("zone", domain="shop.example", target=on())
        there = Target(name="aws", environment=Environment.STAGING, region="us-east-1")
        Cdn("edge", routes={"/*": API}, domains=["www.shop.example"], zones=[zone], target=there)

    record(program)
    proof, lead = sorted(text for text in said if text.startswith("Domain 'zone'"))
    assert proof.endswith("  _proof.www.shop.example. 300 IN CNAME _proof.www.shop.example.acm-validations.aws.")
    assert lead.endswith("  www.shop.example. 300 IN CNAME d1edge.cloudfront.net.")


def test_a_gateway_has_its_names_there_too() -> None:
    def program() -> None:
        target = on(host="203.0.113.10")
        zone = Domain("zone", domain="shop.example", target=target)
        routes = {"/*": service(target=target)}
        Gateway("edge", routes=routes, domains=["app.shop.example"], zones=[zone], target=target)
        pulumi.export("to_set", zone.to_set)

    assert record(program).exports["to_set"] == ["app.shop.example. 300 IN A 203.0.113.10"]


def test_a_zone_on_a_cloud_has_its_records_before_the_host_asks_for_certificates() -> None:
    def program() -> None:
        there = Target(name="aws", environment=Environment.STAGING, region="us-east-1")
        zone = Domain("zone", domain="shop.example", target=there)
        Cdn("edge", routes={"/*": API}, domains=["www.shop.example"], zones=[zone], target=on(host="203.0.113.10"))

    recording = record(program)
    (lead,) = recording.of_type("aws:route53/record:Record")
    assert lead.urn in recording.named("edge-site").options.depends_on


def test_a_wildcard_stays_refused_with_a_zone_too() -> None:
    with pytest.raises(UnsupportedFeatureError, match="wildcard-domains: a wildcard's certificate takes a record"):
        made(domains=("*.shop.example",))


def test_there_is_no_zone_to_join() -> None:
    def program() -> None:
        Domain.existing("zone", domain="shop.example", id="Z1", target=on())

    with pytest.raises(SpecError, match="Domain 'zone': id: a VPS has no zones"):
        record(program)
