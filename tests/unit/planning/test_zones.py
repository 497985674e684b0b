"""Where in a network each component stands, by what its resources say."""

from collections.abc import Callable, Mapping

import pytest

from infra_kit import Cdn, Environment, Gateway, Job, Network, ObjectStore, Postgres, Redis, Service, Target
from infra_kit.planning.configuration import Configuration
from infra_kit.planning.programs import Planned
from infra_kit.planning.zones import zones
from infra_kit.testing import record

AWS = {"infra-kit:target": "aws", "infra-kit:environment": "staging", "infra-kit:region": "eu-west-1"}
GCP = {
    "infra-kit:target": "gcp",
    "infra-kit:environment": "staging",
    "infra-kit:region": "europe-west1",
    "infra-kit:gcp": {"project": "shop-123"},
}
IMAGE = "registry.example/it:1"


def shop(*, public: bool = True, network: Callable[[], Network | None] = lambda: None) -> None:
    there = network()
    db, cache, files = (
        Postgres("db", memory_gb=4, network=there),
        Redis("cache", memory_gb=1, network=there),
        ObjectStore("files"),
    )
    api = Service("api", image=IMAGE, port=80, links=[db.link(), cache.link()], network=there)
    Job("migrate", image=IMAGE, links=[db.link("owner")], network=there)
    gateway = Gateway("gateway", public=public, routes={"/*": api})
    Cdn("edge", routes={"/static/*": files, **({} if public else {"/*": gateway})})


def found(config: Mapping[str, object], program: Callable[[], None] = shop) -> dict[str, str]:
    recording = record(program, config=config)
    return dict(zones(Planned(Configuration(None, "shop", config, frozenset()), recording, ())))  # type: ignore[arg-type]


def test_on_aws_the_routes_of_its_subnets_say_what_a_component_is_reached_by() -> None:
    assert found(AWS) == {
        "gateway": "aws-network: public",
        "api": "aws-network: private",
        "migrate": "aws-network: private",
        "db": "aws-network: isolated",
        "cache": "aws-network: isolated",
    }


def test_a_gateway_that_only_a_cdn_reaches_is_in_the_private_part() -> None:
    assert found(AWS, lambda: shop(public=False))["gateway"] == "aws-network: private"


def test_what_has_no_way_out_is_isolated() -> None:
    assert found(GCP, lambda: shop(network=lambda: Network("own", nat="none")))["api"] == "own: isolated"


def test_on_gcp_databases_stand_in_the_network_that_is_peered_and_balancers_in_none() -> None:
    assert found(GCP) == {
        "api": "gcp-network: private",
        "migrate": "gcp-network: private",
        "db": "gcp-network: peered",
        "cache": "gcp-network: peered",
    }


def test_of_a_network_that_stood_already_nothing_is_claimed() -> None:
    def existing() -> Network:
        tiers = {tier: {"a": f"subnet-{tier}-a", "b": f"subnet-{tier}-b"} for tier in ("public", "private", "isolated")}
        return Network.existing("old", id="vpc-1", cidr="10.0.0.0/16", subnets=tiers)  # type: ignore[arg-type]

    assert found(AWS, lambda: shop(network=existing)) == {}


@pytest.mark.parametrize("target", ["vps", "local"])
def test_a_host_has_no_zones(target: str) -> None:
    host = {"host": "203.0.113.10", "host_key": "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIKey"}
    where = {"infra-kit:target": target, "infra-kit:environment": Environment.DEVELOPMENT.value}
    assert (
        found(
            where | ({"infra-kit:vps": host} if target == "vps" else {}), lambda: (Redis("cache", memory_gb=1), None)[1]
        )
        == {}
    )


def test_several_places_of_one_component_are_all_told() -> None:
    def both() -> None:
        first, second = Network("first"), Network("second", cidr="10.1.0.0/16")
        Redis("one", memory_gb=1, network=first)
        Redis("two", memory_gb=1, network=second, target=Target(name="aws"))

    assert found(AWS, both) == {"one": "first: isolated", "two": "second: isolated"}
