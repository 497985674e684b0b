"""What seeds/000 asks of how NomadShift is reached, released, watched and guarded (NS-5 to NS-15), in its stacks."""

from __future__ import annotations

import json

import pytest

from infra_kit.alert_presets import TWO_LEVELS
from infra_kit.log_classes import BY_CLASS
from infra_kit.planning.programs import plan
from infra_kit.planning.transition import transition
from infra_kit.planning.ways import How
from tests.unit.stacks.nomadshift import AWS, GCP, LOCAL, STAGING, asked, rules, variables
from tests.unit.stacks.recorded import PROJECT, stack_of

# NS-5


def test_the_edge_keeps_pages_and_files_for_a_day_lists_for_minutes_and_the_rest_of_the_api_not_at_all() -> None:
    stack = stack_of(AWS)
    routes = {pattern: (it.origin.name, it.ttl) for pattern, it in asked(stack, "edge").routes.items()}
    assert routes == {
        "/*": ("static", "24h"),
        "/uploads/*": ("uploads", "24h"),
        "/api/*": ("gateway", "none"),
        "/api/public/*": ("gateway", "5m"),
    }


@pytest.mark.parametrize(
    ("name", "renewed", "key"),
    [(AWS, "edge-release", "code"), (GCP, "edge-release", "release"), (LOCAL, "edge-server", "release")],
)
def test_a_deploy_renews_what_is_kept(name: str, renewed: str, key: str) -> None:
    before, after = (
        stack_of(name, **{"infra-kit:release": it}).named(renewed).inputs[key] for it in ("3f2c1a9", "8e4d0b7")
    )
    assert ("3f2c1a9" in before, "8e4d0b7" in after) == (True, True)


# NS-6, NS-7


def test_the_balancer_looks_at_health_every_thirty_seconds_and_keeps_a_visitor_with_an_instance() -> None:
    targets = stack_of(AWS).named("gateway-targets-api").inputs
    assert (targets["healthCheck"]["path"], targets["healthCheck"]["interval"]) == ("/health", 30)
    assert targets["stickiness"]["enabled"]
    assert targets.get("loadBalancingAlgorithmType") in (None, "round_robin")  # the default of an ALB
    assert targets.get("loadBalancingCrossZoneEnabled") in (None, "use_load_balancer_configuration")  # on, of an ALB


def test_two_to_twenty_instances_follow_cpu_memory_and_requests() -> None:
    stack = stack_of(AWS)
    bounds = stack.named("api-scaling").inputs
    assert (bounds["minCapacity"], bounds["maxCapacity"]) == (2, 20)
    targets = {
        it.name.removeprefix("api-scaling-"): it.inputs["targetTrackingScalingPolicyConfiguration"]["targetValue"]
        for it in stack.of_type("aws:appautoscaling/policy:Policy")
    }
    assert targets == {"cpu": 70, "memory": 80, "requests": 1000}


# NS-8


def test_a_release_is_taken_back_by_errors_by_tasks_that_fail_and_by_smoke_tests() -> None:
    stack = stack_of(AWS)
    service, alarm = stack.named("api-service").inputs, stack.named("api-errors").inputs
    assert service["alarms"] == {
        "alarmNames": [stack.named("api-errors").outputs["name"]],
        "enable": True,
        "rollback": True,
    }
    assert service["deploymentCircuitBreaker"] == {"enable": True, "rollback": True}
    assert alarm["threshold"] == 5
    assert {it["metric"]["period"] for it in alarm["metricQueries"] if "metric" in it} == {300}
    release = asked(stack, "api").release
    assert (release.smoke_tests, release.max_smoke_failures_percent, release.max_failed_checks) == (("/health",), 50, 3)


def test_where_it_can_be_green_is_a_whole_set_that_is_tried_first() -> None:
    release = stack_of(LOCAL).named("api-server").inputs["release"]
    assert (release["strategy"], release["smoke_tests"]) == ("blue-green", ["/health"])
    assert (release["max_error_percent"], release["max_failed_checks"]) == (5, 3)
    assert any("blue-green is left out" in line for line in stack_of(AWS).warnings)


# NS-9


def test_the_parameters_of_the_seed_are_there_by_their_names() -> None:
    stack = stack_of(AWS)
    kinds = ("aws:ssm/parameter:Parameter", "aws:secretsmanager/secret:Secret")
    names = {it.inputs.get("name") for kind in kinds for it in stack.of_type(kind)}
    wanted = {"database/host", "database/port", "database/name", "oauth/google/client_id", "oauth/apple/client_id"}
    assert {f"/production/{it}" for it in {*wanted, "jwt/secret"}} <= names
    read, *_ = json.loads(stack.named("api-role-rights").inputs["policy"])["Statement"]
    assert "ssm:GetParameters" in read["Action"]
    assert {arn.partition(":parameter/production/")[2] for arn in read["Resource"]} == wanted


# NS-10, NS-11


def test_the_alerts_are_those_of_the_seeds_table_and_both_levels_are_told() -> None:
    rules = asked(stack_of(AWS), "alerts").rules
    for name, rule in TWO_LEVELS.items():
        kept = rules[name]
        assert (kept.signal, kept.above, kept.level) == (rule.signal, rule.above, rule.level)
    alarms = {it.name for it in stack_of(AWS).of_type("aws:cloudwatch/metricAlarm:MetricAlarm")}
    for part in ("latency-critical.gateway", "errors-critical.gateway", "cpu-warning.api", "memory-critical.api"):
        assert f"alerts-{part}" in alarms
    assert {"alerts-disk-full-soon.db", "alerts-no-instances.api"} <= alarms
    assert "alerts-connections-warning.db.pooler" in {
        it.name for it in stack_of(AWS, "2").of_type("aws:cloudwatch/metricAlarm:MetricAlarm")
    }
    assert not any("nobody is told" in line for line in stack_of(AWS).warnings)


def test_search_is_on_alerts_and_the_board_where_it_is_the_products_own() -> None:
    alarms = {it.name for it in stack_of(AWS).of_type("aws:cloudwatch/metricAlarm:MetricAlarm")}
    for rule in ("down", "cpu-critical", "memory-critical", "disk", "disk-full-soon"):
        assert f"alerts-{rule}.search" in alarms, rule
    board = stack_of(AWS).named("board-board").inputs["dashboardBody"]
    assert "ClusterStatus.red" in board
    watched = {it["component"] for it in stack_of(LOCAL).named("alerts-server").inputs["rules"]}
    assert "search" in watched
    told = {it.name for it in stack_of(GCP).children("alerts")}
    rules = ("down", "cpu-critical", "memory-critical", "disk", "disk-full-soon")
    assert {f"alerts-{rule}.search" for rule in rules} <= told


def test_logins_that_fail_and_mail_that_comes_back_are_told_where_the_cloud_counts_them() -> None:
    for phase in ("1", "3"):
        alarms = {it.name for it in stack_of(AWS, phase).of_type("aws:cloudwatch/metricAlarm:MetricAlarm")}
        assert {"alerts-errors-critical.accounts", "alerts-bounces.mail", "alerts-complaints.mail"} <= alarms
        assert not {
            it for it in alarms if it.startswith("alerts-eu") and it.endswith((".accounts", ".mail", ".mail-eu"))
        }
    board = stack_of(AWS).named("board-board").inputs["dashboardBody"]
    assert "Reputation.BounceRate" in board
    local = {it["component"] for it in stack_of(LOCAL).named("alerts-server").inputs["rules"]}
    assert {"accounts", "mail"} <= local
    assert "accounts" not in {it.name for it in asked(stack_of(GCP), "alerts").watch}  # they stand on aws


@pytest.mark.parametrize("name", [AWS, GCP, LOCAL])
def test_logs_are_kept_by_class_and_what_is_older_than_thirty_days_lies_in_an_archive(name: str) -> None:
    stack = stack_of(name)
    assert asked(stack, "logs").classes == BY_CLASS
    if name == AWS:
        assert {it.name for it in stack.of_type("aws:s3/bucket:Bucket")} >= {"logs-audit", "logs-security"}
        days = {
            kind: {
                it["expiration"]["days"]
                for it in rules(stack, f"logs-{kind}-lifecycle")
                if "days" in it.get("expiration", {})
            }
            for kind in ("audit", "security")
        }
        assert days == {"audit": {7 * 365}, "security": {2 * 365}}


def test_traces_of_the_program_are_recorded_and_sentry_is_told_where_its_address_is_set() -> None:
    assert "OTEL_EXPORTER_OTLP_ENDPOINT" in variables(stack_of(AWS), "api")
    assert "SENTRY_DSN" not in variables(stack_of(AWS), "api")
    told = stack_of(AWS, **{"nomadshift:sentry-dsn": "https://key@sentry.example/1"})
    assert "SENTRY_DSN" in variables(told, "api")


# NS-12, NS-13


def test_a_firewall_stands_before_all_of_it() -> None:
    stack = stack_of(AWS)
    acl = stack.named("edge-acl")
    assert stack.named("edge-distribution").inputs["webAclId"] == acl.outputs["arn"]
    groups = [it for it in acl.inputs["rules"] if "managedRuleGroupStatement" in it["statement"]]
    assert groups


def test_guardduty_and_security_hub_watch_each_region_of_production() -> None:
    for phase, places in {"1": ["aws"], "3": ["aws", "eu"]}.items():
        stack = stack_of(AWS, phase)
        for token, role in {"guardduty/detector:Detector": "detector", "securityhub/account:Account": "hub"}.items():
            assert [it.name for it in stack.of_type(f"aws:{token}")] == [f"{it}-detection-{role}" for it in places]
    assert not stack_of(STAGING).of_type("aws:guardduty/detector:Detector")


@pytest.mark.parametrize("name", [LOCAL, GCP, AWS])
def test_limits_are_those_of_the_seed_by_address_and_path(name: str) -> None:
    routes = asked(stack_of(name), "gateway").routes
    held = {path: [(it.requests, it.per, it.by) for it in route.limits] for path, route in routes.items()}
    login = (10, "10m", "address") if name == AWS else (5, "15m", "address")
    assert held == {
        "/api/auth/login": [login],
        "/api/jobs*": [(30, "1m", "address")],
        "/api/messages*": [(20, "1m", "address")],
        "/api/*": [(100, "1m", "address")],
        "/api/public/*": [],
    }


@pytest.mark.parametrize(("name", "is_said"), [(LOCAL, False), (GCP, False), (AWS, True)])
def test_an_edge_that_cannot_count_five_logins_in_fifteen_minutes_says_what_it_counts(
    name: str, *, is_said: bool
) -> None:
    said = [line for line in stack_of(name).warnings if "limits: /api/auth/login" in line]
    assert said == (
        ["limits: /api/auth/login: the edge holds 10 in 10m in place of 5 in 15m, as the stack says."]
        if is_said
        else []
    )


# NS-14, NS-15


@pytest.mark.parametrize("name", [AWS, GCP, LOCAL])
def test_it_is_asked_for_from_outside_copied_and_restored_within_the_seeds_four_hours(name: str) -> None:
    stack = stack_of(name)
    assert {it.path for it in asked(stack, "site").checks.values()} == {"/", "/api/health"}
    assert [it.name for it in asked(stack, "backup").of] == ["db", "uploads"]
    assert asked(stack, "backup").schedule == "0 */6 * * *"
    assert asked(stack, "drill").rto == "4h"


def test_production_is_held_to_the_seeds_budget_and_says_what_is_bought_elsewhere() -> None:
    stack = stack_of(AWS)
    assert asked(stack, "budget").monthly == 1219
    bought = {asked(stack, it.name).vendor for it in stack.components if it.type == "infra-kit:index:ExternalService"}
    assert bought == {"Sentry", "AWS", "a registrar"}
    assert not {"budget", "errors"} & {it.name for it in stack_of(STAGING).components}


def test_its_way_to_google_cloud_is_planned_by_the_stack_that_stands_there() -> None:
    found = transition(plan(PROJECT, AWS), plan(PROJECT, GCP))
    assert found.beside == AWS
    assert {it.way.how for it in found.moves if it.component == "db"} == {How.DUAL_RUN}
