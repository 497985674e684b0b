"""The lock-in of a stack: one method, whatever the system."""

from collections.abc import Callable

import pytest

from infra_kit.components.postgres import PostgresSpec
from infra_kit.errors import ConfigError
from infra_kit.planning import lock_in_facts as facts
from infra_kit.planning.costs import cost
from infra_kit.planning.lock_in import WEIGHTS, LockIn, lock_in
from infra_kit.planning.programs import Planned, plan
from tests.unit.planning.conftest import MakeProject

SHOP = """
    import pulumi
    from infra_kit import EventBus, Postgres, Stream
    engine = pulumi.Config().get("engine") or "nats"
    Postgres("db", memory_gb=4)
    EventBus("events", engine=engine, streams={"ORDERS": Stream(subjects=["order.*"])})
    if pulumi.Config().get("raw"):
        import pulumi_aws as aws
        key = [{"name": "id", "type": "S"}]
        aws.dynamodb.Table("carts", hash_key="id", billing_mode="PAY_PER_REQUEST", attributes=key)
        aws.glue.CatalogDatabase("lake")
"""
AWS = """
    config:
      infra-kit:target: aws
      infra-kit:environment: staging
      infra-kit:region: us-east-1
      shop:engine: native
      shop:raw: ""
"""
LOCAL = "config: {infra-kit:target: local, shop:engine: nats}"


@pytest.fixture
def shop(make_project: MakeProject) -> Callable[..., Planned]:
    project = make_project(SHOP, staging=AWS, laptop=LOCAL)
    return lambda *settings, stack="staging": plan(project, stack, settings)


def scored(planned: Planned) -> LockIn:
    return lock_in(planned, cost(planned))


def of(found: LockIn, component: str) -> float:
    return next(score.score for score in found.scores if score.component == component)


def test_the_weights_of_the_aspects_are_a_whole() -> None:
    assert sum(WEIGHTS.values()) == pytest.approx(1)


def test_a_clouds_own_bus_holds_more_than_a_database_that_speaks_sql(shop: Callable[..., Planned]) -> None:
    found = scored(shop())
    assert of(found, "events") > 6
    assert of(found, "db") < 2


def test_what_would_lower_it_most_is_said_first(shop: Callable[..., Planned]) -> None:
    found = scored(shop())
    assert found.change
    assert found.change.component == "events"
    assert "NATS" in found.change.change


def test_what_speaks_a_vendors_own_api_is_not_taken_by_another_target_as_it_is(shop: Callable[..., Planned]) -> None:
    [events] = [score for score in scored(shop()).scores if score.component == "events"]
    assert next(aspect.score for aspect in events.aspects if aspect.name == "effort") >= 9


def test_what_stands_on_a_target_of_somebody_elses_is_unscored(shop: Callable[..., Planned]) -> None:
    assert facts.of("Postgres", "hetzner", PostgresSpec(memory_gb=4)) is None


def test_what_a_laptop_runs_holds_nearly_nothing(shop: Callable[..., Planned]) -> None:
    assert scored(shop(stack="laptop")).total < 1


def test_each_score_is_the_sum_of_its_aspects_with_their_reasons(shop: Callable[..., Planned]) -> None:
    for score in scored(shop()).scores:
        assert score.score == pytest.approx(sum(WEIGHTS[it.name] * it.score for it in score.aspects), abs=0.05)
        assert all(aspect.why for aspect in score.aspects)


def test_accepted_lock_in_is_shown_with_and_without(shop: Callable[..., Planned]) -> None:
    accepted = scored(shop("infra-kit:accepted-lock-in={events: archive of five years}"))
    assert accepted.total == scored(shop()).total
    assert accepted.unaccepted < accepted.total
    assert accepted.change is None or accepted.change.component != "events"


@pytest.mark.parametrize(
    ("given", "said"),
    [("{queue: why}", "there is no such component"), ("{events: }", "reason"), ("[events]", "mapping")],
)
def test_what_is_accepted_must_be_there_and_have_a_reason(shop: Callable[..., Planned], given: str, said: str) -> None:
    with pytest.raises(ConfigError, match=said):
        scored(shop(f"infra-kit:accepted-lock-in={given}"))


def test_what_stands_beside_our_components_counts_where_it_is_known_and_is_said_where_not(
    shop: Callable[..., Planned],
) -> None:
    found = scored(shop("shop:raw=yes"))
    assert of(found, "carts") > 7
    assert found.total > scored(shop()).total
    assert found.unscored == ("aws:glue/catalogDatabase:CatalogDatabase",)


def test_the_weights_of_all_are_a_whole(shop: Callable[..., Planned]) -> None:
    assert sum(score.share for score in scored(shop("shop:raw=yes")).scores) == pytest.approx(1)


def test_a_feature_that_only_one_target_has_takes_more_effort(make_project: MakeProject) -> None:
    program = """
        import pulumi
        from infra_kit import LifecycleRule, ObjectStore
        archived = {"old": LifecycleRule(archive_after_days=90)} if pulumi.Config().get("archive") else {}
        ObjectStore("files", lifecycle=archived)
    """
    project = make_project(
        program, prod="config: {infra-kit:target: aws, infra-kit:environment: staging, shop:archive: ''}"
    )
    plain, archived = (scored(plan(project, "prod", [f"shop:archive={it}"])) for it in ("", "yes"))
    assert of(archived, "files") > of(plain, "files")
