"""Domain on AWS: a hosted zone, its records, and those of edges of any target."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import pulumi
import pytest

from infra_kit import Cdn, Domain, Environment, Gateway, Record, Service, Target
from infra_kit.errors import SpecError
from infra_kit.providers.aws.settings import AwsSettings
from infra_kit.testing import Recording, record
from tests.unit.providers.aws.workloads import AWS, IMAGE, PRODUCTION, refused

RECORD = "aws:route53/record:Record"
API = "https://api.example.com"


def of(program: Callable[[], object], config: Mapping[str, Any] = AWS) -> Recording:
    return record(program, config=config)


def zone(*records: Record) -> Domain:
    return Domain("zone", domain="shop.example", records=list(records))


def cdn(*domains: str, records: tuple[Record, ...] = (), name: str = "edge") -> None:
    Cdn(name, routes={"/*": API}, domains=domains, zones=[zone(*records)])


def records(made: Recording) -> dict[str, Mapping[str, Any]]:
    return {it.name: it.inputs for it in made.of_type(RECORD)}


def test_a_zone_is_made_and_says_what_to_set_at_the_registrar() -> None:
    made = of(zone)

    assert made.named("zone-zone").inputs["name"] == "shop.example"
    assert made.named("zone").outputs == {
        "domain": "shop.example",
        "name_servers": ["ns-1.awsdns-01.com", "ns-2.awsdns-02.net"],
        "to_set": [],
    }


def test_its_name_servers_are_said_while_a_certificate_waits_for_them(monkeypatch: pytest.MonkeyPatch) -> None:
    said: list[str] = []
    monkeypatch.setattr(pulumi.log, "info", lambda message, *_: said.append(message))
    of(lambda: cdn("www.shop.example"))

    assert said == [
        "Domain 'zone': shop.example is served by ns-1.awsdns-01.com, ns-2.awsdns-02.net: set them at its registrar, "
        "or in the zone above."
    ]


def test_in_production_it_is_kept_like_data() -> None:
    safe, cheap = (of(zone, config).named("zone-zone").options for config in (PRODUCTION, AWS))

    assert (safe.protect, safe.retain_on_delete) == (True, True)
    assert cheap.protect is False


def test_its_own_records_are_made_as_route_53_takes_them() -> None:
    made = records(
        of(
            lambda: zone(
                Record("@", "MX", ["10 mx1.example.net", "20 mx2.example.net"], ttl="1h"),
                Record("selector._domainkey", "TXT", ["v=DKIM1; p=" + "A" * 300]),
            )
        )
    )

    mail = made["zone-mx-shop.example"]
    assert (mail["name"], mail["type"], mail["ttl"]) == ("shop.example", "MX", 3600)
    assert mail["records"] == ["10 mx1.example.net", "20 mx2.example.net"]
    (text,) = made["zone-txt-selector._domainkey.shop.example"]["records"]
    assert [len(part) for part in text.split('""')] == [255, 56]


def test_the_names_of_a_cdn_are_proved_and_lead_there_the_zones_own_too() -> None:
    made = of(lambda: cdn("shop.example", "www.shop.example"))

    assert set(records(made)) == {
        "zone-validation-aws-shop.example", "zone-validation-aws-www.shop.example", "zone-a-shop.example",
        "zone-aaaa-shop.example", "zone-a-www.shop.example", "zone-aaaa-www.shop.example",
    }  # fmt: skip
    ids = {inputs["zoneId"] for inputs in records(made).values()}
    assert ids == {made.named("zone-zone").outputs["zoneId"]}
    own = records(made)["zone-a-shop.example"]
    assert own["aliases"] == [
        {"name": "d1edge.cloudfront.net", "zoneId": "Z2FDTNDATAQYW2", "evaluateTargetHealth": False}
    ]
    proof = made.named("zone-validation-aws-shop.example")
    assert proof.urn in made.named("edge-certificate-valid").options.depends_on


def test_the_names_of_a_gateway_lead_to_its_load_balancer() -> None:
    def program() -> None:
        api = Service("api", image=IMAGE)
        Gateway("edge", routes={"/*": api}, domains=["shop.example"], zones=[zone()])

    made = records(of(program))
    assert set(made) == {"zone-validation-aws-shop.example", "zone-a-shop.example"}
    (alias,) = made["zone-a-shop.example"]["aliases"]
    assert alias["name"].endswith(".elb.amazonaws.com")


def test_a_zone_that_is_given_comes_before_one_of_the_settings() -> None:
    settings = {"infra-kit:aws": {"hosted_zones": {"shop.example": "Z1", "other.example": "Z2"}}}
    made = of(lambda: cdn("www.shop.example", "www.other.example"), AWS | settings)

    given = made.named("zone-zone").outputs["zoneId"]
    assert records(made)["zone-a-www.shop.example"]["zoneId"] == given
    assert records(made)["aws-zone-other-e-e9ef-a-www.other.example"]["zoneId"] == "Z2"


def test_mail_of_the_same_name_stands_beside_an_alias() -> None:
    mail = Record("@", "MX", ["10 mx.example.net"])
    assert "zone-mx-shop.example" in records(of(lambda: cdn("shop.example", records=(mail,))))


def test_a_name_that_the_zone_leads_elsewhere_is_refused() -> None:
    message = refused(lambda: cdn("www.shop.example", records=(Record("www", "A", ["192.0.2.1"]),)))
    assert message == (
        "Cdn 'edge': domains: www.shop.example: the zone 'zone' has a record A of that name already, of Domain 'zone', "
        "beside which there is no A. Drop the one or the other."
    )


@pytest.mark.parametrize("domain", ["eu.shop.example", "www.eu.shop.example", "*.eu.shop.example"])
def test_a_name_that_the_zone_leaves_to_another_is_refused(domain: str) -> None:
    message = refused(lambda: cdn(domain, records=(Record("eu", "NS", ["ns1.example.net"]),)))
    assert f"domains: {domain}: the zone 'zone' leaves eu.shop.example to another" in message


def test_a_name_of_two_edges_is_refused() -> None:
    def program() -> None:
        shared = zone()
        for name in ("one", "two"):
            Cdn(name, routes={"/*": API}, domains=["www.shop.example"], zones=[shared])

    assert "of that name already, of Cdn 'one'" in refused(program)


def test_records_are_made_by_the_zones_own_provider() -> None:
    """The zone is in another account than the edge."""

    def program() -> None:
        dns = Target(name="aws", alias="dns", region="us-east-1", settings=AwsSettings(profile="dns"))
        shared = Domain("zone", domain="shop.example", target=dns)
        Cdn("edge", routes={"/*": API}, domains=["www.shop.example"], zones=[shared])

    made = of(program)
    assert {it.name for it in made.of_type(RECORD) if "::dns-provider::" in (it.options.provider or "")} == {
        "zone-validation-aws-www.shop.example", "zone-a-www.shop.example", "zone-aaaa-www.shop.example",
    }  # fmt: skip
    assert "::dns-provider::" not in (made.named("edge-distribution").options.provider or "")


def test_the_user_may_override_a_record_of_an_edge() -> None:
    def program() -> None:
        overrides = {"a-www.shop.example": {"opts": pulumi.ResourceOptions(ignore_changes=["aliases"])}}
        Cdn("edge", routes={"/*": API}, domains=["www.shop.example"], zones=[zone()], overrides=overrides)

    assert of(program).named("zone-a-www.shop.example").options.ignore_changes == ("aliases",)


def existing(domain: str) -> None:
    there = Domain.existing("zone", domain=domain, id="Z0STANDS")
    Cdn("edge", routes={"/*": API}, domains=[f"www.{domain}"], zones=[there])


def test_a_zone_that_stands_gets_records_and_nothing_else() -> None:
    made = of(lambda: existing("example.com"))

    assert not made.of_type("aws:route53/zone:Zone")
    assert {inputs["zoneId"] for inputs in records(made).values()} == {"Z0STANDS"}
    assert made.named("zone").outputs["name_servers"] == ["ns-1.awsdns-01.com", "ns-2.awsdns-02.net"]


def test_a_zone_that_stands_for_another_domain_is_refused() -> None:
    message = refused(lambda: existing("example.org"))
    assert message == "Domain 'zone': id: the zone there is of example.com, not of example.org."


@pytest.mark.parametrize("name", ["gcp", "vps"])
def test_an_edge_elsewhere_than_its_zone_says_nothing_of_aws(name: str) -> None:
    """Of an edge with an address, on a cloud or a host, the zone has that."""
    from tests.unit.providers.vps.workloads import HOST  # a host of the tests

    settings = HOST.model_copy(update={"host": "203.0.113.10"}) if name == "vps" else None
    region = "europe-west1" if name == "gcp" else None
    there = Target(name=name, environment=Environment.STAGING, settings=settings, region=region)

    def program() -> None:
        Cdn("edge", target=there, routes={"/*": API}, domains=["shop.example"], zones=[zone()])

    made = records(of(program))
    assert set(made) == {"zone-a-shop.example"}
    assert made["zone-a-shop.example"]["records"] == ["203.0.113.10"]


def test_a_host_that_is_known_by_name_is_led_to_by_it_but_not_from_the_zones_own_name() -> None:
    from tests.unit.providers.vps.workloads import on  # a host of the tests

    def program(domain: str) -> None:
        Cdn("edge", target=on(), routes={"/*": API}, domains=[domain], zones=[zone()])

    made = records(of(lambda: program("www.shop.example")))
    assert made["zone-cname-www.shop.example"]["records"] == ["vps-1.example.com"]
    with pytest.raises(SpecError, match=r"it is the own name of the zone 'zone', which cannot be a CNAME"):
        of(lambda: program("shop.example"))
