"""What a target lacks: refused with the way out, or left out and said."""

import pytest

from infra_kit import EventBus, LifecycleRule, Network, ObjectStore, Postgres, Redis, Stream, features
from infra_kit.components.redis import RedisSpec
from infra_kit.errors import InfraKitError, UnsupportedFeatureError
from infra_kit.features import Feature
from infra_kit.providers.local import object_store as local_store
from infra_kit.providers.local import postgres as local_postgres
from infra_kit.providers.local import redis as local_redis
from infra_kit.providers.local.settings import LocalSettings
from infra_kit.testing import record
from tests.unit.refusals import refusal

PRODUCTION = {"infra-kit:environment": "production"}
ARCHIVE = LifecycleRule(archive_after_days=365)


def test_a_feature_that_the_target_lacks_is_refused_with_the_way_out_and_how_to_accept_it() -> None:
    message = refusal(lambda: ObjectStore("files", lifecycle={"old": ARCHIVE}), UnsupportedFeatureError)
    first, gap, *way_out = message.splitlines()
    assert first == "ObjectStore 'files': the target 'local' lacks what is asked for:"
    assert gap.startswith("  archive: SeaweedFS refuses ")
    assert way_out == [
        "Drop it from the component, choose another target, or accept the gap in the stack's configuration:",
        "  infra-kit:accepted-gaps: {files: [archive]}",
    ]


def test_all_gaps_come_in_one_message() -> None:
    message = refusal(lambda: Postgres("db", high_availability=True, extensions=["nope"]), UnsupportedFeatureError)
    assert message.endswith("infra-kit:accepted-gaps: {db: [extension:nope, high-availability]}")


def test_an_accepted_gap_is_left_out_and_said() -> None:
    rules = {"old": ARCHIVE, "both": LifecycleRule(archive_after_days=30, expire_after_days=60)}
    config = {"infra-kit:accepted-gaps": {"files": ["archive"]}}
    recording = record(lambda: ObjectStore("files", lifecycle=rules), config=config)
    assert recording.warnings == (
        "ObjectStore 'files': archive is left out: the target 'local' lacks it, and the stack accepted the gap.",
    )
    assert list(recording.named("files-server").inputs["lifecycle"]) == ["both"]


def test_a_gap_accepted_for_one_component_is_not_for_another() -> None:
    message = refusal(
        lambda: ObjectStore("files", lifecycle={"old": ARCHIVE}),
        UnsupportedFeatureError,
        accepted_gaps={"invoices": ["archive"]},
    )
    assert "{files: [archive]}" in message


def test_a_gap_that_the_target_does_not_have_is_left_in() -> None:
    config = {"infra-kit:accepted-gaps": {"db": ["backups", "read-replicas"]}}
    recording = record(lambda: Postgres("db", read_replicas=1), config=config)
    assert recording.named("db-replica-1")
    assert recording.warnings == ()


def test_what_only_production_asks_for_is_left_out_where_a_target_lacks_it() -> None:
    recording = record(lambda: Network("net"), config=PRODUCTION)
    assert recording.warnings == (
        "Network 'net': flow-logs is left out: production asks for it, and the target 'local' lacks it.",
    )


def test_what_the_user_asks_for_is_refused_in_production_as_elsewhere() -> None:
    message = refusal(lambda: Network("net", flow_logs=True), UnsupportedFeatureError, environment="production")
    assert "{net: [flow-logs]}" in message


def test_a_driver_that_only_says_what_it_supports_has_a_gap_for_all_else(monkeypatch: pytest.MonkeyPatch) -> None:
    assert not hasattr(local_redis, "gaps")
    monkeypatch.setattr(local_redis, "SUPPORTS", frozenset[Feature]())
    monkeypatch.delattr(local_redis, "HINTS")
    message = refusal(lambda: Redis("cache", persistence=True), UnsupportedFeatureError)
    assert "  persistence: this target has nothing like it\n" in message
    assert message.endswith("infra-kit:accepted-gaps: {cache: [persistence, version:7]}")


@pytest.fixture
def no_backups(monkeypatch: pytest.MonkeyPatch) -> None:
    """As on a target that cannot back up."""
    there = local_postgres.SUPPORTS - {features.BACKUPS, features.POINT_IN_TIME}
    monkeypatch.setattr(local_postgres, "gaps", lambda spec, _: features.gaps(spec.features(), there, {}))


@pytest.mark.usefixtures("no_backups")
def test_what_guards_data_is_refused_also_when_only_production_asks_for_it() -> None:
    message = refusal(lambda: Postgres("db"), UnsupportedFeatureError, environment="production")
    assert message.count("(production asks for it)") == 2
    assert message.endswith("infra-kit:accepted-gaps: {db: [backups, point-in-time]}")


@pytest.mark.usefixtures("no_backups")
def test_what_guards_data_is_left_out_when_the_stack_accepts_it() -> None:
    gaps = {"infra-kit:accepted-gaps": {"db": ["backups", "point-in-time"]}}
    recording = record(lambda: Postgres("db"), config=PRODUCTION | gaps)
    assert "backups" not in recording.named("db-server").inputs
    assert [text.partition(": ")[2].split()[0] for text in recording.warnings] == ["backups", "point-in-time"]


def test_what_goes_with_a_feature_that_is_left_out_is_said_too(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(local_store, "SUPPORTS", local_store.SUPPORTS - {features.VERSIONING})
    recording = record(
        lambda: ObjectStore("files", versioning=True, retention_lock=30),
        config={"infra-kit:accepted-gaps": {"files": ["versioning"]}},
    )
    assert "retention_lock" not in recording.named("files-server").inputs
    assert recording.warnings == (
        "ObjectStore 'files': retention-lock is left out: it needs another feature that is left out.",
        "ObjectStore 'files': versioning is left out: the target 'local' lacks it, and the stack accepted the gap.",
    )


def test_a_gap_that_leaving_out_another_uncovers_is_refused_too(monkeypatch: pytest.MonkeyPatch) -> None:
    def gaps(spec: RedisSpec, _: LocalSettings) -> dict[Feature, str]:
        if spec.replicas:
            return {features.READ_REPLICAS: "none here"}
        return {features.PERSISTENCE: "only with a replica"} if spec.persistence else {}

    monkeypatch.setattr(local_redis, "gaps", gaps, raising=False)
    message = refusal(
        lambda: Redis("cache", replicas=1, persistence=True),
        UnsupportedFeatureError,
        accepted_gaps={"cache": ["read-replicas"]},
    )
    assert "persistence: only with a replica" in message


def test_a_spec_that_cannot_leave_a_feature_out_is_an_error_that_names_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(RedisSpec, "without", lambda spec, _: spec)
    message = refusal(
        lambda: Redis("cache", replicas=1, high_availability=True),
        InfraKitError,
        accepted_gaps={"cache": ["high-availability"]},
    )
    assert message == (
        "Redis 'cache': an error of infra-kit itself: RedisSpec.without leaves high-availability in, or local has "
        "nothing to put in its place."
    )


def test_a_family_accepts_each_of_its_values() -> None:
    config = {"infra-kit:accepted-gaps": {"db": ["extension"]}}
    recording = record(lambda: Postgres("db", extensions=["nope", "neither"]), config=config)
    assert recording.named("db-server").inputs["extensions"] == []
    assert len(recording.warnings) == 2


def test_a_gap_that_closed_stays_left_out_where_the_stack_accepted_it_and_that_is_said() -> None:
    """An upgrade of ours must not replace the bus that stands, and what is in it."""

    def program() -> None:
        EventBus("events", streams={"LEADS": Stream(subjects=["lead.*"])})

    aws = {"infra-kit:target": "aws", "infra-kit:region": "us-east-1", "infra-kit:environment": "staging"}
    kept = record(program, config={**aws, "infra-kit:accepted-gaps": {"events": ["engine:nats"]}})
    assert kept.named("events-bus").type == "aws:cloudwatch/eventBus:EventBus"
    (said,) = [it for it in kept.warnings if "engine:nats" in it]
    assert "the target has it by now" in said
    assert "taken out of infra-kit:accepted-gaps" in said
    other = record(program, config=aws)
    assert other.named("events-server-a").type == "aws:ec2/instance:Instance"
