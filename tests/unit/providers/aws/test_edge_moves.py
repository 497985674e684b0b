"""Edges on AWS that change while visitors come: what is replaced, what is changed in place, and in which order."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pulumi

from infra_kit import Cdn, Domain, Gateway, Service
from infra_kit.testing import Recording
from tests.unit.moves import Moves, moves
from tests.unit.providers.aws.workloads import AWS, IMAGE, PRODUCTION, of

NAMES = ["www.shop.example"]
RULE = "inner-route-x-766e"


def zone() -> Domain:
    return Domain("zone", domain="shop.example")


def behind(*, domains: bool) -> None:
    inner = Gateway("inner", routes={"/*": Service("api", image=IMAGE)}, public=False)
    Cdn("edge", routes={"/*": inner}, **({"domains": NAMES, "zones": [zone()]} if domains else {}))


def alone() -> None:
    Gateway("inner", routes={"/*": Service("api", image=IMAGE)}, domains=NAMES, zones=[zone()])


def between(before: Callable[[], object], after: Callable[[], object], config: Any = AWS) -> Moves:
    return moves(of(before, config), of(after, config))


def way(recording: Recording) -> tuple[str, str]:
    found = recording.named("edge-way-inner").inputs["vpcOriginEndpointConfig"]
    return found["originProtocolPolicy"], found["name"]


def test_domains_are_given_to_a_cdn_before_a_gateway_while_the_old_way_still_answers() -> None:
    found = between(lambda: behind(domains=False), lambda: behind(domains=True))

    # CloudFront changes no VPC origin in use, and one listener on another port would end the old way first.
    assert found.replaced == {"edge-way-inner", "inner-listener", RULE}
    assert found.changed == {"edge-distribution"}
    assert not found.gone
    assert not {name for name in found.made if name.startswith(("inner-", "api-"))}


def test_a_way_that_is_replaced_has_another_name_and_half_an_hour_to_come_about() -> None:
    plain, secure = of(lambda: behind(domains=False)), of(lambda: behind(domains=True))

    assert way(plain) == ("http-only", "edge-http-inner-1a2b3c4")
    assert way(secure) == ("https-only", "edge-https-inner-1a2b3c4")
    assert secure.named("edge-way-inner").request.customTimeouts.create == "30m"


def test_cloudfronts_addresses_are_let_in_by_one_rule_over_both_ports() -> None:
    rule = of(lambda: behind(domains=False)).named("inner-ingress-cdn").inputs
    assert (rule["fromPort"], rule["toPort"]) == (80, 443)


def test_a_gateway_goes_behind_a_cdn_with_target_groups_of_its_new_load_balancer_alone() -> None:
    found = between(alone, lambda: behind(domains=True))

    assert found.replaced >= {"inner-balancer", "inner-targets-api", RULE}
    assert "inner-security-group" not in found.replaced | found.gone


def test_a_name_that_moves_from_a_gateway_to_a_cdn_is_a_record_that_is_changed() -> None:
    found = between(alone, lambda: behind(domains=True))
    records = {"zone-a-www.shop.example", "zone-aaaa-www.shop.example", "zone-validation-aws-www.shop.example"}

    assert found.changed & records == {"zone-a-www.shop.example"}
    assert found.made & records == {"zone-aaaa-www.shop.example"}  # CloudFront has IPv6
    assert not (found.gone | found.replaced) & records


def test_a_name_in_a_zone_of_the_settings_moves_in_place_too() -> None:
    def edge(name: str) -> None:
        Cdn(name, routes={"/*": "https://api.example.com"}, domains=["www.example.com"])

    found = between(
        lambda: edge("old"), lambda: edge("new"), AWS | {"infra-kit:aws": {"hosted_zones": {"example.com": "Z1"}}}
    )
    assert {name for name in found.changed if name.startswith("aws-zone-")} == {
        "aws-zone-example-a379-a-www.example.com",
        "aws-zone-example-a379-aaaa-www.example.com",
    }
    assert not {name for name in found.made | found.gone | found.replaced if name.startswith("aws-zone-")}


def test_two_edges_whose_certificates_name_one_host_are_proved_by_one_record() -> None:
    def program() -> None:
        shared = zone()
        Gateway("inner", routes={"/*": Service("api", image=IMAGE)}, domains=["shop.example"], zones=[shared])
        Cdn("edge", routes={"/*": "https://api.example.com"}, domains=["*.shop.example"], zones=[shared])

    made = of(program)
    proof = made.named("zone-validation-aws-shop.example")
    for edge in ("inner", "edge"):
        assert proof.urn in made.named(f"{edge}-certificate-valid").options.depends_on


def test_an_edges_record_is_protected_as_the_edge_is_and_not_as_its_zone_is() -> None:
    def program() -> None:
        guarded = Domain("zone", domain="shop.example", opts=pulumi.ResourceOptions(protect=True))
        Cdn("edge", routes={"/*": "https://api.example.com"}, domains=NAMES, zones=[guarded])

    made = of(program)
    assert made.named("zone-zone").options.protect
    assert not made.named("zone-a-www.shop.example").options.protect


def test_a_protected_load_balancer_is_not_replaced_by_surprise() -> None:
    """AWS keeps it, so its end would fail when the rest has moved: a preview fails first."""
    assert of(alone, PRODUCTION).named("inner-balancer").options.protect
    assert not of(alone).named("inner-balancer").options.protect
