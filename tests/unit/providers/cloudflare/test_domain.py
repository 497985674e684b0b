"""A zone at Cloudflare, for edges that are elsewhere."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pulumi
import pytest

from infra_kit import Cdn, Domain, Record, Target
from infra_kit.errors import SpecError
from infra_kit.providers.cloudflare.settings import CloudflareSettings
from infra_kit.testing import Recording, record

ACCOUNT, ZONE = "0123456789abcdef0123456789abcdef", "023e105f4ecef8ad9ca31a8372d0c353"
CONFIG = {"infra-kit:target": "aws", "infra-kit:environment": "production", "infra-kit:region": "us-east-1"}


def cloudflare() -> Target:
    return Target(name="cloudflare", settings=CloudflareSettings(account=ACCOUNT))


def zone(*records: Record) -> Recording:
    return record(lambda: Domain("zone", target=cloudflare(), domain="shop.example", records=records), config=CONFIG)


def entry(kind: Any, *values: str) -> list[Mapping[str, Any]]:
    records = zone(Record("it", kind, list(values))).of_type("cloudflare:index/dnsRecord:DnsRecord")
    return [it.inputs for it in records]


def test_its_name_servers_are_what_its_owner_sets_and_it_stays_when_its_stack_goes() -> None:
    stack = zone()
    made = stack.named("zone-zone")
    assert (made.inputs["account"], made.inputs["name"]) == ({"id": ACCOUNT}, "shop.example")
    assert (made.options.protect, made.options.retain_on_delete) == (True, True)
    assert stack.named("zone").outputs["name_servers"] == ["ada.ns.cloudflare.com", "bob.ns.cloudflare.com"]


def test_an_edge_on_aws_has_its_names_and_its_proofs_in_it() -> None:
    def program() -> None:
        there = Domain("zone", target=cloudflare(), domain="shop.example")
        Cdn("edge", routes={"/*": "https://origin.example.com"}, domains=["www.shop.example"], zones=[there])

    stack = record(program, config=CONFIG)
    made = [it for it in stack.resources if it.type == "cloudflare:index/dnsRecord:DnsRecord"]
    (led,) = (it for it in made if it.inputs["name"] == "www.shop.example")
    assert (led.name, led.inputs["type"], led.inputs["proxied"]) == ("zone-cname-www.shop.example", "CNAME", False)
    (proof,) = (it for it in made if it is not led)
    assert (proof.inputs["name"], proof.inputs["content"]) == (
        "_proof.www.shop.example",
        "_proof.www.shop.example.acm-validations.aws",
    ), "with a dot, as AWS says it, each deployment would change it"
    assert not stack.of_type("aws:route53/record:Record")


@pytest.mark.parametrize(
    ("kind", "value", "said"),
    [
        ("A", "192.0.2.1", {"content": "192.0.2.1"}),
        ("CNAME", "shop.example.net.", {"content": "shop.example.net"}),
        ("TXT", "v=spf1 -all", {"content": '"v=spf1 -all"'}),
        ("MX", "10 mx.example.net", {"content": "mx.example.net", "priority": 10}),
        (
            "SRV",
            "10 5 443 sip.example.net",
            {"data": {"priority": 10, "weight": 5, "port": 443, "target": "sip.example.net"}, "priority": 10},
        ),
        (
            "CAA",
            '0 issue "letsencrypt.org"',
            {"data": {"flags": 0, "tag": "issue", "value": "letsencrypt.org"}},
        ),
    ],
)
def test_a_record_has_the_form_that_cloudflare_takes(kind: str, value: str, said: dict[str, Any]) -> None:
    (made,) = entry(kind, value)
    assert {key: made[key] for key in ("content", "data", "priority") if key in made} == said
    assert (made["name"], made["type"], made["ttl"]) == ("it.shop.example", kind, 300)


def test_each_of_several_values_is_a_record_whose_name_another_value_does_not_change() -> None:
    one = {it.name for it in zone(Record("it", "A", ["192.0.2.1"])).of_type("cloudflare:index/dnsRecord:DnsRecord")}
    both = zone(Record("it", "A", ["192.0.2.2", "192.0.2.1"]))
    assert one < {it.name for it in both.of_type("cloudflare:index/dnsRecord:DnsRecord")}


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        (lambda: Record("it", "A", ["192.0.2.1"], ttl="30s"), "ttl: given 30 seconds; Cloudflare takes '60s' to"),
        (lambda: Record("it", "A", ["192.0.2.1"], ttl="7d"), "ttl: given 604800 seconds"),
        (lambda: Record("it", "A", [pulumi.Output.from_input("192.0.2.1")]), "values: one is known at the deployment"),
    ],
)
def test_what_cloudflare_has_no_record_for_is_refused(asked: Any, said: str) -> None:
    def program() -> None:
        Domain("zone", target=cloudflare(), domain="shop.example", records=[asked()])

    with pytest.raises(SpecError) as refused:
        record(program, config=CONFIG)
    assert str(refused.value).startswith(f"Domain 'zone': records: it.shop.example: {said}")


def test_a_zone_that_stands_gets_the_records_of_edges_and_no_others() -> None:
    def program() -> None:
        there = Domain.existing(
            "zone", target=cloudflare(), domain="example.com", id="023e105f4ecef8ad9ca31a8372d0c353"
        )
        Cdn("edge", routes={"/*": "https://origin.example.net"}, domains=["www.example.com"], zones=[there])

    stack = record(program, config=CONFIG)
    records = stack.of_type("cloudflare:index/dnsRecord:DnsRecord")
    assert {it.inputs["zoneId"] for it in records} == {ZONE}
    assert not stack.of_type("cloudflare:index/zone:Zone")
