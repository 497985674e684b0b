"""What becomes of each resource between two plans."""

from collections.abc import Callable
from itertools import pairwise
from typing import Any

import pulumi
import pytest
from pulumi_aws import rds, s3

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

IMAGE = "registry.example/api:1"


def plan(program: Callable[[], object]) -> tuple[Saved, ...]:
    return tuple(saved.resource(each, "") for each in record(program, config=CONFIG).resources)


def named(changes: tuple[Change, ...], name: str) -> Change:
    return next(change for change in changes if change.resource.name == name)


def database(name: str = "db", **arguments: Any) -> Callable[[], object]:
    return lambda: Postgres(name, memory_gb=4, **arguments)


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


def test_an_ignored_input_does_not_count() -> None:
    ignoring = pulumi.ResourceOptions(ignore_changes=["dbName", "tags.release"])
    before = plan(raw(db_name="one", tags={"release": "1"}))
    after = plan(raw(db_name="two", tags={"release": "2"}, opts=ignoring))
    assert named(between(before, after), "raw").fate is Fate.KEPT
    other = plan(raw(db_name="two", tags={"release": "2", "team": "a"}, opts=ignoring))
    assert named(between(before, other), "raw").keys == ("tags",)


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
    "gcp": CONFIG
    | {"infra-kit:target": "gcp", "infra-kit:region": "europe-west1", "infra-kit:gcp": {"project": "shop-1"}},
}


def service() -> Service:
    return Service("api", image=IMAGE)


@pytest.mark.parametrize("place", PLACES)
def test_of_every_kind_of_component_the_same_is_kept_and_the_way_back_mirrors_the_way(place: str) -> None:
    plans = [
        tuple(saved.resource(each, "") for each in record(program, config=PLACES[place]).resources)
        for program in COMPONENTS.values()
    ]
    for one in plans:
        assert {change.fate for change in between(one, one)} <= {Fate.KEPT}
    for one, other in pairwise([*plans, (), plans[0]]):
        assert_mirrored(one, other)
