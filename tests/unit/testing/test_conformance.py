"""What a suite finds out about a driver with a fault."""

import dataclasses
import gc
from collections.abc import Mapping
from types import ModuleType
from typing import Any, ClassVar
from weakref import ref

import pulumi
import pulumi.runtime
import pulumi_gcp.sql  # noqa: F401  its types are known when it is loaded
import pytest
from pulumi_aws import rds

from infra_kit import Environment, Target, features
from infra_kit.component import Component, Scope
from infra_kit.components.postgres import PostgresEndpoint, PostgresSpec
from infra_kit.components.redis import RedisEndpoint, RedisSpec
from infra_kit.features import Feature
from infra_kit.providers.common.sizes import Size
from infra_kit.providers.local import postgres, redis
from infra_kit.providers.local import testing as local_answers
from infra_kit.recording import sdk
from infra_kit.testing import Recording, record
from infra_kit.testing.conformance import CdnConformance, PostgresConformance, RedisConformance, safety
from infra_kit.testing.conformance.completeness import without_suite
from infra_kit.testing.conformance.suite import ComponentConformance

LOCAL = Target(name="local")


def shows(suite: ComponentConformance, feature: Feature) -> None:
    suite.test_a_feature_that_is_there_shows_in_what_is_made(LOCAL, feature)


def test_a_driver_that_forgets_a_feature_fails(monkeypatch: pytest.MonkeyPatch) -> None:
    create = redis.create

    def forgetful(scope: Scope, spec: RedisSpec) -> RedisEndpoint:
        return create(scope, spec.replace(persistence=False))

    shows(RedisConformance(), features.PERSISTENCE)
    monkeypatch.setattr(redis, "create", forgetful)
    with pytest.raises(AssertionError, match="persistence changes nothing"):
        shows(RedisConformance(), features.PERSISTENCE)


def test_what_a_suite_recorded_is_there_for_its_next_test_and_goes_with_its_last() -> None:
    """Recordings of all suites together are gigabytes."""

    class Suite(RedisConformance):
        pass

    Suite.setup_class()
    recorded = ref(Suite().record(LOCAL))
    assert Suite().record(LOCAL) is recorded()
    Suite.teardown_class()
    gc.collect()
    assert recorded() is None


def test_a_suite_that_is_forgotten_is_told() -> None:
    module = ModuleType("tests_of_local")
    live = type("TestPostgres", (), {"suite": PostgresConformance})
    vars(module).update(TestRedis=type("TestRedis", (RedisConformance,), {}), TestPostgres=live)
    vars(module).update(CdnConformance=CdnConformance, TestOfSomethingElse=object)

    missing = without_suite("local", module)

    assert {"cdn", "network", "service"} <= set(missing)
    assert not {"redis", "postgres"} & set(missing)


@pytest.mark.parametrize(
    ("feature", "fault"),
    [
        (features.POINT_IN_TIME, {"backups": None}),
        (features.READ_REPLICAS, {"read_replicas": 0}),
        (features.extension("pgcrypto"), {"extensions": ()}),
        (features.version("17"), {"version": "18"}),
    ],
)
def test_each_kind_of_feature_is_missed(
    monkeypatch: pytest.MonkeyPatch, feature: Feature, fault: dict[str, object]
) -> None:
    create = postgres.create

    def forgetful(scope: Scope, spec: PostgresSpec) -> PostgresEndpoint:
        return create(scope, spec.replace(**fault))

    shows(PostgresConformance(), feature)
    monkeypatch.setattr(postgres, "create", forgetful)
    with pytest.raises(AssertionError, match=f"{feature} changes nothing"):
        shows(PostgresConformance(), feature)


class Thing(pulumi.CustomResource):
    """A provider's resource of any type."""

    def __init__(self, kind: str, name: str, opts: pulumi.ResourceOptions | None = None, **props: Any) -> None:
        super().__init__(kind, name, props, opts)


RDS = "aws:rds/instance:Instance"


def made(kind: str = RDS, *, opts: pulumi.ResourceOptions | None = None, **props: Any) -> Recording:
    return record(lambda: Thing(kind, "thing", opts, **props), outputs={kind: {}})


def test_what_would_be_made_anew_is_named_with_the_input_that_does_it() -> None:
    before, after = made(kmsKeyId=None, port=5432), made(kmsKeyId="own", port=6543)
    assert safety.replaced(before, after) == ["thing: kmsKeyId"]
    assert safety.replaced(before, before) == []


def test_an_input_that_the_engine_ignores_replaces_nothing() -> None:
    decided = pulumi.ResourceOptions(ignore_changes=["kmsKeyId"])
    assert safety.replaced(made(kmsKeyId=None), made(kmsKeyId="own", opts=decided)) == []


def test_what_holds_no_data_of_its_own_may_be_made_anew() -> None:
    copy: dict[str, Any] = {"replicateSourceDb": "thing"}
    assert safety.replaced(made(kmsKeyId=None, **copy), made(kmsKeyId="own", **copy)) == []


def test_a_driver_that_protects_nothing_fails(monkeypatch: pytest.MonkeyPatch) -> None:
    suite, create = RedisConformance(), redis.create

    def careless(scope: Scope, spec: RedisSpec) -> RedisEndpoint:
        development = dataclasses.replace(scope.target, environment=Environment.DEVELOPMENT)
        return create(dataclasses.replace(scope, target=development), spec)

    suite.test_what_holds_data_is_protected_in_production(LOCAL, "persistence")
    monkeypatch.setattr(redis, "create", careless)
    with pytest.raises(AssertionError, match="it-server"):
        suite.test_what_holds_data_is_protected_in_production(LOCAL, "persistence")


def test_a_driver_whose_choice_hangs_on_what_came_before_fails(monkeypatch: pytest.MonkeyPatch) -> None:
    suite, create = RedisConformance(), redis.create
    programs: set[object] = set()

    def first_come(scope: Scope, spec: RedisSpec) -> RedisEndpoint:
        program = pulumi.runtime.settings.get_monitor()
        first = program not in programs
        programs.add(program)
        return create(scope, spec.replace(memory_gb=1 if first else 2))

    suite.test_an_unrelated_component_before_or_after_it_changes_nothing(LOCAL)
    monkeypatch.setattr(redis, "create", first_come)
    with pytest.raises(AssertionError):
        suite.test_an_unrelated_component_before_or_after_it_changes_nothing(LOCAL)


@pytest.mark.parametrize(("picked", "complaint"), [("large", "and there is"), ("tiny", "for {'memory_gb': 4}")])
def test_a_driver_that_picks_another_size_than_the_cheapest_that_fits_fails(
    monkeypatch: pytest.MonkeyPatch, picked: str, complaint: str
) -> None:
    class Suite(RedisConformance):
        sizes: ClassVar[list[Mapping[str, Any]]] = [{"memory_gb": 4}]

    table = [Size("tiny", 2, 0.5, 0.01), Size("fits", 2, 4, 0.02), Size("large", 2, 16, 0.09)]
    server = "pulumi-python:dynamic/infra-kit:RedisServer"
    monkeypatch.setattr(local_answers, "SIZES", {server: ("eviction", table)}, raising=False)
    create = redis.create

    def spendthrift(scope: Scope, spec: RedisSpec) -> RedisEndpoint:
        return create(scope, spec.model_copy(update={"eviction": picked}))

    monkeypatch.setattr(redis, "create", spendthrift)
    with pytest.raises(AssertionError, match=complaint):
        Suite().test_the_cheapest_size_that_fits_is_picked(LOCAL)


class Untagged(RedisConformance):
    """As on AWS, where an option group takes tags."""

    tags_under = "tags"

    def make(self, target: Target, **arguments: Any) -> Component[Any, Any]:
        made = super().make(target, **arguments)
        if "replicas" in arguments:
            rds.OptionGroup(
                "it-options", engine_name="mysql", major_engine_version="8.0", opts=pulumi.ResourceOptions(parent=made)
            )
        return made


def test_what_takes_tags_and_has_none_is_missed_also_where_only_a_change_makes_it() -> None:
    aws = Target(name="aws")
    Untagged().test_everything_that_can_be_tagged_is(aws, "size")
    with pytest.raises(AssertionError, match="it-options"):
        Untagged().test_everything_that_can_be_tagged_is(aws, "read-replicas")


def test_what_takes_tags_is_told_by_its_sdk_at_any_depth() -> None:
    assert sdk.takes("aws:rds/parameterGroup:ParameterGroup", "tags")
    assert not sdk.takes("aws:rds/parameterGroup:ParameterGroup", "labels")
    assert sdk.takes("gcp:sql/databaseInstance:DatabaseInstance", "settings.userLabels")
    assert not sdk.takes("gcp:sql/databaseInstance:DatabaseInstance", "settings.labels")
    assert not sdk.takes("gcp:sql/databaseInstance:DatabaseInstance", "name.labels")
    assert not sdk.takes("pulumi-python:dynamic/infra-kit:RedisServer", "tags")


def test_a_driver_that_makes_data_anew_when_its_stack_becomes_production_fails() -> None:
    class Suite(RedisConformance):
        def make(self, target: Target, **arguments: Any) -> Component[Any, Any]:
            made = super().make(target, **arguments)
            key = {"kmsKeyId": "own"} if made.target.environment is Environment.PRODUCTION else {}
            if "replicas" in arguments:
                Thing(RDS, "it-database", pulumi.ResourceOptions(parent=made), tags={"component": "it"}, **key)
            return made

    Suite().test_promoted_and_back_a_change_keeps_what_holds_data(LOCAL, "size")
    with pytest.raises(AssertionError, match="it-database: kmsKeyId"):
        Suite().test_promoted_and_back_a_change_keeps_what_holds_data(LOCAL, "read-replicas")
