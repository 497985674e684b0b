"""Domain on Google Cloud: a managed zone, its records, and wildcards that it proves."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal

import pytest

from infra_kit import Cdn, Domain, Environment, Failover, Gateway, Record, Service, Target
from infra_kit.errors import SpecError, UnsupportedFeatureError
from infra_kit.testing import Recording
from tests.unit.providers.gcp.workloads import GCP, PRODUCTION, of
from tests.unit.providers.vps.workloads import HOST
from tests.unit.refusals import refusal

RECORD = "gcp:dns/recordSet:RecordSet"
API = "https://api.example.com"
FIRST = "203.0.113.77"


def cdn(*domains: str, records: tuple[Record, ...] = (), target: Target | None = None) -> None:
    zone = Domain("zone", domain="shop.example", records=records)
    Cdn("edge", routes={"/*": API}, domains=domains, zones=[zone], target=target)


def records(made: Recording) -> dict[str, Mapping[str, Any]]:
    return {it.name: it.inputs for it in made.of_type(RECORD)}


def test_a_zone_is_signed_and_in_production_kept_like_data() -> None:
    made = of(lambda: Domain("zone", domain="shop.example"), PRODUCTION)
    zone = made.named("zone-zone")

    assert (zone.inputs["dnsName"], zone.inputs["dnssecConfig"]) == ("shop.example.", {"state": "on"})
    assert (zone.options.protect, zone.options.retain_on_delete) == (True, True)
    assert made.named("zone").outputs["name_servers"] == [
        "ns-cloud-a1.googledomains.com",
        "ns-cloud-a2.googledomains.com",
    ]


def test_its_own_records_are_made_as_cloud_dns_takes_them() -> None:
    own = (
        Record("@", "MX", ["10 mx.example.net"], ttl="1h"),
        Record("_dmarc", "TXT", ["v=DMARC1; p=reject"]),
        Record("@", "CAA", ['0 issue "pki.goog"']),
    )
    made = records(of(lambda: Domain("zone", domain="shop.example", records=own)))

    mail = made["zone-mx-shop.example"]
    assert (mail["name"], mail["ttl"], mail["rrdatas"]) == ("shop.example.", 3600, ["10 mx.example.net."])
    assert made["zone-txt-_dmarc.shop.example"]["rrdatas"] == ['"v=DMARC1; p=reject"']
    assert made["zone-caa-shop.example"]["rrdatas"] == ['0 issue "pki.goog"']


def test_names_lead_to_the_address_of_their_edge_which_waits_for_them() -> None:
    made = of(lambda: cdn("shop.example", "www.shop.example"))

    assert set(records(made)) == {"zone-a-shop.example", "zone-a-www.shop.example"}
    own = records(made)["zone-a-shop.example"]
    assert (own["name"], own["type"], own["rrdatas"]) == ("shop.example.", "A", ["203.0.113.10"])
    assert own["managedZone"] == "recorded-zone"


def test_a_wildcard_in_a_zone_of_ours_is_proved_there() -> None:
    made = of(lambda: cdn("*.shop.example", "www.shop.example"))

    (authorization,) = made.of_type("gcp:certificatemanager/dnsAuthorization:DnsAuthorization")
    assert authorization.inputs["domain"] == "shop.example"
    proof = records(made)["zone-validation-gcp-shop.example"]
    assert (proof["name"], proof["type"]) == ("_acme-challenge.shop.example.", "CNAME")
    managed = {
        it.inputs["managed"]["domains"][0]: it.inputs["managed"].get("dnsAuthorizations")
        for it in made.of_type("gcp:certificatemanager/certificate:Certificate")
    }
    assert managed == {"*.shop.example": [f"{authorization.name}-id"], "www.shop.example": None}
    assert made.named("edge").outputs["url"] == "https://www.shop.example"


def test_a_wildcard_in_no_zone_stays_refused_and_the_zone_is_the_way_out() -> None:
    message = refusal(
        lambda: cdn("*.other.example", "www.shop.example"),
        UnsupportedFeatureError,
        target="gcp", environment="staging", region="x",
    )  # fmt: skip
    assert "wildcard-domains: Google proves a domain" in message
    assert "zones=[Domain(…)]" in message


def test_a_wildcard_is_proved_in_a_zone_on_aws_too() -> None:
    def program() -> None:
        there = Target(name="aws", environment=Environment.STAGING, region="us-east-1")
        zone = Domain("zone", domain="shop.example", target=there)
        Cdn("edge", routes={"/*": API}, domains=["*.shop.example"], zones=[zone])

    made = {it.name: it.inputs for it in of(program).of_type("aws:route53/record:Record")}
    assert made["zone-validation-gcp-shop.example"]["records"] == ["recorded.authorize.certificatemanager.goog."]
    assert made["zone-a-*.shop.example"]["records"] == ["203.0.113.10"]


def test_an_edge_on_aws_is_led_to_by_its_host_name() -> None:
    there = Target(name="aws", environment=Environment.STAGING, region="us-east-1")
    made = records(of(lambda: cdn("www.shop.example", target=there)))

    assert made["zone-cname-www.shop.example"]["rrdatas"] == ["d1edge.cloudfront.net."]
    assert made["zone-validation-aws-www.shop.example"]["rrdatas"] == ["_proof.www.shop.example.acm-validations.aws."]


@pytest.mark.parametrize(
    ("domain", "record", "message"),
    [
        ("shop.example", Record("app", "A", ["192.0.2.1"]), "it is the own name of the zone 'zone', which cannot be a"),
        ("www.shop.example", Record("www", "TXT", ["x"]), "has a record TXT of that name already, of Domain 'zone'"),
    ],
)
def test_where_a_host_name_cannot_lead_it_is_refused(domain: str, record: Record, message: str) -> None:
    there = Target(name="aws", environment=Environment.STAGING, region="us-east-1")
    with pytest.raises(SpecError, match=message):
        of(lambda: cdn(domain, records=(record,), target=there))


def test_a_zone_that_stands_gets_records_and_nothing_else() -> None:
    def program() -> None:
        zone = Domain.existing("zone", domain="example.com", id="shop-zone")
        Cdn("edge", routes={"/*": API}, domains=["www.example.com"], zones=[zone])

    made = of(program, GCP)
    assert not made.of_type("gcp:dns/managedZone:ManagedZone")
    assert records(made)["zone-a-www.example.com"]["managedZone"] == "shop-zone"


def pair(*roles: Literal["primary", "secondary"]) -> None:
    """Of one name: the primary on a host, the secondary here."""
    host = Target(name="vps", environment=Environment.STAGING, settings=HOST.model_copy(update={"host": FIRST}))
    shared = Domain("zone", domain="shop.example")
    for role in roles:
        target = host if role == "primary" else None
        api, names = Service(f"{role}-api", image="registry.example/api:1", target=target), ["www.shop.example"]
        Gateway(role, target=target, routes={"/*": api}, domains=names, zones=[shared], failover=Failover(role))


@pytest.mark.parametrize("roles", [("primary", "secondary"), ("secondary", "primary")])
def test_a_name_of_two_edges_is_one_record_that_leads_to_the_secondary_while_the_primary_is_not_well(
    roles: tuple[Literal["primary", "secondary"], ...],
) -> None:
    made = of(lambda: pair(*roles))

    record = made.named("zone-a-www.shop.example")
    (check,) = made.of_type("gcp:compute/healthCheck:HealthCheck")
    assert (record.name, record.inputs["ttl"], "rrdatas" in record.inputs) == ("zone-a-www.shop.example", 60, False)
    standing_by = {"location": "us-central1", "healthCheckedTargets": {"externalEndpoints": ["203.0.113.10"]}}
    assert record.inputs["routingPolicy"] == {
        "healthCheck": f"{check.name}-id",
        "primaryBackup": {
            "primary": {"externalEndpoints": [FIRST]},
            "backupGeos": [standing_by],
        },
    }
    assert check.inputs["httpsHealthCheck"] == {"port": 443, "host": "www.shop.example", "requestPath": "/health"}
    assert (len(check.inputs["sourceRegions"]), check.inputs["checkIntervalSec"]) == (3, 30)


def test_a_primary_leads_to_itself_until_it_has_a_secondary() -> None:
    record = of(lambda: pair("primary")).named("zone-a-www.shop.example")
    assert (record.inputs["rrdatas"], "routingPolicy" in record.inputs) == ([FIRST], False)


def test_a_secondary_alone_is_refused_for_nothing_would_lead_to_it() -> None:
    message = refusal(lambda: of(lambda: pair("secondary")), SpecError)
    assert "www.shop.example: given 'secondary', and no Gateway of this program is the primary" in message


@pytest.mark.parametrize("role", ["primary", "secondary"])
def test_a_name_of_two_edges_is_proved_by_dns_for_it_points_to_one_of_them_only(
    role: Literal["primary", "secondary"],
) -> None:
    def program() -> None:
        aws = Target(name="aws", environment=Environment.STAGING, region="eu-west-1")
        shared, names = Domain("zone", domain="shop.example", target=aws), ["www.shop.example"]
        api = Service("api", image="registry.example/api:1")
        Gateway("edge", routes={"/*": api}, domains=names, zones=[shared], failover=Failover(role))

    made = of(program)
    (authorization,) = made.of_type("gcp:certificatemanager/dnsAuthorization:DnsAuthorization")
    assert (authorization.inputs["domain"], authorization.inputs["type"]) == ("www.shop.example", "PER_PROJECT_RECORD")
    (certificate,) = made.of_type("gcp:certificatemanager/certificate:Certificate")
    assert certificate.inputs["managed"]["dnsAuthorizations"] == [f"{authorization.name}-id"]
    proof = made.named("zone-validation-gcp-www.shop.example").inputs
    assert (proof["name"], proof["type"]) == ("_acme-challenge.www.shop.example.", "CNAME")
