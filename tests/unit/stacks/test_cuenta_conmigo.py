"""What seeds/003 asks of Cuenta Conmigo, in its stacks as they are configured."""

from __future__ import annotations

import json
from typing import Any

import pytest

from infra_kit.alert_presets import SCALING
from infra_kit.durations import seconds
from infra_kit.planning.costs import cost
from infra_kit.planning.programs import plan
from infra_kit.testing import Recording
from stacks.cuenta_conmigo.services import PATHS
from tests.unit.stacks.recorded import PROJECT, stack_of

VPS, AWS, LOCAL = "cuenta-conmigo-production", "cuenta-conmigo-aws-production", "cuenta-conmigo-development"
ALARM = "aws:cloudwatch/metricAlarm:MetricAlarm"
LATER = ["2", "3", "4"]
"""The phases on aws."""


def names(stack: Recording, kind: str) -> set[str]:
    return {it.name for it in stack.of_type(f"infra-kit:index:{kind}")}


def containers(stack: Recording) -> dict[str, Any]:
    return {it.name: it.inputs for it in stack.of_type("docker:index/container:Container")}


def alarms(stack: Recording, rule: str) -> dict[str, Any]:
    """By what is watched."""
    begins = f"alerts-{rule}."
    return {it.name.removeprefix(begins): it.inputs for it in stack.of_type(ALARM) if it.name.startswith(begins)}


def streams(stack: Recording, bus: str = "events") -> dict[str, Any]:
    """Of a bus on aws, as NATS is asked for them."""
    found: dict[str, Any] = json.loads(stack.named(f"{bus}-setup-run").inputs["input"])["streams"]
    return found


def test_phase_0_is_a_database_files_and_one_program_on_a_host_that_the_seed_pays_for() -> None:
    stack = stack_of(VPS, "0")
    assert {"db-server", "files-server", "app-instance-1", "gateway-server"} <= containers(stack).keys()
    assert "app-instance-2" not in containers(stack)
    assert names(stack, "Redis") == set()
    bill = cost(plan(PROJECT, VPS, ["infra-kit:phase=0"]))
    assert bill.total <= 50
    assert "cx33" in str(bill), "a host of 8 GB: one of 4 has no room"


def test_phase_1_has_two_backends_a_replica_a_pooler_and_a_cache_of_a_gigabyte() -> None:
    made = containers(stack_of(VPS, "1"))
    assert {"app-instance-1", "app-instance-2", "db-server", "db-replica-1", "db-pooler", "edge-cache"} <= made.keys()
    assert f"maxmemory {1024**3}" in json.dumps(made["cache-server-files"])
    assert cost(plan(PROJECT, VPS, ["infra-kit:phase=1"])).total <= 120


def test_phase_1_counts_statements_and_keeps_a_week_of_copies() -> None:
    text = json.dumps([it for name, it in containers(stack_of(VPS, "1")).items() if name.startswith("db-")])
    assert "pg_stat_statements" in text
    assert "repo1-retention-full=7" in text


@pytest.mark.parametrize("phase", LATER)
def test_files_and_the_frontend_are_kept_for_an_hour_by_the_cdn(phase: str) -> None:
    stack = stack_of(AWS, phase)
    assert stack.named("edge-cache-1h").inputs["defaultTtl"] == 3600
    (distribution,) = stack.of_type("aws:cloudfront/distribution:Distribution")
    assert {it["pathPattern"] for it in distribution.inputs["orderedCacheBehaviors"]} == {"/files/*", "/static/*"}
    assert distribution.inputs["aliases"] == ["static.cuentaconmigo.example"]


def test_phase_2_goes_from_two_to_ten_instances_by_cpu_and_requests() -> None:
    stack = stack_of(AWS, "2")
    target = stack.named("app-scaling").inputs
    assert (target["minCapacity"], target["maxCapacity"]) == (2, 10)
    values = {
        key: stack.named(f"app-scaling-{key}").inputs["targetTrackingScalingPolicyConfiguration"]["targetValue"]
        for key in ("cpu", "requests")
    }
    assert values == {"cpu": 70, "requests": 1000}


@pytest.mark.parametrize("phase", LATER)
def test_there_is_a_writer_with_a_standby_two_readers_a_pool_and_performance_insights(phase: str) -> None:
    stack = stack_of(AWS, phase)
    writer = stack.named("db-server").inputs
    readers = [stack.named(f"db-replica-{number}").inputs for number in (1, 2)]
    assert writer["multiAz"]
    assert all(it["performanceInsightsEnabled"] for it in (writer, *readers))
    assert stack.named("db-pooler").type == "aws:rds/proxy:Proxy"


@pytest.mark.parametrize("phase", LATER)
def test_there_are_three_nodes_of_cache_of_which_any_may_fail(phase: str) -> None:
    cache = stack_of(AWS, phase).named("cache-server").inputs
    assert (cache["numCacheClusters"], cache["automaticFailoverEnabled"], cache["multiAzEnabled"]) == (3, True, True)


@pytest.mark.parametrize("phase", LATER)
def test_it_stands_behind_a_load_balancer_with_a_firewall_that_counts_by_address(phase: str) -> None:
    stack = stack_of(AWS, phase)
    assert stack.named("gateway-balancer").inputs["loadBalancerType"] == "application"
    first = stack.named("gateway-acl").inputs["rules"][0]["statement"]["rateBasedStatement"]
    assert (first["aggregateKeyType"], first["limit"], first["evaluationWindowSec"]) == ("IP", 1000, 300)


@pytest.mark.parametrize("phase", LATER)
def test_what_can_wait_is_worked_off_by_a_queue(phase: str) -> None:
    stack = stack_of(AWS, phase)
    assert streams(stack)["NOTIFICATIONS"]["max_age"] == 7 * 86_400 * 10**9
    here = stack_of(LOCAL, phase)
    assert here.named("events-server").inputs["streams"]["NOTIFICATIONS"]["retention"] == "7d"
    assert "mailer" in names(stack, "Worker") & names(here, "Worker")


@pytest.mark.parametrize("phase", LATER)
def test_requests_are_traced_to_x_ray(phase: str) -> None:
    made = stack_of(AWS, phase).resources
    traced = [it.name for it in made if "xray:PutTraceSegments" in str(it.inputs.get("policy", ""))]
    services = {"app", *(PATHS if phase != "2" else ())}
    assert {f"{name}-role-rights" for name in services} <= set(traced)


@pytest.mark.parametrize("rule", SCALING)
@pytest.mark.parametrize("phase", LATER)
def test_alerts_have_the_bounds_of_the_seed(phase: str, rule: str) -> None:
    found, bound = alarms(stack_of(AWS, phase), rule), SCALING[rule]
    assert found
    for it in found.values():
        lasts = it["evaluationPeriods"] * it["metricQueries"][0]["metric"]["period"]
        assert (it["threshold"], lasts) == (bound.above, seconds(bound.lasting))


def test_the_bounds_are_those_of_the_seed() -> None:
    told = {rule.signal: (rule.above, rule.lasting) for rule in SCALING.values()}
    assert told == {
        "cpu": (80, "5m"), "memory": (85, "10m"), "errors": (1, "5m"), "latency": (2, "1m"), "connections": (80, "5m"),
    }  # fmt: skip


@pytest.mark.parametrize("phase", LATER)
def test_the_bus_is_nats_as_in_development_with_a_copy_of_each_event_in_three_zones(phase: str) -> None:
    stack = stack_of(AWS, phase)
    assert not stack.of_type("aws:cloudwatch/eventBus:EventBus")
    assert {it["num_replicas"] for it in streams(stack).values()} == {3}
    there = [f"events-server-{zone}" for zone in "abc"]
    away = [] if phase == "2" else [f"events-second-server-{zone}" for zone in "abc"]
    assert {it.name for it in stack.of_type("aws:ec2/instance:Instance")} == {*there, *away}
    assert len(stack.of_type("aws:ec2/vpc:Vpc")) == (1 if phase == "2" else 2)


@pytest.mark.parametrize("phase", LATER)
def test_a_bus_whose_machine_is_down_is_heard_of_and_a_disk_of_the_database_that_fills(phase: str) -> None:
    stack = stack_of(AWS, phase)
    assert {f"events.{zone}" for zone in "abc"} <= alarms(stack, "down").keys()
    for rule in ("disk", "disk-full-soon"):
        assert "db" in alarms(stack, rule)


@pytest.mark.parametrize("phase", LATER)
def test_alerts_are_told_by_mail_and_by_sms(phase: str) -> None:
    told = stack_of(AWS, phase).of_type("aws:sns/topicSubscription:TopicSubscription")
    assert {it.inputs["protocol"] for it in told} == {"email", "sms"}


def test_on_the_vps_the_same_bounds_are_watched_and_told_by_mail() -> None:
    made = containers(stack_of(VPS, "1"))
    told = json.dumps(made["alerts-manager-files"])
    assert "ops@cuentaconmigo.example" in told
    rules = str(stack_of(VPS, "1").named("alerts-rules").inputs)
    bounds = {"cpu > 80 % for 5m", "memory > 85 % for 10m", "errors > 1 % for 5m", "latency > 2 s for 1m",
              "connections > 80 % for 5m", "disk > 90 % for 5m"}  # fmt: skip
    assert {it for it in bounds if it in rules} == bounds


@pytest.mark.parametrize("phase", LATER)
def test_what_is_measured_is_on_one_page(phase: str) -> None:
    body = json.loads(stack_of(AWS, phase).named("board-board").inputs["dashboardBody"])
    headings = {it["properties"]["markdown"] for it in body["widgets"] if it["type"] == "text"}
    assert {"## Traffic", "## Errors", "## Latency", "## Database", "## Cache"} <= headings


@pytest.mark.parametrize("phase", LATER)
def test_data_is_copied_every_six_hours_into_two_regions_and_restored_each_month(phase: str) -> None:
    stack = stack_of(AWS, phase)
    rule = stack.named("backup-plan").inputs["rules"][0]
    assert (rule["schedule"], len(rule["copyActions"])) == ("cron(0 0/6 * * ? *)", 1)
    assert stack.named("backup-far-vault").inputs["region"] == "eu-west-1"
    if phase != "2":
        assert stack.named("backup-second-plan").inputs["rules"][0]["copyActions"]
        assert stack.named("backup-second-far-vault").inputs["region"] == "us-east-1"
    assert stack.named("drill-plan").inputs["scheduleExpression"] == "cron(0 5 1 * ? *)"
    assert stack.named("db-server").inputs["backupRetentionPeriod"] == 14


@pytest.mark.parametrize("phase", ["0", "1"])
def test_on_the_vps_data_is_copied_every_six_hours_away_from_the_host(phase: str) -> None:
    made = containers(stack_of(VPS, phase))
    assert "0 */6 * * *" in json.dumps(made["backup-db-backup"])
    assert "cuenta-conmigo-copies" in json.dumps(made["backup-db-archive-files"])


@pytest.mark.parametrize("phase", LATER)
def test_a_release_of_the_frontend_is_a_version_of_its_objects(phase: str) -> None:
    versioned = stack_of(AWS, phase).named("static-bucket-versioning").inputs
    assert versioned["versioningConfiguration"]["status"] == "Enabled"


@pytest.mark.parametrize("phase", LATER)
def test_here_a_version_is_tried_before_it_takes_over(phase: str) -> None:
    server = stack_of(LOCAL, phase).named("app-server").inputs
    assert server["release"]["strategy"] == "blue-green"
    assert server["release"]["smoke_tests"] == ["/health"]


def test_phase_3_has_the_api_five_times_and_seven_services_by_their_paths() -> None:
    stack = stack_of(AWS, "3")
    assert stack.named("app-scaling").inputs["minCapacity"] == 5
    assert {"app", *PATHS} <= names(stack, "Service")
    routes = [it for it in stack.of_type("aws:lb/listenerRule:ListenerRule") if it.name.startswith("gateway-route")]
    paths = {value for it in routes for when in it.inputs["conditions"] for value in when["pathPattern"]["values"]}
    assert set(PATHS.values()) <= paths


@pytest.mark.parametrize("phase", ["3", "4"])
def test_from_phase_3_on_a_second_region_has_all_that_home_has(phase: str) -> None:
    stack = stack_of(AWS, phase)
    for kind in ("Postgres", "Redis", "EventBus", "ObjectStore", "Gateway", "Service", "Worker", "Alerts", "Backup"):
        here = {it for it in names(stack, kind) if not it.endswith("-second")}
        assert {f"{it}-second" for it in here} - {"static-second", "copies-second"} <= names(stack, kind), kind
    there = stack.named("db-second-server")
    assert "::second-provider::" in (there.options.provider or "")
    assert stack.named("second-provider").inputs["region"] == "eu-west-1"


@pytest.mark.parametrize("phase", ["3", "4"])
def test_names_lead_to_the_second_region_while_home_does_not_answer(phase: str) -> None:
    stack = stack_of(AWS, phase)
    name = "zone-a-app.cuentaconmigo.example"
    first, other = stack.named(name).inputs, stack.named(f"{name}-secondary").inputs
    assert (first["failoverRoutingPolicies"], other["failoverRoutingPolicies"]) == (
        [{"type": "PRIMARY"}], [{"type": "SECONDARY"}],
    )  # fmt: skip
    assert first["healthCheckId"]
    assert stack.named("zone-check-app.cuentaconmigo.example").inputs["resourcePath"] == "/health"
    balancers = [stack.named(f"{it}-balancer").outputs["dnsName"] for it in ("gateway", "gateway-second")]
    assert [it["aliases"][0]["name"] for it in (first, other)] == balancers
    standing_by = {it.name for it in stack.of_type(ALARM) if it.name.startswith("alerts-second-no-instances.")}
    assert {"alerts-second-no-instances.app-second", "alerts-second-no-instances.auth-second"} <= standing_by
    assert stack.exports["name_servers"]


def test_phase_4_hears_of_every_deed_and_keeps_it_in_a_lake_that_cools() -> None:
    stack = stack_of(AWS, "4")
    for bus in ("events", "events-second"):
        assert streams(stack, bus)["ACTIVITY"]["max_age"] == 14 * 86_400 * 10**9
    assert {"batch", "batch-second"} <= names(stack, "Worker")
    here = stack_of(LOCAL, "4")
    assert here.named("events-server").inputs["streams"]["ACTIVITY"]["retention"] == "14d"
    assert "batch" in names(here, "Worker")
    (rule,) = (it for it in stack.named("lake-bucket-lifecycle").inputs["rules"] if it["id"] == "old")
    assert rule["transitions"][0]["days"] == 90
    assert rule["transitions"][0]["storageClass"].startswith("GLACIER")


def test_phase_4_counts_what_is_bought_elsewhere() -> None:
    assert names(stack_of(AWS, "4"), "ExternalService") == {"edge-security", "learning"}


BUDGETS = {"2": 450, "3": 1500, "4": 8000}


@pytest.mark.parametrize("phase", LATER)
def test_a_phase_has_the_budget_of_the_seed_and_somebody_is_told(phase: str) -> None:
    budget = stack_of(AWS, phase).named("budget-budget").inputs
    assert float(budget["limitAmount"]) == BUDGETS[phase]
    assert {it for each in budget["notifications"] for it in each["subscriberEmailAddresses"]} == {
        "ops@cuentaconmigo.example"
    }
