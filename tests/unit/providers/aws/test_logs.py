"""Logs on AWS: what is given to whom, how long it is kept there, and who may."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import pytest

from infra_kit import Gateway, HttpSink, LogClass, Logs, Network, ObjectStore, Postgres, Service, Worker
from infra_kit.errors import UnsupportedFeatureError
from infra_kit.testing import Recording
from tests.unit.providers.aws.workloads import AWS, IMAGE, PRODUCTION, of, refused
from tests.unit.refusals import refusal

APPLICATION = {"application": LogClass(keep="30d")}
AUDIT = {**APPLICATION, "audit": LogClass(keep="7y", archive_after="30d")}
AXIOM = HttpSink.axiom(dataset="shop", token="hush")
FILTER = "aws:cloudwatch/logSubscriptionFilter:LogSubscriptionFilter"


def logs(config: Mapping[str, Any] = AWS, **asked: Any) -> Recording:
    return of(lambda: Logs("logs", of=[Service("api", image=IMAGE)], **asked), config)


def filters(made: Recording) -> dict[str, tuple[str, str]]:
    """By its role, whose lines it gives, and which."""
    found = [it for it in made.resources if it.type == FILTER]
    return {it.name: (it.inputs["logGroup"], it.inputs["filterPattern"]) for it in found}


def lifecycle(made: Recording, of_class: str) -> dict[str, Any]:
    rules = {it["id"]: it for it in made.named(f"logs-{of_class}-lifecycle").inputs["rules"]}
    found: dict[str, Any] = rules["infra-kit-keep"]
    return found


def test_lines_of_a_class_that_is_kept_longer_are_given_to_a_bucket_of_its_own() -> None:
    made = logs(classes=None)
    assert filters(made) == {
        "logs-security-of-api": ("api-log-1a2b3c4", '{ $.class = "security" }'),
        "logs-audit-of-api": ("api-log-1a2b3c4", '{ $.class = "audit" }'),
    }
    stream = made.named("logs-audit-delivery")
    assert made.named("logs-audit-of-api").inputs["destinationArn"] == stream.outputs["arn"]
    assert stream.inputs["extendedS3Configuration"]["bucketArn"] == made.named("logs-audit").outputs["arn"]
    assert (lifecycle(made, "audit")["expiration"], lifecycle(made, "security")["expiration"]) == (
        {"days": 2555},
        {"days": 730},
    )
    assert lifecycle(made, "audit")["transitions"] == [{"days": 30, "storageClass": "GLACIER_IR"}]


def test_what_is_kept_no_longer_than_the_workload_keeps_it_stays_where_it_is() -> None:
    made = logs(classes=APPLICATION)
    assert [it.name for it in made.resources if it.name.startswith("logs-")] == []
    assert made.named("api-log").inputs["retentionInDays"] == 30


def test_the_applications_lines_are_kept_as_long_as_both_say() -> None:
    said = refused(
        lambda: Logs("logs", of=[Service("api", image=IMAGE)], classes={"application": LogClass(keep="90d")})
    )
    assert "Service 'api' keeps its log for 30d. Say log_retention='90d' there, or the same here." in said


def test_an_archived_application_has_every_line() -> None:
    made = logs(classes={"application": LogClass(keep="1y", archive_after="30d")})
    assert filters(made) == {"logs-application-of-api": ("api-log-1a2b3c4", "")}


def test_flows_and_what_a_firewall_refuses_are_security_all_of_it() -> None:
    def program() -> None:
        net = Network("net", flow_logs=True)
        routes = {"/*": Service("api", image=IMAGE)}
        edge = Gateway("edge", routes=routes, domains=["api.example.com"], waf=True, access_logs=True)
        Logs("logs", of=[net, edge])

    made = of(program)
    found = filters(made)
    assert {role: pattern for role, (_, pattern) in found.items()} == {
        "logs-security-of-net": "",
        "logs-security-of-edge": "",
    }
    assert found["logs-security-of-net"][0] == made.named("net-flows").outputs["name"]


def test_what_logs_nothing_is_told() -> None:
    made = of(lambda: Logs("logs", of=[Network("net", flow_logs=False)]))
    assert any("Network 'net' logs nothing as it is now" in it for it in made.warnings)


@pytest.mark.parametrize(("config", "mode"), [(AWS, "GOVERNANCE"), (PRODUCTION, "COMPLIANCE")])
def test_a_locked_class_is_locked_for_as_long_as_it_is_kept(config: Mapping[str, Any], mode: str) -> None:
    made = logs(config, classes={**APPLICATION, "audit": LogClass(keep="7y", archive_after="30d", locked=True)})
    assert made.named("logs-audit-lock").inputs["rule"]["defaultRetention"] == {"mode": mode, "days": 2555}


def test_a_sink_is_posted_to_with_a_token_that_stands_in_secrets_manager_alone() -> None:
    made = logs(classes=AUDIT, sink=AXIOM)
    there = made.named("logs-sink").inputs["httpEndpointConfiguration"]
    assert there["url"] == "https://us-east-1.aws.edge.axiom.co/v1/ingest/shop/firehose"
    assert there["secretsManagerConfiguration"]["secretArn"] == made.named("logs-sink-token").outputs["arn"]
    assert json.loads(made.named("logs-sink-token-value").inputs["secretString"]) == {"api_key": "hush"}
    assert [it.name for it in made.resources if "hush" in str(it.inputs)] == ["logs-sink-token-value"]
    assert filters(made)["logs-sink-of-api"] == ("api-log-1a2b3c4", "")


def test_what_a_sink_does_not_take_is_had_back_for_a_month() -> None:
    made = logs(classes=APPLICATION, sink=AXIOM)
    there = made.named("logs-sink").inputs["httpEndpointConfiguration"]
    assert (there["s3BackupMode"], there["retryDuration"]) == ("FailedDataOnly", 7200)
    assert there["s3Configuration"]["bucketArn"] == made.named("logs-unsent").outputs["arn"]
    assert lifecycle(made, "unsent")["expiration"] == {"days": 30}


def test_a_sink_gets_its_classes_alone() -> None:
    sink = HttpSink.axiom(dataset="shop", token="hush", classes=["audit", "security"])
    one = {**APPLICATION, "audit": LogClass(keep="1y"), "security": LogClass(keep="1y")}
    said = refused(lambda: Logs("logs", of=[Service("api", image=IMAGE)], classes=one, sink=sink))
    assert "audit, security and a sink need 3 subscriptions of the log group of 'api', and CloudWatch has 2" in said
    only = HttpSink.axiom(dataset="shop", token="hush", classes=["audit"])
    assert filters(logs(classes=AUDIT, sink=only))["logs-sink-of-api"][1] == '{ ($.class = "audit") }'


def test_a_sink_that_does_not_speak_firehoses_protocol_is_a_gap() -> None:
    sink = HttpSink(url="https://logs.example.com/ingest")
    said = refusal(
        lambda: Logs("logs", of=[Service("api", image=IMAGE)], sink=sink),
        UnsupportedFeatureError, target="aws", region="us-east-1", environment="staging",
    )  # fmt: skip
    assert "http-sink: Amazon Data Firehose posts in a protocol of its own" in said


@pytest.mark.parametrize("make", [lambda: Postgres("db"), lambda: ObjectStore("files")])
def test_what_writes_no_group_of_ours_is_a_gap(make: Any) -> None:
    said = refusal(
        lambda: Logs("logs", of=[make()]),
        UnsupportedFeatureError, target="aws", region="us-east-1", environment="staging",
    )  # fmt: skip
    assert "logs-of:" in said


def test_each_may_do_what_it_is_to_and_no_more() -> None:
    made = logs(PRODUCTION, classes=AUDIT)
    bucket, key = made.named("logs-audit").outputs["arn"], made.named("logs-key").outputs["arn"]
    rights = json.loads(made.named("logs-audit-delivery-rights").inputs["policy"])["Statement"]
    named = {action: it["Resource"] for it in rights for action in it["Action"]}
    assert named["s3:PutObject"] == f"{bucket}/*"
    assert named["kms:GenerateDataKey"] == key
    gives = json.loads(made.named("logs-audit-delivery-gives").inputs["policy"])["Statement"]
    assert gives[0]["Resource"] == made.named("logs-audit-delivery").outputs["arn"]
    trust = json.loads(made.named("logs-audit-delivery-giver").inputs["assumeRolePolicy"])["Statement"][0]
    assert trust["Condition"] == {"StringLike": {"aws:SourceArn": "arn:aws:logs:us-east-1:123456789012:*"}}


def test_what_is_archived_is_encrypted_and_kept_with_the_stack_gone() -> None:
    made = logs(PRODUCTION, classes=AUDIT)
    assert made.named("logs-audit").options.protect
    assert made.named("logs-audit").options.retain_on_delete
    assert made.named("logs-audit-delivery").inputs["serverSideEncryption"]["keyType"] == "CUSTOMER_MANAGED_CMK"


def test_several_components_share_a_stream() -> None:
    made = of(lambda: Logs("logs", of=[Service("api", image=IMAGE), Worker("mailer", image=IMAGE)], classes=AUDIT))
    assert sorted(filters(made)) == ["logs-audit-of-api", "logs-audit-of-mailer"]
    assert len({it.inputs["destinationArn"] for it in made.resources if it.type == FILTER}) == 1
