"""Search on AWS: which nodes, who reaches them, what is told to them."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import pytest

from infra_kit import Network, Search, SearchIndex, Service
from infra_kit.errors import SpecError
from infra_kit.testing import Recording, record

AWS = {"infra-kit:target": "aws", "infra-kit:environment": "staging"}
PRODUCTION = AWS | {"infra-kit:environment": "production"}


def made(config: Mapping[str, Any] = AWS, **arguments: Any) -> Recording:
    return record(lambda: Search("search", **arguments), config=config)


def domain(config: Mapping[str, Any] = AWS, **arguments: Any) -> Mapping[str, Any]:
    return made(config, **arguments).named("search-domain").inputs


def told(recording: Recording) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(recording.named("search-setup-run").inputs["input"])
    return found


@pytest.mark.parametrize(("version", "engine"), [("2", "OpenSearch_2.19"), ("3", "OpenSearch_3.3")])
def test_the_major_version_that_is_asked_for_runs(version: str, engine: str) -> None:
    assert domain(version=version)["engineVersion"] == engine


@pytest.mark.parametrize(
    ("memory_gb", "node"),
    [(1, "t3.small.search"), (3, "t3.medium.search"), (8, "m7g.large.search"), (32, "r7g.xlarge.search")],
)
def test_the_cheapest_node_that_fits_is_taken(memory_gb: float, node: str) -> None:
    assert domain(memory_gb=memory_gb)["clusterConfig"]["instanceType"] == node


def test_a_disk_that_the_node_cannot_have_is_refused_with_the_way_out() -> None:
    with pytest.raises(SpecError, match=r"storage_gb: given 101; a node of t3\.small\.search has 100 GiB at most"):
        made(storage_gb=101)


def test_it_stands_in_the_network_encrypted_and_answers_by_https_alone() -> None:
    inputs = domain(PRODUCTION)
    assert len(inputs["vpcOptions"]["subnetIds"]) == 1
    assert inputs["encryptAtRest"]["enabled"]
    assert ":key/" in inputs["encryptAtRest"]["kmsKeyId"]
    assert inputs["nodeToNodeEncryption"] == {"enabled": True}
    assert inputs["domainEndpointOptions"]["enforceHttps"]
    assert inputs["advancedSecurityOptions"]["internalUserDatabaseEnabled"]


def test_in_two_zones_nodes_of_their_own_decide_who_leads_and_in_three_the_nodes_themselves() -> None:
    two = domain(replicas=2, high_availability=True)["clusterConfig"]
    assert (two["instanceCount"], two["zoneAwarenessConfig"]) == (3, {"availabilityZoneCount": 2})
    assert two["dedicatedMasterCount"] == 3
    config = AWS | {"infra-kit:aws": {"zones": ["a", "b", "c"]}}

    def three() -> None:
        Search("search", network=Network("net", zones=3), replicas=2, high_availability=True)

    found = record(three, config=config).named("search-domain").inputs
    assert found["clusterConfig"]["zoneAwarenessConfig"] == {"availabilityZoneCount": 3}
    assert "dedicatedMasterCount" not in found["clusterConfig"]
    assert len(found["vpcOptions"]["subnetIds"]) == 3


def test_in_one_zone_high_availability_is_refused() -> None:
    with pytest.raises(SpecError, match=r"high_availability: .*Network\(zones=2\)"):
        record(
            lambda: Search("search", network=Network("net", zones=1), replicas=2, high_availability=True), config=AWS
        )


def test_what_has_no_final_snapshot_is_protected_and_retained_in_production() -> None:
    options = made(PRODUCTION).named("search-domain").options
    assert (options.protect, options.retain_on_delete) == (True, True)


def test_a_name_that_is_too_long_for_the_service_is_cut() -> None:
    found = record(lambda: Search("a-very-long-named-search"), config=AWS)
    assert found.named("a-very-long-named-search-domain").inputs["domainName"] == "a-very-long-named-s-c0c0c0c0"


def test_the_function_makes_the_indexes_and_the_user_of_the_endpoint() -> None:
    found = made(indexes={"jobs": SearchIndex(shards=3)}, replicas=1)
    asked = told(found)
    assert asked["users"] == ["app"]
    paths = [f"{call['method']} {call['path']}" for call in asked["calls"]]
    assert paths[0] == "PUT /jobs"
    assert paths[-1] == "PUT /_plugins/_security/api/internalusers/app"
    assert json.loads(asked["calls"][0]["body"])["settings"] == {"number_of_replicas": 1, "number_of_shards": 3}
    assert "input" in found.named("search-setup-run").secret_inputs


def test_a_link_has_a_user_of_its_own_and_a_way_in() -> None:
    def program() -> None:
        search = Search("search")
        link = search.link("read", indexes=["jobs"])
        Service("api", image="registry.example/api:1", command=["run"], links=[link])

    found = record(program, config=AWS)
    assert told(found)["users"] == ["api__search", "app"]
    role = next(call for call in told(found)["calls"] if call["path"].endswith("/roles/api__search"))
    assert json.loads(role["body"])["index_permissions"][0]["index_patterns"] == ["jobs"]
    into = [it for it in found.resources if it.type == "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule"]
    assert any(it.name.startswith("api-") and it.inputs["fromPort"] == 443 for it in into)


def test_the_function_reaches_the_domain_when_others_must_be_linked() -> None:
    """With a workload in the network, its own group is the only other one that the domain lets in by itself."""

    def program() -> None:
        Search("search")
        Service("api", image="registry.example/api:1", command=["run"])

    found = record(program, config=AWS)
    way, function = found.named("search-ingress").inputs, found.named("search-setup").inputs
    assert function["vpcConfig"]["securityGroupIds"] == [way["referencedSecurityGroupId"]]
    assert "client" in way["referencedSecurityGroupId"]
