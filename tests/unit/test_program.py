"""What one run of a program remembers."""

from __future__ import annotations

import dataclasses

import pulumi
import pulumi_aws as aws
import pytest

from infra_kit import Environment, Network, Redis, Target, _program
from infra_kit.errors import ConfigError, SpecError
from infra_kit.recording import Recording
from infra_kit.testing import record
from tests.unit.refusals import refusal


def test_the_targets_own_network_is_made_once_and_on_first_need() -> None:
    def program() -> None:
        target = _program.current().resolve(Target(name="local"))
        assert _program.default_network(target) is _program.default_network(target)

    assert [network.name for network in record(program).of_type("infra-kit:index:Network")] == ["local-network"]


def test_no_network_is_made_that_nobody_needs() -> None:
    assert record(lambda: pulumi.export("a", 1)).resources == ()


def test_each_run_reads_its_own_default_target() -> None:
    apps: list[str] = []
    for app in ("one", "two"):
        record(lambda: apps.append(_program.current().default_target.app), config={"infra-kit:app": app})
    assert apps == ["one", "two"]


def test_a_network_of_ones_own_is_of_the_name_it_was_given() -> None:
    assert record(lambda: Network("private")).named("private").outputs["id"] == "loopback"


# Places: targets and the user's own providers

AWS = {"infra-kit:target": "aws", "infra-kit:environment": "staging"}
EUROPE = Target(name="aws", alias="eu", region="eu-west-1")
AMERICA = Target(name="aws", alias="us", region="us-east-2")


def providers(recording: Recording) -> dict[str, str]:
    """By the name of each AWS resource, that of its provider; `default` is Pulumi's own."""
    found = {it.name: it.options.provider or "::default::" for it in recording.resources if it.type.startswith("aws:")}
    return {name: provider.split("::")[-2] for name, provider in found.items()}


def with_provider_of_ones_own(name: str = "mine") -> Redis:
    provider = aws.Provider(name, region="eu-west-1")
    return Redis("cache", opts=pulumi.ResourceOptions(provider=provider))


def test_two_regions_in_one_program_have_their_own_provider_and_network() -> None:
    recording = record(lambda: (Redis("here", target=EUROPE), Redis("there", target=AMERICA)), config=AWS)
    regions = {it.name: it.inputs["region"] for it in recording.of_type("pulumi:providers:aws")}
    assert regions == {"eu-provider": "eu-west-1", "us-provider": "us-east-2"}
    of = providers(recording)
    assert {name: of[name] for name in ("here-server", "there-server")} == {
        "here-server": "eu-provider",
        "there-server": "us-provider",
    }
    assert of["eu-network-vpc"] == "eu-provider"
    assert recording.named("here-security-group").inputs["vpcId"] == "eu-network-vpc-id"
    assert recording.named("there-security-group").inputs["vpcId"] == "us-network-vpc-id"
    assert recording.named("there-subnets").inputs["subnetIds"][0] == "us-network-isolated-a-id"
    assert recording.named("us-network-isolated-a").inputs["availabilityZone"] == "us-east-2a"


def test_every_resource_of_a_place_has_its_provider() -> None:
    recording = record(lambda: Redis("cache", target=EUROPE), config=AWS)
    assert set(providers(recording).values()) == {"eu-provider"}


def test_a_target_without_a_region_uses_pulumis_own_provider() -> None:
    recording = record(lambda: Redis("cache"), config=AWS)
    assert recording.of_type("pulumi:providers:aws") == ()
    assert set(providers(recording).values()) == {"default"}


def test_components_of_one_place_share_a_network_and_a_provider() -> None:
    recording = record(lambda: (Redis("one", target=EUROPE), Redis("two", target=EUROPE)), config=AWS)
    assert [it.name for it in recording.of_type("infra-kit:index:Network")] == ["eu-network"]
    assert len(recording.of_type("pulumi:providers:aws")) == 1


def test_two_places_under_one_key_are_refused() -> None:
    america = dataclasses.replace(AMERICA, alias=None)
    europe = dataclasses.replace(EUROPE, alias=None)
    message = refusal(
        lambda: (Redis("here", target=europe), Redis("there", target=america)), ConfigError, environment="staging"
    )
    assert message.startswith("Target(name='aws'): this program has two targets called 'aws', which differ in region")
    assert "Give one of them an alias, e.g. Target(name='aws', alias='aws-2', …)" in message


def test_a_network_of_another_place_is_refused() -> None:
    def program() -> None:
        Redis("cache", target=AMERICA, network=Network("net", target=EUROPE))

    message = refusal(program, SpecError, environment="staging")
    assert message.startswith(
        "Redis 'cache': network: given a Network on aws (eu-west-1), and this Redis is on aws (us"
    )


def test_a_provider_of_the_users_wins_and_has_its_own_network() -> None:
    recording = record(
        lambda: (Redis("first"), with_provider_of_ones_own()), config=AWS | {"infra-kit:region": "us-east-2"}
    )
    of = providers(recording)
    assert (of["first-server"], of["aws-network-vpc"]) == ("aws-provider", "aws-provider")
    assert (of["cache-server"], of["aws-mine-network-vpc"]) == ("mine", "mine")
    assert recording.named("cache-security-group").inputs["vpcId"] == "aws-mine-network-vpc-id"


def test_a_provider_among_several_wins_too() -> None:
    def program() -> None:
        chosen = aws.Provider("mine", region="eu-west-1")
        Redis("cache", opts=pulumi.ResourceOptions(providers={"aws": chosen}))

    recording = record(program, config=AWS | {"infra-kit:region": "us-east-2"})
    assert set(providers(recording).values()) == {"mine"}


def test_a_provider_that_a_parent_has_wins_too() -> None:
    def program() -> None:
        chosen = aws.Provider("mine", region="eu-west-1")
        options = pulumi.ResourceOptions(providers=[chosen])
        above = pulumi.ComponentResource("shop:index:Shop", "shop", None, options)
        Redis("cache", opts=pulumi.ResourceOptions(parent=above))

    recording = record(program, config=AWS | {"infra-kit:region": "us-east-2"})
    assert set(providers(recording).values()) == {"mine"}


def test_what_a_parent_has_of_another_target_does_not_place_its_child() -> None:
    def program() -> None:
        above = Redis("above", target=EUROPE)
        Redis("below", target=AMERICA, opts=pulumi.ResourceOptions(parent=above))

    of = providers(record(program, config=AWS))
    assert (of["above-server"], of["below-server"]) == ("eu-provider", "us-provider")
    assert of["us-network-vpc"] == "us-provider"


def test_where_the_user_chose_the_provider_it_is_asked_for_its_region() -> None:
    recording = record(
        with_provider_of_ones_own,
        config=AWS | {"infra-kit:region": "us-east-2"},
        calls={"aws:index/getRegion:getRegion": {"region": "eu-west-1"}},
    )
    assert recording.named("aws-mine-network-isolated-a").inputs["availabilityZone"] == "eu-west-1a"


@pytest.mark.parametrize("name", ["aws", "My Provider_2", "provider-of-the-whole-company-in-frankfurt"])
def test_a_provider_may_be_called_anything(name: str) -> None:
    recording = record(lambda: (Redis("first"), with_provider_of_ones_own(name)), config=AWS)
    networks = [it.name for it in recording.of_type("infra-kit:index:Network")]
    assert len(networks) == len(set(networks)) == 2
    assert "aws-network" in networks


def test_a_target_may_have_an_alias_as_long_as_any_name() -> None:
    target = dataclasses.replace(EUROPE, alias="a" * 24)
    (network,) = record(lambda: Redis("cache", target=target), config=AWS).of_type("infra-kit:index:Network")
    assert len(network.name) <= 24


def test_no_provider_is_made_for_the_region_and_profile_that_pulumis_own_has() -> None:
    config = AWS | {"infra-kit:region": "eu-west-1", "aws:region": "eu-west-1", "aws:allowedAccountIds": ["1"]}
    assert record(lambda: Redis("cache"), config=config).of_type("pulumi:providers:aws") == ()


def test_a_provider_that_is_made_heeds_the_stacks_profile() -> None:
    config = AWS | {"infra-kit:region": "eu-west-1", "aws:profile": "shop"}
    (provider,) = record(lambda: Redis("cache"), config=config).of_type("pulumi:providers:aws")
    assert (provider.inputs["region"], provider.inputs["profile"]) == ("eu-west-1", "shop")


def test_no_provider_is_made_that_would_forget_what_the_stack_tells_pulumis_own() -> None:
    config = AWS | {"infra-kit:region": "eu-west-1", "aws:allowedAccountIds": ["1"]}
    with pytest.raises(ConfigError, match=r"^aws:allowedAccountIds: only Pulumi's own provider heeds this"):
        record(lambda: Redis("cache"), config=config)


def test_where_the_user_chose_a_provider_none_is_made_beside_it() -> None:
    config = AWS | {"infra-kit:region": "eu-west-1", "aws:allowedAccountIds": ["1"]}
    made = record(lambda: with_provider_of_ones_own("mine"), config=config)
    assert [provider.name for provider in made.of_type("pulumi:providers:aws")] == ["mine"]


@pytest.mark.parametrize("scratch_first", [True, False])
def test_what_all_share_is_of_the_stacks_own_environment_whoever_needs_it_first(scratch_first: bool) -> None:
    def scratch() -> None:
        Redis("scratch", target=Target(name="aws", environment=Environment.DEVELOPMENT))

    programs = (scratch, lambda: Redis("cache")) if scratch_first else (lambda: Redis("cache"), scratch)
    made = record(lambda: [program() for program in programs], config=AWS | {"infra-kit:environment": "production"})
    assert made.of_type("aws:ec2/flowLog:FlowLog")
    assert made.named("aws-network-vpc").inputs["tags"]["environment"] == "production"
