"""What a Record takes, and what it refuses."""

from __future__ import annotations

import pulumi
import pytest

from infra_kit import Domain, Record
from infra_kit.dns_records import RecordType
from infra_kit.errors import SpecError
from tests.unit.refusals import refusal


@pytest.mark.parametrize(
    ("type_", "value"),
    [
        ("A", "203.0.113.10"),
        ("AAAA", "2001:db8::10"),
        ("CAA", '0 issue "letsencrypt.org"'),
        ("CAA", '0 iodef "mailto:security@shop.example"'),
        ("CNAME", "shop.example.net"),
        ("CNAME", "_proof.acm-validations.aws."),
        ("MX", "10 mx.example.net"),
        ("NS", "ns1.example.net"),
        ("SRV", "10 5 443 sip.example.net"),
        ("TXT", "v=DKIM1; k=rsa; p=" + "A" * 400),
    ],
)
def test_a_value_of_each_type_is_taken_as_a_zone_file_has_it(type_: RecordType, value: str) -> None:
    assert Record("www", type_, [value]).values == (value,)


@pytest.mark.parametrize(
    ("type_", "value", "needed"),
    [
        ("A", "2001:db8::10", "an IPv4 address"),
        ("A", "300.1.1.1", "an IPv4 address"),
        ("AAAA", "203.0.113.10", "an IPv6 address"),
        ("CAA", "0 issue letsencrypt.org", "flags, tag and value"),
        ("CNAME", "https://shop.example.net", "a host's whole name"),
        ("CNAME", "shop", "a host's whole name"),
        ("MX", "mx.example.net", "a priority and a host's whole name"),
        ("MX", "70000 mx.example.net", "a priority and a host's whole name"),
        ("MX", "10 203.0.113.10", "a priority and a host's whole name"),
        ("NS", "203.0.113.10", "a name server's whole name"),
        ("SRV", "10 443 sip.example.net", "priority, weight, port"),
        ("TXT", '"v=spf1 -all"', "printable characters of ASCII without quotes"),
        ("TXT", "", "1 to 4000 printable characters"),
    ],
)
def test_a_value_of_another_form_is_refused_with_the_form_that_is_needed(
    type_: RecordType, value: str, needed: str
) -> None:
    with pytest.raises(SpecError) as refused:
        Record("www", type_, [value])
    assert str(refused.value).startswith(f"Record: {type_}: given {value!r}; needed is ")
    assert needed in str(refused.value)


@pytest.mark.parametrize("name", ["@", "www", "*", "*.shop", "_dmarc", "selector._domainkey", "a-b.c", "xn--caf-dma"])
def test_a_name_is_below_the_zones(name: str) -> None:
    assert Record(name, "TXT", ["x"]).name == name


@pytest.mark.parametrize("name", ["", "WWW", "www.", ".www", "a..b", "www.*", "-a", "a b", "a" * 64])
def test_what_is_no_name_is_refused(name: str) -> None:
    with pytest.raises(SpecError, match="Record: name: a name below the zone's in lower case is needed"):
        Record(name, "TXT", ["x"])


def test_an_unknown_type_is_refused_with_those_there_are() -> None:
    with pytest.raises(SpecError, match="Record: type: Input should be 'A', 'AAAA', 'CAA'"):
        Record("www", "PTR", ["x"])  # type: ignore[arg-type]


def test_a_record_has_a_value_and_each_once() -> None:
    with pytest.raises(SpecError, match="Record: values: at least 1 is needed"):
        Record("www", "A", [])
    with pytest.raises(SpecError, match="Record: values: each stands once"):
        Record("www", "A", ["192.0.2.1", "192.0.2.1"])


def test_a_cname_is_alone_and_not_the_zones_own() -> None:
    with pytest.raises(SpecError, match=r"CNAME: the zone's own name has other records.*domains=\[…\], zones=\[…\]"):
        Record("@", "CNAME", ["shop.example.net"])
    with pytest.raises(SpecError, match="CNAME: it has one value; for several addresses say an A"):
        Record("www", "CNAME", ["a.example.net", "b.example.net"])


def test_the_zones_own_name_servers_are_not_said() -> None:
    with pytest.raises(SpecError, match="NS: the zone has name servers of its own"):
        Record("@", "NS", ["ns1.example.net"])


@pytest.mark.parametrize("ttl", ["1s", "5m", "7d"])
def test_a_time_to_live_is_a_duration(ttl: str) -> None:
    assert Record("www", "A", ["192.0.2.1"], ttl=ttl).ttl == ttl


@pytest.mark.parametrize("ttl", ["300", "8d", "0s"])
def test_what_is_no_time_to_live_is_refused(ttl: str) -> None:
    with pytest.raises(SpecError, match="Record: ttl: "):
        Record("www", "A", ["192.0.2.1"], ttl=ttl)


def test_a_value_that_is_known_later_is_checked_then() -> None:
    def program() -> None:
        host = pulumi.Output.from_input("not an address")
        Domain("zone", domain="shop.example", records=[Record("app", "A", [host])])

    message = refusal(program, SpecError, target="aws", environment="staging")
    assert message.startswith("Domain 'zone': records: app: A: given 'not an address'; needed is an IPv4 address")
