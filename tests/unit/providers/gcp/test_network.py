"""The network on Google Cloud: its ranges, its way out, what may come in."""

from __future__ import annotations

from collections.abc import Mapping
from ipaddress import IPv4Network
from typing import Any

import pulumi
import pulumi_gcp
import pytest

from infra_kit import Network, Postgres, Redis, Service, Target
from infra_kit.errors import SpecError
from infra_kit.providers.gcp.network import GcpNetwork
from infra_kit.recording import Recording
from infra_kit.testing import record
from tests.unit.providers.gcp.workloads import IMAGE
from tests.unit.refusals import refusal

GCP = {"infra-kit:target": "gcp", "infra-kit:environment": "staging", "infra-kit:region": "europe-west1"}
PRODUCTION = GCP | {"infra-kit:environment": "production"}


def made(config: Mapping[str, Any] = GCP, **arguments: Any) -> Recording:
    return record(lambda: Network("net", **arguments), config=config)


def ranges(recording: Recording) -> tuple[IPv4Network, IPv4Network]:
    """The subnetwork's, the services'."""
    services = recording.named("net-services-range").inputs
    return (
        IPv4Network(recording.named("net-subnetwork").inputs["ipCidrRange"]),
        IPv4Network(f"{services['address']}/{services['prefixLength']}"),
    )


def test_the_range_is_allotted_by_quarter_and_half() -> None:
    assert ranges(made()) == (IPv4Network("10.0.0.0/18"), IPv4Network("10.0.128.0/17"))


@pytest.mark.parametrize("cidr", ["10.0.0.0/16", "10.9.0.0/20", "192.168.4.0/23"])
def test_the_ranges_lie_inside_and_apart_and_the_services_have_their_24(cidr: str) -> None:
    own, services = ranges(made(cidr=cidr))
    assert own.subnet_of(IPv4Network(cidr))
    assert services.subnet_of(IPv4Network(cidr))
    assert not own.overlaps(services)
    assert services.prefixlen <= 24


def test_options_move_no_range() -> None:
    everything = made(PRODUCTION, zones=3, nat="none", flow_logs=True)
    assert ranges(everything) == ranges(made())


@pytest.mark.parametrize(
    ("arguments", "why"),
    [
        ({"cidr": "10.0.1.0/24"}, "given 10.0.1.0/24; on gcp a /23 or larger is needed.*Ask for 10.0.0.0/23"),
        ({"cidr": "172.17.0.0/16"}, "Cloud SQL cannot stand in 172.17.0.0/16"),
        ({"zones": 4}, "zones: given 4; a region of Google Cloud has 3 zones.*Ask for 3 or fewer"),
    ],
)
def test_what_cannot_be_is_refused_with_a_way_out(arguments: Mapping[str, Any], why: str) -> None:
    with pytest.raises(SpecError, match=why):
        made(**arguments)


def test_the_subnetwork_is_private_and_reaches_googles_services() -> None:
    recording = made()
    assert recording.named("net-vpc").inputs["autoCreateSubnetworks"] is False
    subnetwork = recording.named("net-subnetwork").inputs
    assert subnetwork["privateIpGoogleAccess"] is True
    assert subnetwork["stackType"] == "IPV4_ONLY"


def test_databases_get_their_addresses_from_the_services_range() -> None:
    recording = made()
    connection = recording.named("net-services").inputs
    assert connection["reservedPeeringRanges"] == ["recorded-range"]
    assert connection["deletionPolicy"] == "REMOVE_PEERING"
    assert recording.named("net-services-range").inputs["purpose"] == "VPC_PEERING"


def test_nothing_comes_in_and_every_attempt_is_logged() -> None:
    (rule,) = made().of_type("gcp:compute/firewall:Firewall")
    assert rule.inputs["denies"] == [{"protocol": "all"}]
    assert rule.inputs["sourceRanges"] == ["0.0.0.0/0"]
    assert rule.inputs["direction"] == "INGRESS"
    assert "allows" not in rule.inputs
    assert rule.inputs["logConfig"]


def test_nat_is_one_regional_gateway_or_none() -> None:
    token = "gcp:compute/routerNat:RouterNat"
    single = made(nat="single").of_type(token)
    assert [nat.name for nat in single] == ["net-nat"]
    assert [nat.inputs for nat in made(nat="per-zone").of_type(token)] == [nat.inputs for nat in single]
    without = made(nat="none")
    assert not without.of_type(token)
    assert not without.of_type("gcp:compute/router:Router")


def test_flows_are_logged_in_production_and_where_asked() -> None:
    logged = made(PRODUCTION).named("net-subnetwork").inputs["logConfig"]
    assert logged["metadata"] == "INCLUDE_ALL_METADATA"
    assert made(flow_logs=True).named("net-subnetwork").inputs["logConfig"] == logged
    assert "logConfig" not in made().named("net-subnetwork").inputs


def test_the_native_handles_say_where_it_is() -> None:
    def program() -> None:
        native = Network("net").endpoint.native
        assert isinstance(native, GcpNetwork)
        pulumi.export("native", [native.network, native.subnetwork, native.region])

    assert record(program, config=GCP).exports["native"] == ["net-vpc-id", "net-subnetwork-id", "europe-west1"]


@pytest.mark.parametrize(
    "known", ["main", "projects/recorded-project/global/networks/main", "https://x/compute/v1/projects/recorded-project/global/networks/main"]
)  # fmt: skip
def test_a_network_that_stands_is_joined_by_name_or_self_link_and_not_changed(known: str) -> None:
    def program() -> None:
        net = Network.existing("net", id=known, cidr="10.0.0.0/16", subnets={"private": {"a": "projects/p/sub"}})
        Redis("cache", network=net)

    recording = record(program, config=GCP)
    assert not recording.children("net")
    there = recording.named("cache-server").inputs["authorizedNetwork"]
    assert there == "projects/recorded-project/global/networks/main"


def test_a_database_waits_for_the_private_connection() -> None:
    recording = record(lambda: Postgres("db"), config=GCP)
    connection = recording.named("gcp-network-services").urn
    assert connection in recording.named("db-server").options.depends_on


# Where things are


def keys_in(recording: Recording) -> set[str]:
    return {ring.inputs["location"] for ring in recording.of_type("gcp:kms/keyRing:KeyRing")}


def test_a_region_makes_a_provider_that_all_children_have() -> None:
    recording = record(lambda: Redis("cache"), config=PRODUCTION | {"infra-kit:gcp": {"project": "shop-1"}})
    provider = recording.named("gcp-provider")
    assert provider.inputs == {"region": "europe-west1", "project": "shop-1", "addPulumiAttributionLabel": "false"}
    children = recording.children("cache")
    assert all(child.options.provider == f"{provider.urn}::gcp-provider-id" for child in children)
    assert keys_in(recording) == {"europe-west1"}


@pytest.mark.parametrize("settings", [{}, {"project": "shop-1"}])
def test_without_a_region_the_configured_one_is_asked_for(settings: Mapping[str, str]) -> None:
    config = {key: value for key, value in PRODUCTION.items() if key != "infra-kit:region"}
    assert keys_in(record(lambda: Redis("cache"), config=config | {"infra-kit:gcp": settings})) == {"us-central1"}


def test_the_users_own_provider_says_where_a_component_is() -> None:
    def program() -> None:
        there = pulumi_gcp.Provider("there", region="asia-east1")
        Redis("cache", opts=pulumi.ResourceOptions(provider=there))

    recording = record(program, config=PRODUCTION)
    assert keys_in(recording) == {"asia-east1"}
    assert all("there" in str(child.options.provider) for child in recording.children("cache"))


def test_no_region_at_all_is_refused_with_what_to_say() -> None:
    nowhere = {"gcp:organizations/getClientConfig:getClientConfig": {"region": "", "project": "p", "zone": ""}}
    config = {key: value for key, value in PRODUCTION.items() if key != "infra-kit:region"}
    with pytest.raises(SpecError, match=r"Network 'net': no region is known. Say one, e.g. infra-kit:region"):
        record(lambda: Network("net"), config=config, calls=nowhere)


def test_components_of_two_targets_do_not_share_a_network() -> None:
    def program() -> None:
        net = Network("net", target=Target(name="gcp", region="us-east1"))
        Redis("cache", network=net, target=Target(name="gcp", region="us-west1", alias="west"))

    assert "network: given a Network on gcp (us-east1)" in refusal(program, SpecError, environment="staging")


def test_what_starts_in_the_network_waits_for_its_way_out() -> None:
    made = record(lambda: Service("api", image=IMAGE), config=GCP)
    assert made.named("gcp-network-nat").urn in made.named("api-service").options.depends_on
