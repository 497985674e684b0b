"""What becomes of each resource between two plans."""

from collections.abc import Callable
from dataclasses import replace
from itertools import pairwise
from typing import Any

import pulumi
import pytest
from pulumi_aws import ec2, ecs, lb, rds, s3

from infra_kit import (
    Cdn,
    Config,
    EventBus,
    Gateway,
    Job,
    Network,
    ObjectStore,
    Postgres,
    Redis,
    Secret,
    Service,
    Stream,
    Worker,
)
from infra_kit.planning import saved
from infra_kit.planning.changes import Change, Fate, between
from infra_kit.planning.saved import Saved
from infra_kit.testing import record
from tests.unit.planning.mirrored import assert_mirrored

CONFIG = {"infra-kit:target": "aws", "infra-kit:environment": "production", "infra-kit:region": "eu-west-1"}

GCP = CONFIG | {
    "infra-kit:target": "gcp",
    "infra-kit:region": "europe-west1",
    "infra-kit:gcp": {"project": "shop-1"},
}
SUBNET = "gcp:compute/subnetwork:Subnetwork"
IMAGE = "registry.example/api:1"


def plan(program: Callable[[], object]) -> tuple[Saved, ...]:
    return tuple(saved.resource(each, "") for each in record(program, config=CONFIG).resources)


def named(changes: tuple[Change, ...], name: str) -> Change:
    return next(change for change in changes if change.resource.name == name)


def database(name: str = "db", **arguments: Any) -> Callable[[], object]:
    return lambda: Postgres(name, memory_gb=4, **arguments)


def test_a_disk_that_may_grow_by_itself_is_left_as_large_as_it_is() -> None:
    large, small = plan(database(storage_gb=100, max_storage_gb=500)), plan(database(storage_gb=20, max_storage_gb=500))
    assert named(between(small, large), "db-server").keys == ("allocatedStorage",)
    assert named(between(large, small), "db-server").fate is Fate.KEPT
    fixed = plan(database(storage_gb=20))
    assert "allocatedStorage" in named(between(large, fixed), "db-server").keys


def test_a_plan_beside_itself_changes_nothing() -> None:
    same = plan(database())
    assert {change.fate for change in between(same, same)} == {Fate.KEPT}


def test_what_is_new_is_created_and_what_is_gone_is_deleted() -> None:
    less, more = plan(database()), plan(database(read_replicas=1))
    assert named(between(less, more), "db-replica-1").fate is Fate.CREATED
    assert named(between(more, less), "db-replica-1").fate is Fate.DELETED
    assert not named(between(more, less), "db-replica-1").loses_data


def test_a_larger_machine_is_a_change_in_place_and_says_the_inputs() -> None:
    found = named(between(plan(database()), plan(database(cpu=4))), "db-server")
    assert (found.fate, found.stateful, found.loses_data) == (Fate.CHANGED, True, False)
    assert "instanceClass" in found.keys


def raw(**arguments: Any) -> Callable[[], object]:
    return lambda: rds.Instance("raw", instance_class="db.t4g.micro", **arguments)


def test_an_input_that_its_service_cannot_change_replaces_it_with_the_vendors_page() -> None:
    found = named(between(plan(raw(db_name="one")), plan(raw(db_name="two"))), "raw")
    assert (found.fate, found.loses_data) == (Fate.REPLACED, True)
    assert found.forcing["dbName"].startswith("https://docs.aws.amazon.com/")


def test_an_older_version_of_a_cache_is_another_cache_and_a_newer_one_is_not() -> None:
    older, newer = plan(lambda: Redis("cache", version="7")), plan(lambda: Redis("cache", version="8"))
    back = named(between(newer, older), "cache-server")
    assert (back.fate, set(back.forcing)) == (Fate.REPLACED, {"engineVersion"})
    assert named(between(older, newer), "cache-server").fate is Fate.CHANGED


def test_a_secret_that_was_kept_for_good_is_lost_where_it_is_to_rotate_from_now_on() -> None:
    found = named(between(plan(lambda: Secret("key")), plan(lambda: Secret("key", rotation="90d"))), "key-value")
    assert (found.fate, set(found.forcing), found.loses_data) == (Fate.REPLACED, {"keepers"}, True)


def test_a_secret_that_rotates_is_made_anew_and_not_lost() -> None:
    quarterly, yearly = (plan(lambda it=it: Secret("key", rotation=it)) for it in ("90d", "365d"))  # type: ignore[misc]
    found = named(between(quarterly, yearly), "key-value")
    assert (found.fate, set(found.forcing), found.loses_data) == (Fate.REPLACED, {"keepers"}, False)


def in_network(cidr: str) -> Callable[[], object]:
    def program() -> None:
        net = Network("net", cidr=cidr)
        Postgres("db", memory_gb=4, network=net)
        Service("api", image=IMAGE, network=net)

    return program


def test_another_range_of_a_network_is_another_network_and_what_stands_in_it_is_another_one_too() -> None:
    found = between(plan(in_network("10.0.0.0/16")), plan(in_network("10.9.0.0/16")))
    vpc, group = named(found, "net-vpc"), named(found, "db-security-group")
    assert (vpc.fate, vpc.keys, set(vpc.forcing)) == (Fate.REPLACED, ("cidrBlock",), {"cidrBlock"})
    assert vpc.forcing["cidrBlock"].startswith("https://github.com/hashicorp/terraform-provider-aws/tree/v")
    subnets = [it for it in found if it.resource.type == "aws:ec2/subnet:Subnet"]
    assert subnets
    assert {it.fate for it in subnets} == {Fate.REPLACED}
    assert (group.fate, group.follows) == (Fate.REPLACED, ("vpcId",))
    assert named(found, "db-subnets").follows == ("subnetIds",)
    assert named(found, "api-name").fate is Fate.REPLACED  # two steps away
    assert {named(found, name).fate for name in ("db-server", "api-service")} == {Fate.CHANGED}


def on_gcp(cidr: str) -> tuple[Saved, ...]:
    return tuple(saved.resource(it, "") for it in record(lambda: Network("net", cidr=cidr), config=GCP).resources)


def test_a_subnet_of_gcp_grows_in_place_and_is_another_one_elsewhere() -> None:
    def fate(before: str, after: str) -> Fate:
        [found] = [it.fate for it in between(on_gcp(before), on_gcp(after)) if it.resource.type == SUBNET]
        return found

    assert fate("10.0.0.0/17", "10.0.0.0/16") is Fate.CHANGED
    assert fate("10.0.0.0/16", "10.0.0.0/17") is Fate.REPLACED
    assert fate("10.0.0.0/16", "10.9.0.0/16") is Fate.REPLACED


def test_a_range_that_nobody_here_knows_is_held_for_another_one() -> None:
    def subnet(secret: str) -> tuple[Saved, ...]:
        return plan(lambda: pulumi.CustomResource(SUBNET, "it", {"ipCidrRange": pulumi.Output.secret(secret)}))

    assert named(between(subnet("10.0.0.0/17"), subnet("10.0.0.0/16")), "it").fate is Fate.REPLACED


@pytest.mark.parametrize(
    ("make", "before", "after", "fate"),
    [
        (ec2.Vpc, {"cidr_block": "10.0.0.0/16"}, {"cidr_block": "10.1.0.0/16"}, Fate.REPLACED),
        (ec2.Vpc, {"enable_dns_hostnames": True}, {"enable_dns_hostnames": False}, Fate.CHANGED),
        (ec2.SecurityGroup, {"description": "a"}, {"description": "b"}, Fate.REPLACED),
        (ecs.TaskDefinition, {"cpu": "256"}, {"cpu": "512"}, Fate.REPLACED),
        (lb.TargetGroup, {"port": 80, "protocol": "HTTP"}, {"port": 81, "protocol": "HTTP"}, Fate.REPLACED),
        (ec2.KeyPair, {"public_key": "a"}, {"public_key": "b"}, Fate.UNSURE),
    ],
)
def test_what_holds_no_data_is_replaced_where_its_provider_says_so_and_not_known_where_nobody_asked(
    make: Callable[..., object], before: dict[str, Any], after: dict[str, Any], fate: Fate
) -> None:
    beside = {"family": "api", "container_definitions": "[]"} if make is ecs.TaskDefinition else {}
    one, other = (plan(lambda it=it: make("raw", **beside, **it)) for it in (before, after))  # type: ignore[misc]
    assert named(between(one, other), "raw").fate is fate


def test_an_ignored_input_does_not_count() -> None:
    ignoring = pulumi.ResourceOptions(ignore_changes=["dbName", "tags.release"])
    before = plan(raw(db_name="one", tags={"release": "1"}))
    after = plan(raw(db_name="two", tags={"release": "2"}, opts=ignoring))
    assert named(between(before, after), "raw").fate is Fate.KEPT
    other = plan(raw(db_name="two", tags={"release": "2", "team": "a"}, opts=ignoring))
    assert named(between(before, other), "raw").keys == ("tags",)


def test_a_place_that_nobody_has_said_may_be_the_same() -> None:
    here, unsaid = plan(database()), plan(database())
    somewhere = tuple(replace(each, place="eu-west-1") for each in here)
    assert {change.fate for change in between(unsaid, somewhere)} == {Fate.UNSURE}
    elsewhere = tuple(replace(each, place="us-east-1") for each in here)
    assert {change.fate for change in between(somewhere, elsewhere)} == {Fate.REPLACED}


def test_what_ignores_all_changes_follows_nothing() -> None:
    def program(cidr: str) -> Callable[[], object]:
        def made() -> None:
            vpc = ec2.Vpc("vpc", cidr_block=cidr)
            opts = pulumi.ResourceOptions(ignore_changes=["*"])
            ec2.SecurityGroup("group", vpc_id=vpc.id, opts=opts)

        return made

    found = between(plan(program("10.0.0.0/16")), plan(program("10.1.0.0/16")))
    assert named(found, "vpc").fate is Fate.REPLACED
    assert named(found, "group").fate is Fate.KEPT


def test_what_the_program_wants_replaced_is_replaced() -> None:
    asked = pulumi.ResourceOptions(replace_on_changes=["tags"])
    found = named(between(plan(raw(tags={"a": "1"})), plan(raw(tags={"a": "2"}, opts=asked))), "raw")
    assert (found.fate, set(found.forcing)) == (Fate.REPLACED, {"tags"})


def test_what_is_retained_is_forgotten_and_not_lost() -> None:
    kept = pulumi.ResourceOptions(retain_on_delete=True)
    found = named(between(plan(lambda: s3.Bucket("files", opts=kept)), ()), "files")
    assert (found.fate, found.loses_data) == (Fate.FORGOTTEN, False)


def test_a_component_that_is_renamed_with_an_alias_keeps_all_it_has() -> None:
    alias = pulumi.ResourceOptions(aliases=[pulumi.Alias(name="old")])
    found = between(plan(database("old")), plan(database("new", opts=alias)))
    assert not [change.resource.name for change in found if change.fate in {Fate.CREATED, Fate.DELETED}]


def test_a_component_that_is_renamed_without_one_loses_its_data() -> None:
    found = between(plan(database("old")), plan(database("new")))
    assert named(found, "old-server").loses_data
    assert named(found, "new-server").fate is Fate.CREATED


PROGRAMS: list[Callable[[], object]] = [
    database(),
    database(read_replicas=1),
    database(cpu=4),
    lambda: ObjectStore("files", versioning=True),
    raw(db_name="one"),
    raw(db_name="two", tags={"a": "1"}),
    lambda: None,
]


@pytest.fixture(scope="module")
def plans() -> list[tuple[Saved, ...]]:
    return [plan(program) for program in PROGRAMS]


@pytest.mark.parametrize("a", range(len(PROGRAMS)))
@pytest.mark.parametrize("b", range(len(PROGRAMS)))
def test_the_way_back_mirrors_the_way(plans: list[tuple[Saved, ...]], a: int, b: int) -> None:
    assert_mirrored(plans[a], plans[b])


COMPONENTS: dict[str, Callable[[], object]] = {
    "a larger network": lambda: Network("net", nat="per-zone"),
    "a cache": lambda: Redis("cache", memory_gb=1, replicas=1, high_availability=True),
    "a larger cache": lambda: Redis("cache", memory_gb=8),
    "events": lambda: EventBus("bus", engine="native", streams={"LEADS": Stream(subjects=["lead.*"])}),
    "an edge": lambda: Cdn("edge", routes={"/*": ObjectStore("files")}, domains=["www.example.com"]),
    "a service behind a gateway": lambda: Gateway("web", routes={"/*": service()}, domains=["api.example.com"]),
    "a worker": lambda: Worker("mailer", image=IMAGE),
    "a job": lambda: Job("nightly", image=IMAGE, schedule="0 3 * * *"),
    "settings": lambda: (Secret("key"), Config("flags", values={"beta": "on"})),
}
PLACES: dict[str, dict[str, Any]] = {
    "aws": CONFIG,
    "gcp": GCP,
}


def service() -> Service:
    return Service("api", image=IMAGE)


@pytest.mark.parametrize("place", ["aws", "gcp"])
def test_of_every_kind_of_component_the_way_back_mirrors_the_way(place: str) -> None:
    plans = [
        tuple(saved.resource(each, "") for each in record(program, config=PLACES[place]).resources)
        for program in COMPONENTS.values()
    ]
    for one, other in pairwise([*plans, (), plans[0]]):
        assert_mirrored(one, other)
