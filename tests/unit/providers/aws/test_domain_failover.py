"""Names that two edges have, of which the second is led to while the first is not well, on aws."""

from __future__ import annotations

from typing import Any

import pytest

from infra_kit import Environment, Failover, Gateway, Service, Target
from infra_kit.testing.conformance.safety import replaced
from tests.unit.providers.aws.test_domain import RECORD, of, records, zone
from tests.unit.providers.aws.workloads import IMAGE, refused


def pair(*, here: Target | None = None, there: Target | None = None, standby_first: bool = False, **more: Any) -> None:
    """Two edges of one name, in one zone."""
    shared = zone()
    edges = [
        ("edge", here, Failover("primary", **more)),
        ("standby", there or Target(name="aws", region="eu-west-1", alias="second"), Failover("secondary")),
    ]
    for name, target, failover in reversed(edges) if standby_first else edges:
        api = Service(f"{name}-api", target=target, image=IMAGE)
        names = ["www.shop.example"]
        Gateway(name, target=target, routes={"/*": api}, domains=names, zones=[shared], failover=failover)


def test_a_name_of_two_edges_leads_to_the_secondary_while_the_primary_is_not_well() -> None:
    made = of(lambda: pair(check="/api/health"))

    first, other = made.named("zone-a-www.shop.example"), made.named("zone-a-www.shop.example-secondary")
    assert [it.inputs["failoverRoutingPolicies"] for it in (first, other)] == [
        [{"type": "PRIMARY"}], [{"type": "SECONDARY"}],
    ]  # fmt: skip
    assert first.inputs["setIdentifier"] != other.inputs["setIdentifier"]
    assert all(it.inputs["aliases"][0]["evaluateTargetHealth"] for it in (first, other))
    check = made.named("zone-check-www.shop.example")
    assert first.inputs["healthCheckId"] == f"{check.name}-id"
    assert "healthCheckId" not in other.inputs
    assert (check.inputs["type"], check.inputs["resourcePath"]) == ("HTTPS", "/api/health")
    assert check.inputs["fqdn"] == first.inputs["aliases"][0]["name"]


def test_an_edge_with_an_address_is_asked_there_for_its_name() -> None:
    from tests.unit.providers.vps.workloads import HOST  # a host of the tests

    settings = HOST.model_copy(update={"host": "203.0.113.10"})
    host = Target(name="vps", environment=Environment.STAGING, settings=settings)
    other = Target(name="gcp", environment=Environment.STAGING, region="europe-west1")
    made = of(lambda: pair(here=host, there=other))

    check = made.named("zone-check-www.shop.example").inputs
    assert (check["ipAddress"], check["fqdn"], check["resourcePath"]) == ("203.0.113.10", "www.shop.example", "/health")
    led = {it.name: (it.inputs["records"], it.inputs["ttl"]) for it in made.of_type(RECORD) if it.inputs["type"] == "A"}
    assert led == {
        "zone-a-www.shop.example": (["203.0.113.10"], 60),
        "zone-a-www.shop.example-secondary": (["203.0.113.10"], 60),
    }


def test_a_host_that_is_known_by_name_cannot_be_asked() -> None:
    from tests.unit.providers.vps.workloads import on  # a host of the tests

    message = refused(lambda: pair(here=on()))
    assert message.startswith("Gateway 'edge': failover: www.shop.example would lead to a host's name")


def test_a_name_that_stood_alone_gets_a_standby_in_place() -> None:
    def alone() -> None:
        api = Service("edge-api", image=IMAGE)
        Gateway("edge", routes={"/*": api}, domains=["www.shop.example"], zones=[zone()])

    before, after = of(alone), of(pair)
    assert replaced(before, after) == []
    assert {it.urn for it in before.of_type(RECORD)} <= {it.urn for it in after.of_type(RECORD)}


@pytest.mark.parametrize("standby_first", [False, True])
def test_the_secondarys_record_is_made_after_the_primarys_is_one_of_two(*, standby_first: bool) -> None:
    """Beside a record without a policy, as the primary's was when it stood alone, Route 53 takes no other."""
    made = of(lambda: pair(standby_first=standby_first))
    first, other = made.named("zone-a-www.shop.example"), made.named("zone-a-www.shop.example-secondary")
    assert other.inputs["setIdentifier"] == "secondary"
    assert first.urn in other.options.depends_on


def test_a_name_of_two_regions_is_proved_by_one_record_which_is_of_the_account() -> None:
    """Two would be one at Route 53, and the first to go would take it away."""
    assert [name for name in records(of(pair)) if "validation" in name] == ["zone-validation-aws-www.shop.example"]


def test_two_primaries_of_one_name_are_refused() -> None:
    def program() -> None:
        shared = zone()
        for name in ("edge", "other"):
            api = Service(f"{name}-api", image=IMAGE)
            first = Failover("primary")
            Gateway(name, routes={"/*": api}, domains=["www.shop.example"], zones=[shared], failover=first)

    assert "of that name already, of Gateway 'edge'" in refused(program)


@pytest.mark.parametrize(
    ("domain", "why"),
    [
        ("www.other.example", "is in none of zones, so nothing leads it elsewhere."),
        ("*.shop.example", "cannot be asked whether it is well; name each host in domains."),
    ],
)
def test_a_name_that_nothing_can_lead_elsewhere_is_refused(domain: str, why: str) -> None:
    def program() -> None:
        api = Service("edge-api", image=IMAGE)
        names = ["www.shop.example", domain]
        Gateway("edge", routes={"/*": api}, domains=names, zones=[zone()], failover=Failover("primary"))

    assert refused(program) == f"Gateway 'edge': failover: {domain} {why}"
