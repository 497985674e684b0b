"""What the seed of Viña Santa Cruz asks (seeds/001, VS-1 to VS-16), in its stacks as they are configured."""

from __future__ import annotations

import pytest

from infra_kit.engine.stack import is_on
from infra_kit.errors import ConfigError
from infra_kit.testing.plugin import Infra
from tests.unit.stacks.recorded import PROJECT, configuration, deploy, phases_of, stack_of
from tests.unit.stacks.vina_santa_cruz import (
    DEVELOPMENT,
    PREVIEW,
    PRODUCTION,
    STAGING,
    asked,
    components,
    container,
    variables,
)  # fmt: skip

PHASES = pytest.mark.parametrize("phase", phases_of(PRODUCTION))


@PHASES
def test_visitors_meet_a_firewall_tls_and_the_headers_of_the_seed(phase: str) -> None:
    """VS-1"""
    stack = stack_of(PRODUCTION, phase)
    distribution = stack.named("edge-distribution").inputs
    assert distribution["webAclId"]
    assert distribution["viewerCertificate"]["minimumProtocolVersion"] == "TLSv1.2_2021"
    told = stack.named("edge-headers").inputs
    security = told["securityHeadersConfig"]
    assert security["contentTypeOptions"]["override"]
    assert security["frameOptions"]["frameOption"] == "SAMEORIGIN"
    assert security["xssProtection"] == {"protection": True, "modeBlock": True, "override": True}
    assert security["referrerPolicy"]["referrerPolicy"] == "strict-origin-when-cross-origin"
    assert security["strictTransportSecurity"]["accessControlMaxAgeSec"] == 31_536_000
    own = {it["header"]: it["value"] for it in told["customHeadersConfig"]["items"]}
    assert own == {"Permissions-Policy": "camera=(), microphone=(), geolocation=()"}


def test_caches_and_browsers_keep_what_the_seed_says() -> None:
    """VS-5"""
    routes = stack_of(DEVELOPMENT).named("edge-server").inputs["routes"]
    day, year = 86_400, 365 * 86_400
    assert {path: route["ttl"] for path, route in routes.items()} == {
        "/*": None, "/api/*": None, "/_next/static/*": year, "/images/*": day, "/productos*": 3600,
    }  # fmt: skip
    assert {path: route["cache_control"] for path, route in routes.items() if "cache_control" in route} == {
        "/_next/static/*": "public, max-age=31536000, immutable",
        "/images/*": "public, max-age=86400, stale-while-revalidate=43200",
        "/api/*": "no-store, must-revalidate",
    }


@PHASES
def test_on_aws_too_browsers_are_told_so(phase: str) -> None:
    """VS-5"""
    stack = stack_of(PRODUCTION, phase)
    code = {it.outputs["arn"]: it.inputs["code"] for it in stack.of_type("aws:cloudfront/function:Function")}
    told = {
        behaviour["pathPattern"]: code[it["functionArn"]]
        for behaviour in stack.named("edge-distribution").inputs["orderedCacheBehaviors"]
        for it in behaviour["functionAssociations"]
        if it["eventType"] == "viewer-response"
    }
    assert told.keys() == {"/_next/static/*", "/images/*", "/api/*"}
    assert "'public, max-age=86400, stale-while-revalidate=43200'" in told["/images/*"]


@pytest.mark.parametrize("name", [PREVIEW, STAGING, PRODUCTION])
def test_it_runs_near_sao_paulo(name: str) -> None:
    """VS-2"""
    assert configuration(name, "1")["infra-kit:region"] == "sa-east-1"
    stack = stack_of(name)
    assert "public.ecr.aws" not in container(stack, "shop")["image"]
    assert stack.named("shop-service").inputs["desiredCount"] == 2
    assert stack.named("edge-distribution").inputs["defaultCacheBehavior"]["targetOriginId"] == "gateway:gateway"


@PHASES
def test_the_shop_is_told_of_a_pooled_and_a_direct_database(phase: str) -> None:
    """VS-3"""
    stack = stack_of(PRODUCTION, phase)
    assert stack.exports["pooled_database_url"] != stack.exports["database_url"]
    assert {"DB_URL", "DB_POOLED_URL"} <= {it["name"] for it in container(stack, "shop")["secrets"]}
    assert stack.named("db-server").inputs["engineVersion"] == "15"


@pytest.mark.parametrize(("name", "connections"), [(PRODUCTION, 100), (STAGING, 20)])
def test_the_pooler_has_as_many_connections_as_the_seed_says(name: str, connections: int) -> None:
    """VS-3: of the server's own, as RDS Proxy counts them."""
    assert asked(stack_of(name), "db").pooling.max_connections == connections
    share, larger = (
        stack_of(name, **more).named("db-pooler-limits").inputs["connectionPoolConfig"]["maxConnectionsPercent"]
        for more in ({}, {"vina-santa-cruz:connections": str(connections * 2)})
    )
    assert larger > share
    pool = stack_of(name).named("db-pooler-limits").inputs["connectionPoolConfig"]
    assert pool["connectionBorrowTimeout"] == 30


@PHASES
def test_each_night_is_kept_for_90_days_and_any_moment_of_a_week_can_be_restored(phase: str) -> None:
    """VS-7, VS-4: the database and the images."""
    stack = stack_of(PRODUCTION, phase)
    (rule,) = stack.named("backup-plan").inputs["rules"]
    assert (rule["schedule"], rule["lifecycle"]["deleteAfter"]) == ("cron(0 3 * * ? *)", 90)
    assert len(stack.named("backup-selection").inputs["resources"]) == 2
    assert stack.named("db-server").inputs["backupRetentionPeriod"] == 7
    assert rule["copyActions"]
    assert stack.named("backup-far-vault").inputs["region"] == "us-east-1"


@pytest.mark.parametrize("name", [STAGING, PRODUCTION])
def test_a_copy_is_taken_before_each_deploy(name: str) -> None:
    """VS-7"""
    assert is_on(PROJECT, name, "backup-first")


def test_staging_has_a_database_of_its_own_that_is_copied_each_night() -> None:
    """VS-6"""
    stack = stack_of(STAGING)
    assert stack.named("db-server").type == "aws:rds/instance:Instance"
    (rule,) = stack.named("backup-plan").inputs["rules"]
    assert rule["schedule"] == "cron(0 3 * * ? *)"


@PHASES
def test_a_copy_is_restored_each_month_within_a_quarter_of_an_hour(phase: str) -> None:
    """VS-8"""
    stack = stack_of(PRODUCTION, phase)
    assert stack.named("drill-plan").inputs["scheduleExpression"] == "cron(0 5 1 * ? *)"
    assert asked(stack, "drill").rto == "15m"
    proven = {it.name for it in stack.resources if it.name.startswith("drill-selection")}
    assert proven == {"drill-selection-db", "drill-selection-images"}


@pytest.mark.parametrize(("mode", "access"), [("open", "readwrite"), ("read-only", "read"), ("maintenance", "read")])
def test_in_a_mode_the_shop_is_told_and_writes_rows_only_when_it_is_open(mode: str, access: str) -> None:
    """VS-8"""
    stack = stack_of(DEVELOPMENT, **{"vina-santa-cruz:mode": mode})
    assert stack.named("shop-server").inputs["environment"]["SHOP_MODE"] == mode
    assert stack.named("shop-link-db").inputs["rights"]["access"] == access


def test_an_unknown_mode_is_refused(infra: Infra) -> None:
    config = {**configuration(DEVELOPMENT, "1"), "vina-santa-cruz:mode": "closed"}
    with pytest.raises(ConfigError, match="vina-santa-cruz:mode: given 'closed', allowed: open, read-only, maint"):
        infra(deploy, stack=DEVELOPMENT, config=config)


def test_each_night_it_is_looked_at() -> None:
    """VS-9"""
    stack = stack_of(DEVELOPMENT)
    schedules = {
        it.name: it.inputs.get("schedule") for it in stack.of_type("pulumi-python:dynamic/infra-kit:JobServer")
    }
    assert schedules == {"migrate-server": None, "nightly-checks-server": "0 2 * * *"}
    alarms = {it.name for it in stack_of(PRODUCTION).of_type("aws:cloudwatch/metricAlarm:MetricAlarm")}
    assert {"alerts-certificate.edge", "alerts-backup-age.backup", "alerts-drill-age.drill"} <= alarms


@PHASES
def test_four_pages_are_asked_for_from_outside(phase: str) -> None:
    """VS-10"""
    checks = stack_of(PRODUCTION, phase).of_type("aws:route53/healthCheck:HealthCheck")
    assert {it.inputs["resourcePath"] for it in checks} == {"/", "/api/health", "/productos", "/checkout"}
    assert {it.inputs["fqdn"] for it in checks} == {"app.vinasantacruz.example"}


@PHASES
def test_alerts_are_those_of_the_seed_and_wake_by_sms_at_p0_alone(phase: str) -> None:
    """VS-10, VS-11"""
    stack = stack_of(PRODUCTION, phase, **{"vina-santa-cruz:slack": "https://hooks.slack.example/x"})
    said = {it.inputs["alarmDescription"] for it in stack.of_type("aws:cloudwatch/metricAlarm:MetricAlarm")}
    assert {
        "P0 Cdn edge: errors > 5 % for 5m",
        "P0 Postgres db: uptime < 100 % for 5m",
        "P0 Uptime site, home: uptime < 100 % for 5m",
        "P1 Gateway gateway: latency > 2 s for 10m",
        "P1 Cdn edge: errors > 1 % for 10m",
        "P1 Postgres db: connections > 80 % for 5m",
        "P1 Postgres db: disk > 80 % for 5m",
        "P1 Budget budget: spent > 80 % for 1h",
    } <= said
    told = [it.inputs for it in stack.of_type("aws:sns/topicSubscription:TopicSubscription")]
    assert {each["endpoint"] for each in told if each["protocol"] == "sms"} == {"+56912345678"}
    assert len({each["topic"] for each in told if each["protocol"] == "sms"}) < len({each["topic"] for each in told})


def test_what_is_measured_is_on_two_pages_with_the_bounds_of_the_alerts() -> None:
    """VS-12"""
    stack = stack_of(PRODUCTION)
    assert components(stack, "Dashboard") == ["board", "performance"]
    assert "P1" in stack.named("performance-board").inputs["dashboardBody"]


def test_one_trace_in_ten_is_kept_and_the_team_pays_for_sentry() -> None:
    """VS-12"""
    stack = stack_of(PRODUCTION)
    assert variables(stack, "shop")["OTEL_TRACES_SAMPLER_ARG"] == "0.1"
    assert "errors" in components(stack, "ExternalService")


def test_ten_requests_in_ten_seconds_by_address_are_counted_by_the_edge_or_said_to_be_the_programs() -> None:
    """VS-13"""
    (limit,) = stack_of(DEVELOPMENT).named("gateway-server").inputs["routes"]["/api/*"]["limits"]
    assert (limit["by"], limit["requests"], limit["per"]) == ("address", 10, 10)
    said = "limits: /api/*: the edge holds 60 in 1m in place of 10 in 10s, as the stack says."
    assert said in stack_of(PRODUCTION).warnings
    assert "CACHE_URL" in {it["name"] for it in container(stack_of(PRODUCTION), "shop")["secrets"]}


def test_its_own_secret_is_another_every_90_days_and_those_it_is_given_are_kept() -> None:
    """VS-14"""
    given = {"vina-santa-cruz:stripe-secret-key": "sk_test"}
    stack = stack_of(DEVELOPMENT, **given)
    assert components(stack, "Secret") == ["nextauth-secret", "stripe-secret-key"]
    assert stack.named("nextauth-secret-file").inputs["rotation"] == "90d"


@PHASES
def test_a_release_is_tried_before_it_takes_over_and_goes_back_by_itself(phase: str) -> None:
    """VS-15"""
    stack = stack_of(PRODUCTION, phase)
    service = stack.named("shop-service").inputs
    assert service["deploymentCircuitBreaker"] == {"enable": True, "rollback": True}
    assert service["deploymentMinimumHealthyPercent"] == 100
    assert asked(stack, "shop").release.smoke_tests
    assert is_on(PROJECT, PRODUCTION, "backup-first")
    assert stack.named("migrate-run").urn in stack.named("shop").options.depends_on


@pytest.mark.parametrize(("phase", "budget", "most"), [("1", 71, None), ("2", 197, 4), ("3", 372, 8)])
def test_a_phase_has_the_budget_of_the_seed_and_room_for_its_users(phase: str, budget: float, most: int | None) -> None:
    """VS-16"""
    stack = stack_of(PRODUCTION, phase)
    assert float(stack.named("budget-budget").inputs["limitAmount"]) == budget
    assert stack.named("shop-service").inputs["desiredCount"] == 2
    grows = stack.of_type("aws:appautoscaling/target:Target")
    assert [it.inputs["maxCapacity"] for it in grows] == ([most] if most else [])
    assert stack.named("db-server").inputs["multiAz"] is (phase == "3")
