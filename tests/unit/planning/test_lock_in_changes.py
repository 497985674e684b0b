"""What would hold a user less, and what a part then scores."""

from collections.abc import Mapping

import pytest

from infra_kit import Stream
from infra_kit.components.event_bus import EventBusSpec
from infra_kit.components.external_service import ExternalServiceSpec
from infra_kit.components.network import NetworkSpec
from infra_kit.components.object_store import ObjectStoreSpec
from infra_kit.components.postgres import PostgresSpec
from infra_kit.components.redis import RedisSpec
from infra_kit.components.secret import SecretSpec
from infra_kit.planning import lock_in_facts as facts
from infra_kit.planning.lock_in_aspects import Subject, subject
from infra_kit.planning.lock_in_changes import Change, best
from infra_kit.spec import Spec

STREAMS: Mapping[str, Stream] = {"ORDERS": Stream(subjects=["order.*"])}
NATIVE = EventBusSpec(engine="native", streams=STREAMS)


def held(kind: str, target: str, spec: Spec) -> Subject:
    found = subject(kind, target, spec)
    assert found
    return found


def beside(type_: str) -> Subject:
    return Subject(type_, type_.partition(":")[0], facts.RAW[type_], None)


def change(it: Subject) -> Change:
    found = best(it)
    assert found
    assert found.score < it.score
    return found


@pytest.mark.parametrize("target", ["aws", "gcp"])
def test_a_clouds_own_bus_becomes_nats_and_scores_as_nats_on_a_host_does(target: str) -> None:
    nats = held("EventBus", "vps", EventBusSpec(engine="nats", streams=STREAMS))
    found = change(held("EventBus", target, NATIVE))
    assert found.score == nats.score
    assert "NATS" in found.what


def test_what_nats_on_one_host_cannot_do_of_a_bus_is_said() -> None:
    thrice = EventBusSpec(engine="native", streams={"ORDERS": Stream(subjects=["order.*"], replicas=3)})
    assert "without stream-replicas" in change(held("EventBus", "aws", thrice)).what


@pytest.mark.parametrize(
    ("kind", "spec"), [("Postgres", PostgresSpec()), ("Redis", RedisSpec()), ("ObjectStore", ObjectStoreSpec())]
)
def test_what_a_host_of_ones_own_takes_as_it_is_scores_there_as_it_does_there(kind: str, spec: Spec) -> None:
    found = change(held(kind, "aws", spec))
    assert found.score == held(kind, "vps", spec).score
    assert "a host of your own" in found.what


def test_sql_holds_so_little_that_its_change_lowers_less_than_that_of_a_clouds_own_bus() -> None:
    db, bus = held("Postgres", "aws", PostgresSpec()), held("EventBus", "aws", NATIVE)
    assert db.score - change(db).score < 1 < bus.score - change(bus).score


def test_what_no_host_of_ones_own_takes_is_kept_better_where_it_is() -> None:
    found = change(held("Postgres", "aws", PostgresSpec(high_availability=True, extensions=["postgis"])))
    assert "host of your own" not in found.what


@pytest.mark.parametrize("target", ["aws", "gcp"])
def test_asking_for_less_scores_as_if_it_had_never_been_asked_for(target: str) -> None:
    watched, bare = (held("Network", target, NetworkSpec(flow_logs=logs)) for logs in (True, False))
    assert change(watched).score == bare.score
    assert "no flow-logs" in change(watched).what


def test_nothing_is_given_up_for_a_laptops_sake() -> None:
    """Only local lacks this version, and it would be one place more."""
    pinned = held("Postgres", "gcp", PostgresSpec(version="16", high_availability=True))
    assert pinned.gaps_elsewhere["local"]
    assert "version" not in change(pinned).what


def test_a_service_of_a_protocol_that_nobody_named_scores_with_an_interface_of_ones_own_before_it() -> None:
    crm = held("ExternalService", "aws", ExternalServiceSpec(vendor="Salesforce"))
    open_ = held("ExternalService", "aws", ExternalServiceSpec(vendor="Upstash", protocol="redis"))
    assert open_.score < change(crm).score


@pytest.mark.parametrize(
    ("type_", "instead"),
    [
        ("aws:dynamodb/table:Table", "Postgres"),
        ("aws:sqs/queue:Queue", "EventBus"),
        ("aws:sns/topic:Topic", "EventBus"),
        ("aws:cognito/userPool:UserPool", "Service"),
        ("aws:sagemaker/endpoint:Endpoint", "Service"),
        ("aws:rds/cluster:Cluster", "Postgres"),
        ("gcp:firestore/database:Database", "Postgres"),
    ],
)
def test_what_stands_beside_our_components_scores_as_the_component_that_does_its_work(type_: str, instead: str) -> None:
    assert instead in change(beside(type_)).what


@pytest.mark.parametrize(
    "it",
    [
        held("EventBus", "vps", EventBusSpec(engine="nats", streams=STREAMS)),
        held("Postgres", "vps", PostgresSpec()),
        held("Secret", "aws", SecretSpec()),
        held("ExternalService", "aws", ExternalServiceSpec(vendor="Upstash", protocol="redis")),
        beside("aws:ec2/instance:Instance"),
    ],
    ids=lambda it: f"{it.kind} on {it.target}",
)
def test_where_no_change_lowers_it_none_is_named(it: Subject) -> None:
    assert best(it) is None
