"""Logs on Google Cloud: which lines go where, and how long they are kept there."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from infra_kit import Gateway, HttpSink, Job, LogClass, Logs, Network, Postgres, Redis, Service, Worker, features
from infra_kit.component import Component
from infra_kit.errors import SpecError, UnsupportedFeatureError
from infra_kit.providers.gcp import REFUSES
from infra_kit.providers.gcp.logs import HINTS
from infra_kit.testing import Recording
from tests.unit.providers.gcp.workloads import GCP, IMAGE, PRODUCTION, of
from tests.unit.refusals import refusal

APPLICATION = {"application": LogClass(keep="30d")}
AUDIT = {**APPLICATION, "audit": LogClass(keep="7y", archive_after="30d")}
API = 'resource.type="cloud_run_revision" AND resource.labels.service_name="api-service"'
WHERE = {"target": "gcp", "environment": "staging", "region": "europe-west1"}


def logs(config: Mapping[str, Any] = GCP, **asked: Any) -> Recording:
    return of(lambda: Logs("logs", of=[Service("api", image=IMAGE)], **asked), config)


def query(made: Recording, role: str) -> str:
    found: str = made.named(f"logs-{role}-sink").inputs["filter"]
    return found


def refused(error: type[Any] = SpecError, **asked: Any) -> str:
    return refusal(lambda: Logs("logs", of=[Service("api", image=IMAGE)], **asked), error, **WHERE)


def test_a_class_that_is_archived_goes_to_a_bucket_of_its_own() -> None:
    made = logs(classes=AUDIT)
    service = made.named("api-service").outputs["name"]
    assert query(made, "audit-archive") == (
        f'((resource.type="cloud_run_revision" AND resource.labels.service_name="{service}") AND '
        'jsonPayload.class="audit")'
    )
    bucket = made.named("logs-audit-archive").inputs
    ages = {it["action"]["type"]: it["condition"]["age"] for it in bucket["lifecycleRules"]}
    assert ages == {"SetStorageClass": 30, "Delete": 2555}
    writer = made.named("logs-audit-archive-writer").inputs
    assert writer["role"] == "roles/storage.objectCreator"
    assert writer["member"] == made.named("logs-audit-archive-sink").outputs["writerIdentity"]


def test_of_what_there_is_on_this_target_no_hint_says_that_there_is_none() -> None:
    absent = {features.logs_of(kind) for kind in REFUSES}
    said = {feature for feature, hint in HINTS.items() if "there is none on this target" in hint}
    assert said == absent & HINTS.keys()


def test_what_is_kept_for_30_days_is_where_all_lines_are() -> None:
    assert [it.name for it in logs(classes=APPLICATION).children("logs")] == []


def test_a_class_that_is_searched_for_longer_has_a_bucket_of_cloud_logging() -> None:
    made = logs(classes={**APPLICATION, "audit": LogClass(keep="7y")})
    bucket = made.named("logs-audit").inputs
    assert (bucket["retentionDays"], bucket["locked"]) == (2555, False)
    assert made.named("logs-audit-sink").inputs["destination"].startswith("logging.googleapis.com/")


def test_a_workloads_own_bucket_keeps_its_application_and_another_that_of_what_has_none() -> None:
    def program() -> None:
        api = Service("api", image=IMAGE, log_retention="90d")
        Logs("logs", of=[api, Postgres("db")], classes={"application": LogClass(keep="90d")})

    made = of(program)
    assert made.named("api-log").inputs["retentionDays"] == 90
    assert "cloudsql_database" in query(made, "application")
    assert "cloud_run_revision" not in query(made, "application")


def test_the_application_is_what_says_no_other_class() -> None:
    def program() -> None:
        classes = {"application": LogClass(keep="1y", archive_after="30d"), "audit": LogClass(keep="1y")}
        Logs("logs", of=[Postgres("db"), Redis("cache")], classes=classes)

    assert 'AND NOT (jsonPayload.class="audit")' in query(of(program), "application-archive")


def test_flows_and_what_a_gateway_denies_are_security() -> None:
    def program() -> None:
        routes = {"/*": Service("api", image=IMAGE)}
        edge = Gateway("edge", routes=routes, domains=["api.example.com"], waf=True)
        Logs("logs", of=[edge, Network("net", flow_logs=True)])

    made = of(program)
    assert 'resource.type="gce_subnetwork"' in query(made, "security-archive")
    assert 'jsonPayload.enforcedSecurityPolicy.outcome="DENY"' in query(made, "security-archive")
    assert "gce_subnetwork" not in query(made, "audit-archive")


def test_each_kind_of_program_is_found_by_its_name() -> None:
    def program() -> None:
        runs: list[Component[Any, Any]] = [
            Worker("mailer", image=IMAGE),
            Job("nightly", image=IMAGE, schedule="0 3 * * *"),
        ]
        Logs("logs", of=runs, classes=AUDIT)

    found = query(of(program), "audit-archive")
    assert 'resource.type="cloud_run_worker_pool"' in found
    assert 'resource.type="cloud_run_job"' in found


@pytest.mark.parametrize(("config", "locked"), [(GCP, False), (PRODUCTION, True)])
def test_a_locked_class_has_a_policy_that_is_locked_where_data_is_protected(
    config: Mapping[str, Any], *, locked: bool
) -> None:
    audit = LogClass(keep="7y", archive_after="30d", locked=True)
    policy = logs(config, classes={**APPLICATION, "audit": audit}).named("logs-audit-archive").inputs["retentionPolicy"]
    assert policy == {"retentionPeriod": str(2555 * 86_400), "isLocked": locked}


def test_what_is_kept_for_less_than_google_keeps_all_is_refused() -> None:
    said = refused(classes={"application": LogClass(keep="7d")})
    assert "classes: application: keep: given 7d; Cloud Logging keeps all lines of a project for 30 days" in said
    assert "audit: keep: given 7300d" in refused(classes={**APPLICATION, "audit": LogClass(keep="20y")})


def test_a_sink_is_a_gap_with_its_way_out() -> None:
    said = refused(UnsupportedFeatureError, sink=HttpSink(url="https://logs.example.com"))
    assert "http-sink: Cloud Logging posts to Pub/Sub alone" in said
