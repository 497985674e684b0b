"""The network on AWS: where its subnets are, who gets out, what is locked."""

from __future__ import annotations

import json
from collections.abc import Mapping
from ipaddress import IPv4Network
from itertools import combinations
from typing import Any

import pytest

from infra_kit import Gateway, Network, Redis, Service, Target, Worker
from infra_kit.errors import SpecError
from infra_kit.providers.aws import cidrs
from infra_kit.recording import Recording
from infra_kit.testing import record
from tests.unit.providers.aws.workloads import IMAGE
from tests.unit.refusals import refusal

AWS = {"infra-kit:target": "aws", "infra-kit:environment": "staging"}
PRODUCTION = AWS | {"infra-kit:environment": "production"}
SUBNET = "aws:ec2/subnet:Subnet"


def made(config: Mapping[str, Any] = AWS, **arguments: Any) -> Recording:
    return record(lambda: Network("net", **arguments), config=config)


def ranges(recording: Recording) -> dict[str, str]:
    return {subnet.name: subnet.inputs["cidrBlock"] for subnet in recording.of_type(SUBNET)}


def names(recording: Recording, token: str) -> list[str]:
    return [resource.name for resource in recording.of_type(token)]


def test_each_zone_has_a_subnet_of_each_tier_at_the_place_of_its_letter() -> None:
    assert ranges(made()) == {
        "net-public-a": "10.0.0.0/21",
        "net-public-b": "10.0.8.0/21",
        "net-private-a": "10.0.64.0/21",
        "net-private-b": "10.0.72.0/21",
        "net-isolated-a": "10.0.128.0/21",
        "net-isolated-b": "10.0.136.0/21",
    }


@pytest.mark.parametrize("zones", [["a", "b", "c"], ["c", "a"], ["b"]])
def test_other_zones_move_nothing_that_is_there(zones: list[str]) -> None:
    config = AWS | {"infra-kit:aws": {"zones": zones}}
    here = ranges(made(config, zones=len(zones)))
    everywhere = ranges(made(zones=3))
    assert here.items() <= everywhere.items()


@pytest.mark.parametrize("cidr", ["10.0.0.0/16", "10.9.0.0/20", "192.168.4.0/23", "172.16.1.0/24"])
def test_subnets_lie_inside_and_apart_and_are_never_too_small(cidr: str) -> None:
    blocks = [IPv4Network(cidrs.block(cidr, tier, zone)) for tier in cidrs.TIERS for zone in cidrs.letters(cidr)]
    assert all(block.subnet_of(IPv4Network(cidr)) and block.prefixlen <= 28 for block in blocks)
    assert not any(one.overlaps(other) for one, other in combinations(blocks, 2))
    assert cidrs.letters(cidr).startswith("abcd")


def test_zones_are_those_of_the_region() -> None:
    subnets = made(AWS | {"infra-kit:region": "eu-west-1"}).of_type(SUBNET)
    assert {subnet.inputs["availabilityZone"] for subnet in subnets} == {"eu-west-1a", "eu-west-1b"}


def test_nobody_gets_a_public_address_unasked() -> None:
    assert [subnet.inputs["mapPublicIpOnLaunch"] for subnet in made().of_type(SUBNET)] == [False] * 6


def test_names_of_databases_and_endpoints_resolve_to_private_addresses() -> None:
    (vpc,) = made().of_type("aws:ec2/vpc:Vpc")
    assert vpc.inputs["enableDnsHostnames"] is True


@pytest.mark.parametrize(("nat", "zones"), [("none", ""), ("single", "a"), ("per-zone", "abc")])
def test_nat_stands_in_the_public_subnets(nat: str, zones: str) -> None:
    gateways = made(nat=nat, zones=3).of_type("aws:ec2/natGateway:NatGateway")
    assert [gateway.inputs["subnetId"] for gateway in gateways] == [f"net-public-{zone}-id" for zone in zones]
    gateway = "urn:pulumi:test::test::infra-kit:index:Network$aws:ec2/internetGateway:InternetGateway::net-gateway"
    assert all(gateway in it.options.depends_on for it in gateways)


@pytest.mark.parametrize(
    ("nat", "ways"),
    [("none", {}), ("single", {"a": "a", "b": "a"}), ("per-zone", {"a": "a", "b": "b"})],
)
def test_private_subnets_go_out_through_nat_and_isolated_ones_not_at_all(nat: str, ways: dict[str, str]) -> None:
    routes = {route.inputs["routeTableId"]: route.inputs for route in made(nat=nat).of_type("aws:ec2/route:Route")}
    assert routes.pop("net-public-routes-id")["gatewayId"] == "net-gateway-id"
    found = {table: route["natGatewayId"] for table, route in routes.items()}
    assert found == {f"net-private-{zone}-routes-id": f"net-nat-{nat}-id" for zone, nat in ways.items()}


def test_every_subnet_has_the_table_of_its_tier() -> None:
    pairs = made().of_type("aws:ec2/routeTableAssociation:RouteTableAssociation")
    assert {pair.inputs["subnetId"]: pair.inputs["routeTableId"] for pair in pairs} == {
        "net-public-a-id": "net-public-routes-id",
        "net-public-b-id": "net-public-routes-id",
        "net-private-a-id": "net-private-a-routes-id",
        "net-private-b-id": "net-private-b-routes-id",
        "net-isolated-a-id": "net-isolated-routes-id",
        "net-isolated-b-id": "net-isolated-routes-id",
    }


@pytest.mark.parametrize("zone", ["a", "b"])
def test_what_starts_in_a_private_subnet_waits_for_its_way_out(zone: str) -> None:
    recording = record(lambda: Worker("scorer", image=IMAGE), config=AWS)
    routed = {f"aws-network-private-{zone}-{it}" for it in ("association", "default-route")}
    service = recording.named("scorer-service").options.depends_on
    assert {recording.named(it).urn for it in routed} <= service


def test_a_public_load_balancer_waits_for_the_way_out_of_its_subnets() -> None:
    def program() -> None:
        Gateway("edge", routes={"/*": Service("api", image=IMAGE)}, domains=["api.example.com"])

    recording = record(program, config=AWS | {"infra-kit:region": "us-east-1"})
    balancer = recording.named("edge-balancer").options.depends_on
    routed = ("aws-network-public-a-association", "aws-network-public-default-route")
    assert {recording.named(it).urn for it in routed} <= balancer


@pytest.mark.parametrize("service", ["s3", "dynamodb"])
def test_every_table_reaches_s3_and_dynamodb_without_the_internet(service: str) -> None:
    recording = made()
    endpoint = recording.named(f"net-{service}-endpoint").inputs
    assert endpoint["serviceName"] == f"com.amazonaws.us-east-1.{service}"
    assert len(endpoint["routeTableIds"]) == len(names(recording, "aws:ec2/routeTable:RouteTable"))


def test_the_default_security_group_is_emptied() -> None:
    inputs = made().named("net-default-security-group").inputs
    assert not {"ingress", "egress"} & inputs.keys()
    assert inputs["vpcId"] == "net-vpc-id"


def test_flows_are_logged_in_production_alone() -> None:
    assert names(made(), "aws:ec2/flowLog:FlowLog") == []
    log = made(PRODUCTION).named("net-flow-log").inputs
    assert (log["trafficType"], log["vpcId"]) == ("ALL", "net-vpc-id")


def test_production_keeps_flows_for_a_year_under_a_key_of_their_own() -> None:
    recording = made(PRODUCTION)
    group = recording.named("net-flows").inputs
    assert (group["retentionInDays"], group["kmsKeyId"]) == (365, recording.named("net-flows-key").outputs["arn"])


def test_flows_that_staging_asks_for_need_no_key() -> None:
    recording = made(flow_logs=True)
    assert "kmsKeyId" not in recording.named("net-flows").inputs
    assert names(recording, "aws:kms/key:Key") == []


def test_the_role_of_flow_logs_is_the_services_and_writes_to_its_group_alone() -> None:
    recording = made(PRODUCTION)
    (trust,) = json.loads(recording.named("net-flows-role").inputs["assumeRolePolicy"])["Statement"]
    assert trust["Principal"] == {"Service": "vpc-flow-logs.amazonaws.com"}
    assert trust["Condition"] == {"StringEquals": {"aws:SourceAccount": "123456789012"}}
    (grant,) = json.loads(recording.named("net-flows-policy").inputs["policy"])["Statement"]
    group = recording.named("net-flows").outputs["arn"]
    assert grant["Resource"] == [group, f"{group}:*"]
    assert not [action for action in grant["Action"] if "*" in action]


def test_more_zones_than_the_stack_names_are_refused() -> None:
    message = refusal(
        lambda: Network("net", zones=3), SpecError, target="aws", environment="staging", aws={"zones": ["a", "b"]}
    )
    assert message.startswith("Network 'net': zones: given 3, and infra-kit:aws: zones names a, b.")


def zones_of(region: str, *there: str) -> dict[str, dict[str, list[str]]]:
    """What an account is told of its zones."""
    return {"aws:index/getAvailabilityZones:getAvailabilityZones": {"names": [f"{region}{zone}" for zone in there]}}


def test_a_zone_that_the_account_has_not_is_found_in_the_preview_with_a_way_out() -> None:
    config = AWS | {"infra-kit:region": "ap-northeast-1"}
    with pytest.raises(SpecError) as refused:
        record(lambda: Network("net"), config=config, calls=zones_of("ap-northeast-1", "a", "c", "d"))
    assert str(refused.value) == (
        "Network 'net': zones: given a, b, and this account has no b in ap-northeast-1. Name those that it has: "
        "infra-kit:aws: {zones: [a, c, d]}."
    )
    chosen = config | {"infra-kit:aws": {"zones": ["a", "c"]}}
    recording = record(lambda: Network("net"), config=chosen, calls=zones_of("ap-northeast-1", "a", "c", "d"))
    assert recording.named("net-isolated-c").inputs["availabilityZone"] == "ap-northeast-1c"


def test_a_range_too_small_for_a_zones_letter_is_refused() -> None:
    message = refusal(
        lambda: Network("net", zones=5, cidr="10.0.0.0/24"), SpecError, target="aws", environment="staging"
    )
    assert "given 10.0.0.0/24, which has room for the zones a to d, not for e" in message


def existing(**subnets: dict[str, str]) -> Redis:
    network = Network.existing("theirs", id="vpc-1", cidr="10.5.0.0/16", subnets=subnets)  # type: ignore[arg-type]
    return Redis("cache", network=network)


def test_a_network_that_stands_is_joined_and_not_touched() -> None:
    recording = record(lambda: existing(isolated={"x": "subnet-1"}, private={"x": "subnet-2"}), config=AWS)
    assert recording.children("theirs") == ()
    assert recording.named("cache-subnets").inputs["subnetIds"] == ["subnet-1"]
    assert recording.named("cache-security-group").inputs["vpcId"] == "vpc-1"
    assert recording.named("cache-ingress").inputs["cidrIpv4"] == "10.5.0.0/16"


def test_databases_stand_in_private_subnets_where_a_network_has_no_isolated_ones() -> None:
    recording = record(lambda: existing(private={"x": "subnet-2"}), config=AWS)
    assert recording.named("cache-subnets").inputs["subnetIds"] == ["subnet-2"]


def test_a_network_without_the_tier_that_is_needed_is_refused() -> None:
    message = refusal(lambda: existing(public={"x": "subnet-3"}), SpecError, target="aws", environment="staging")
    assert message.startswith("Redis 'cache': network: the Network given has no private subnets.")


def test_who_asks_has_the_account_watched_once_a_region() -> None:
    def program() -> None:
        Network("net")
        Network("other")
        Network("far", target=Target(name="aws", alias="far", region="eu-west-1"))

    here = {"infra-kit:region": "us-east-1"}
    watching = record(program, config=AWS | here | {"infra-kit:aws": {"detection": True}})
    for kind, role in {"guardduty/detector:Detector": "detector", "securityhub/account:Account": "hub"}.items():
        names = {it.name for it in watching.of_type(f"aws:{kind}")}
        assert names == {f"aws-detection-{role}", f"far-detection-{role}"}
    held = watching.of_type("aws:securityhub/standardsSubscription:StandardsSubscription")
    assert {it.inputs["standardsArn"] for it in held} == {
        f"arn:aws:securityhub:{region}::standards/aws-foundational-security-best-practices/v/1.0.0"
        for region in ("us-east-1", "eu-west-1")
    }
    assert not record(program, config=AWS | here).of_type("aws:guardduty/detector:Detector")
