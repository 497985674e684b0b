"""What seeds/000 asks of NomadShift, in its stacks as they are configured."""

from __future__ import annotations

import json
from typing import Any

import pytest

from infra_kit.alert_presets import TWO_LEVELS
from infra_kit.errors import UnsupportedFeatureError
from infra_kit.log_classes import BY_CLASS
from infra_kit.testing import Recording
from infra_kit.testing.plugin import Infra
from tests.unit.stacks.recorded import configuration, deploy, stack_of

AWS, STAGING, GCP, LOCAL = (f"nomadshift-{it}" for it in ("production", "staging", "gcp-production", "development"))
PHASES = ("1", "2", "3")


def asked(stack: Recording, name: str) -> Any:
    """What a component is, without what its target lacks."""
    return next(it for it in stack.components if it.name == name).spec


def variables(stack: Recording, service: str) -> set[str]:
    """Those that ECS gives a program, plain and secret."""
    (task,) = (it for it in stack.children(service) if it.type == "aws:ecs/taskDefinition:TaskDefinition")
    (program,) = (it for it in json.loads(task.inputs["containerDefinitions"]) if it["name"] == service)
    return {it["name"] for it in (*program["environment"], *program["secrets"])}


# NS-1


def test_the_application_runs_on_ecs_in_private_subnets_of_a_network_of_its_own() -> None:
    stack = stack_of(AWS)
    (vpc,) = stack.of_type("aws:ec2/vpc:Vpc")
    assert vpc.name == "network-vpc"
    service = stack.named("api-service").inputs
    private = {f"{it.name}-id" for it in stack.of_type("aws:ec2/subnet:Subnet") if "-private-" in it.name}
    assert set(service["networkConfiguration"]["subnets"]) == private
    assert not service["networkConfiguration"].get("assignPublicIp")
    assert service["networkConfiguration"]["securityGroups"]


def test_images_lie_in_the_accounts_own_ecr_by_the_release_that_made_them() -> None:
    stack = stack_of(AWS, **{"infra-kit:release": "3f2c1a9"})
    kept = {it.name for it in stack.of_type("aws:ecr/repository:Repository")}
    assert kept == {f"aws-image-{it}-repository" for it in ("api", "index", "migrate")}
    tasks = stack.of_type("aws:ecs/taskDefinition:TaskDefinition")
    images = {it["image"] for task in tasks for it in json.loads(task.inputs["containerDefinitions"])}
    assert {it.rpartition(":")[2] for it in images if ".dkr.ecr." in it} == {"3f2c1a9"}


def test_what_is_pushed_is_scanned_and_no_tag_is_moved() -> None:
    for it in stack_of(AWS).of_type("aws:ecr/repository:Repository"):
        assert it.inputs["imageScanningConfiguration"] == {"scanOnPush": True}
        assert it.inputs["imageTagMutability"] == "IMMUTABLE"


# NS-2


def test_the_first_phase_has_one_database_and_a_replica_for_reports() -> None:
    stack = stack_of(AWS)
    server, replica = stack.named("db-server").inputs, stack.named("db-replica-1").inputs
    assert (server["instanceClass"], server["multiAz"]) == ("db.t4g.medium", False)
    assert server["backupRetentionPeriod"] == 7
    assert replica["replicateSourceDb"]
    assert "postgis" in asked(stack, "db").extensions
    assert stack.exports["reports_url"] != stack.exports["database_url"]


@pytest.mark.parametrize("name", [AWS, GCP])
def test_the_second_phase_has_a_standby_two_readers_and_a_pooler(name: str) -> None:
    stack = stack_of(name, "2")
    db = asked(stack, "db")
    assert (db.high_availability, db.read_replicas, db.pooling.max_connections) == (True, 2, 1000)
    assert stack.exports["pooled_database_url"] != stack.exports["database_url"]
    assert stack.exports["reports_url"] != stack.exports["database_url"]


def test_the_program_is_told_where_it_writes_where_it_reads_and_the_pooler() -> None:
    assert {"DB_URL", "DB_READER_URL", "DB_POOLED_URL"} <= variables(stack_of(AWS, "2"), "api")


@pytest.mark.parametrize("name", [AWS, STAGING, GCP])
def test_the_third_phase_has_a_database_and_all_that_uses_it_in_each_of_two_regions(name: str) -> None:
    stack = stack_of(name, "3")
    places = {it.name: it.target.region for it in stack.components}
    for part in ("network", "db", "cache", "search", "api", "index", "gateway", "uploads", "backup", "alerts", "logs"):
        assert places[part] != places[f"{part}-eu"], part
    assert {"database_url_eu", "pooled_database_url_eu", "redis_url_eu", "search_url_eu"} <= stack.secret_exports
    assert stack.exports["url"] != stack.exports["url_eu"]


def test_both_regions_can_be_led_to_each_other_and_what_one_program_is_told_the_other_is_told_too() -> None:
    stack = stack_of(AWS, "3")
    ranges = {it.name: it.inputs["cidrBlock"] for it in stack.of_type("aws:ec2/vpc:Vpc")}
    assert ranges == {"network-vpc": "10.0.0.0/16", "network-eu-vpc": "10.1.0.0/16"}
    here, there = variables(stack, "api"), variables(stack, "api-eu")
    alike = {it for it in here if not it.startswith(("SETTINGS_", "OTEL_"))}
    assert alike <= there


@pytest.mark.parametrize("name", [AWS, GCP])
def test_each_region_keeps_a_copy_in_the_other_one(name: str) -> None:
    stack = stack_of(name, "3")
    regions = {it.name: it.target.region for it in stack.components}
    assert asked(stack, "backup").region == regions["db-eu"]
    assert asked(stack, "backup-eu").region == regions["db"]


def test_a_replica_that_lags_by_over_five_seconds_is_told() -> None:
    for number in (1, 2):
        alarm = stack_of(AWS, "2").named(f"alerts-replica-lag.db.replica-{number}").inputs
        assert (alarm["threshold"], alarm["comparisonOperator"]) == (5, "GreaterThanThreshold")


# NS-3


@pytest.mark.parametrize("name", [AWS, GCP, LOCAL])
def test_the_program_has_a_redis_and_from_the_second_phase_on_one_that_fails_over(name: str) -> None:
    assert asked(stack_of(name), "cache").memory_gb == 1
    assert asked(stack_of(name, "2"), "cache").replicas == 1
    if name == AWS:
        assert stack_of(AWS, "2").named("cache-server").inputs["automaticFailoverEnabled"]
        assert "CACHE_URL" in variables(stack_of(AWS), "api")


# NS-4


def test_postings_are_searched_in_opensearch_and_indexed_every_ten_minutes() -> None:
    stack = stack_of(AWS)
    assert stack.named("search-domain").inputs["engineVersion"].startswith("OpenSearch_2")
    assert {"SEARCH_URL", "DB_URL"} <= variables(stack, "index")
    assert asked(stack, "index").schedule == "*/10 * * * *"
    location = asked(stack, "search").indexes["jobs"].mappings["properties"]["location"]
    assert location == {"type": "geo_point"}


def test_search_has_three_nodes_in_several_zones_from_the_second_phase_on() -> None:
    cluster = stack_of(AWS, "2").named("search-domain").inputs["clusterConfig"]
    assert cluster["instanceCount"] == 3
    assert cluster["zoneAwarenessEnabled"]


def test_where_no_service_speaks_opensearch_it_is_somebody_elses(infra: Infra) -> None:
    assert not stack_of(GCP).children("search")
    own = {**configuration(GCP, "1"), "nomadshift:search-elsewhere": "false"}
    with pytest.raises(UnsupportedFeatureError, match=r"Search\.existing"):
        infra(deploy, stack=GCP, config=own)


@pytest.mark.parametrize("name", [AWS, STAGING, GCP])
def test_people_log_in_by_a_password_google_or_apple(name: str) -> None:
    stack = stack_of(name)
    assert stack.named("accounts-by-google").inputs["providerType"] == "Google"
    assert stack.named("accounts-by-apple").inputs["providerType"] == "SignInWithApple"
    web = stack.named("accounts-client-web").inputs
    assert web["supportedIdentityProviders"] == ["COGNITO", "Google", "SignInWithApple"]
    assert web["callbackUrls"][0].endswith(".nomadshift.example/auth/callback")


def test_on_a_laptop_accounts_are_its_own_and_no_secret_of_google_or_apple_is_there() -> None:
    stack = stack_of(LOCAL)
    assert stack.named("accounts-server").type.endswith(":AuthServer")
    assert (asked(stack, "accounts").google, asked(stack, "accounts").apple) == (None, None)


@pytest.mark.parametrize("phase", PHASES)
def test_mail_is_from_a_domain_that_dns_proves(phase: str) -> None:
    stack = stack_of(AWS, phase)
    assert stack.named("mail-identity").inputs["emailIdentity"] == "nomadshift.example"
    records = {it.name for it in stack.of_type("aws:route53/record:Record")}
    assert {f"zone-dkim-{number}-aws-nomadshift.example" for number in (1, 2, 3)} <= records
    assert "zone-txt-_dmarc.nomadshift.example" in records
    assert {"MAIL_URL", "MAIL_SENDER"} <= variables(stack, "api")


def test_where_the_cloud_sends_no_mail_a_relay_does() -> None:
    stack = stack_of(GCP)
    assert stack.named("mail").outputs["host"] == "smtp.sendgrid.net"
    assert stack.named("mail").outputs["security"] == "starttls"


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


def test_a_deploy_renews_what_is_kept() -> None:
    before, after = (asked(stack_of(AWS, **{"infra-kit:release": it}), "edge").release for it in ("one", "two"))
    assert (before, after) == ("one", "two")


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
    release = asked(stack_of(LOCAL), "api").release
    assert (release.strategy, release.max_error_percent, release.max_failed_checks) == ("blue-green", 5, 3)
    assert any("blue-green is left out" in line for line in stack_of(AWS).warnings)


# NS-9


def test_the_parameters_of_the_seed_are_there_by_their_names() -> None:
    stack = stack_of(AWS)
    kinds = ("aws:ssm/parameter:Parameter", "aws:secretsmanager/secret:Secret")
    names = {it.inputs.get("name") for kind in kinds for it in stack.of_type(kind)}
    wanted = {"database/host", "database/port", "database/name", "oauth/google/client_id", "oauth/apple/client_id"}
    assert {f"/production/{it}" for it in {*wanted, "jwt/secret"}} <= names


# NS-10, NS-11


def test_the_alerts_are_those_of_the_seeds_table_and_both_levels_are_told() -> None:
    rules = asked(stack_of(AWS), "alerts").rules
    for name, rule in TWO_LEVELS.items():
        kept = rules[name]
        assert (kept.signal, kept.above, kept.level) == (rule.signal, rule.above, rule.level)
    alarms = {it.name for it in stack_of(AWS).of_type("aws:cloudwatch/metricAlarm:MetricAlarm")}
    for part in ("latency-critical.gateway", "errors-critical.gateway", "cpu-warning.api", "memory-critical.api"):
        assert f"alerts-{part}" in alarms
    assert "alerts-connections-warning.db.pooler" in {
        it.name for it in stack_of(AWS, "2").of_type("aws:cloudwatch/metricAlarm:MetricAlarm")
    }
    assert not any("nobody is told" in line for line in stack_of(AWS).warnings)


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


def rules(stack: Recording, name: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = stack.named(name).inputs["rules"]
    return found


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
    assert asked(stack, "drill").rto == "4h"


def test_production_is_held_to_the_seeds_budget_and_says_what_is_bought_elsewhere() -> None:
    stack = stack_of(AWS)
    assert asked(stack, "budget").monthly == 1219
    bought = {it.spec.vendor for it in stack.components if it.type == "infra-kit:index:ExternalService"}
    assert bought == {"Sentry", "AWS", "a registrar"}
    assert not {"budget", "errors"} & {it.name for it in stack_of(STAGING).components}
