"""What seeds/004 asks of Zuclubit, in its stacks as they are configured."""

from __future__ import annotations

import json

import pytest

from infra_kit import alert_presets
from infra_kit.errors import ConfigError
from infra_kit.planning.compare import compare
from infra_kit.testing import record, stack_files
from stacks import buses
from stacks.zuclubit import documents, events, services, tenancy
from stacks.zuclubit.events import CONSUMED, STREAMS
from stacks.zuclubit.operations import ISOLATED
from stacks.zuclubit.services import SERVICES
from tests.unit.stacks.recorded import PROJECT, stack_of
from tests.unit.stacks.zuclubit import DEVELOPMENT, PRODUCTION, STAGING, containers, hidden, said

PHASES = ("1", "2", "3")
OFFSITE = {
    "zuclubit:offsite": json.dumps(
        {
            "bucket": "zuclubit-elsewhere",
            "s3_endpoint": "https://storage.googleapis.com",
            "access_key": "GOOG1E",
            "region": "us-central1",
        }
    ),
    "zuclubit:offsite-secret-key": "recorded",
    "zuclubit:backup-key": "recorded",
}


@pytest.mark.parametrize("phase", PHASES)
def test_eight_services_run_as_containers_for_arm_in_as_many_instances_as_the_phase_has(phase: str) -> None:
    stack = stack_of(PRODUCTION, phase)
    assert len(SERVICES) == 8
    for name in SERVICES:
        assert stack.named(f"{name}-task").inputs["runtimePlatform"]["cpuArchitecture"] == "ARM64"
        assert containers(stack, name)[0]["image"].endswith(f".amazonaws.com/zuclubit/{name}:latest")
        assert stack.named(f"{name}-service").inputs["desiredCount"] == int(phase)


def test_the_edge_of_production_has_a_firewall_and_a_cdn_stands_before_proposals() -> None:
    stack = stack_of(PRODUCTION)
    assert stack.of_type("aws:wafv2/webAclAssociation:WebAclAssociation")
    cdn = stack.named("edge-distribution").inputs
    assert [it["pathPattern"] for it in cdn["orderedCacheBehaviors"]] == ["/proposals/*"]


@pytest.mark.parametrize(
    ("phase", "size", "stands_by"),
    [("1", "db.t4g.medium", False), ("2", "db.r7g.large", False), ("3", "db.r7g.2xlarge", True)],
)
def test_the_database_is_a_plain_postgresql_15_that_grows_with_the_phases(
    phase: str, size: str, *, stands_by: bool
) -> None:
    stack = stack_of(PRODUCTION, phase)
    server = stack.named("db-server").inputs
    assert (server["engine"], server["engineVersion"].partition(".")[0]) == ("postgres", "15")
    assert (server["instanceClass"], server.get("multiAz", False)) == (size, stands_by)
    assert server["backupRetentionPeriod"] == 7
    assert not [it for it in stack.resources if "aurora" in str(it.inputs.get("engine", ""))]


@pytest.mark.parametrize(("phase", "replicas"), [("1", 0), ("2", 1), ("3", 2)])
def test_from_the_second_phase_on_there_are_a_pool_and_replicas_for_analytics(phase: str, replicas: int) -> None:
    stack = stack_of(PRODUCTION, phase)
    assert (
        len([it for it in stack.of_type("aws:rds/instance:Instance") if "replicateSourceDb" in it.inputs]) == replicas
    )
    assert bool(stack.of_type("aws:rds/proxy:Proxy")) == (replicas > 0)


def test_the_cache_grows_with_the_phases_and_fails_over_in_the_third() -> None:
    servers = [stack_of(PRODUCTION, phase).named("cache-server").inputs for phase in PHASES]
    assert [it["nodeType"] for it in servers] == ["cache.t4g.micro", "cache.t4g.small", "cache.m7g.large"]
    assert [bool(it.get("automaticFailoverEnabled")) for it in servers] == [False, False, True]


@pytest.mark.parametrize("name", [DEVELOPMENT, STAGING, PRODUCTION])
def test_migrations_end_by_keeping_tenants_apart(name: str) -> None:
    stack = stack_of(name)
    local = name == DEVELOPMENT
    variables = stack.named("migrate-server").inputs["environment"] if local else said(stack, "migrate")
    assert variables["TENANCY_SQL"] == tenancy.SQL


@pytest.mark.parametrize("name", [DEVELOPMENT, PRODUCTION])
def test_a_drill_asks_whether_what_is_restored_keeps_tenants_apart(name: str) -> None:
    drills = stack_of(name).of_type("infra-kit:index:RestoreDrill")
    assert [it.name for it in drills] == ["drill"]
    whole = json.dumps([it.inputs for it in stack_of(name).resources if it.name.startswith("drill-")], default=str)
    assert ISOLATED.sql in whole


def test_copies_are_kept_in_another_region_too() -> None:
    stack = stack_of(PRODUCTION)
    assert stack.named("backup-plan").inputs["rules"][0]["copyActions"]
    assert stack.named("backup-far-vault").inputs["region"] == "us-west-2"


def test_documents_expire_by_their_own_date_with_the_indexes_of_the_seed() -> None:
    made = stack_of(DEVELOPMENT).named("docs-server").inputs["collections"]
    assert {name: len(it["indexes"]) for name, it in made.items()} == {
        "activity_logs": 3, "whatsapp_messages": 3, "ai_processing_queue": 3, "user_sessions": 2,
        "real_time_metrics": 2,
    }  # fmt: skip
    assert {(it["ttl"]["field"], it["ttl"]["seconds"]) for it in made.values()} == {("expires_at", 0)}
    unique = {name: it["keys"] for name, each in made.items() for it in each["indexes"] if it["unique"]}
    assert unique == {"whatsapp_messages": [["message_id", 1]], "user_sessions": [["session_id", 1]]}
    assert documents.KEPT_DAYS == {
        "activity_logs": 90, "whatsapp_messages": 90, "ai_processing_queue": 7, "real_time_metrics": 30,
    }  # fmt: skip


def test_services_are_told_how_long_a_document_is_kept() -> None:
    told = {name: said(stack_of(PRODUCTION), name).get("DOCUMENTS_KEPT_DAYS") for name in SERVICES}
    assert {name for name, it in told.items() if it} == services.DOCUMENTED
    assert json.loads(told["ai"] or "") == documents.KEPT_DAYS


@pytest.mark.parametrize("name", [STAGING, PRODUCTION])
def test_documents_are_bought_at_atlas_and_migrations_make_its_indexes(name: str) -> None:
    stack = stack_of(name)
    assert not stack.of_type("aws:docdb/cluster:Cluster")
    made = json.loads(said(stack, "migrate")["DOCUMENT_INDEXES"])
    local = stack_of(DEVELOPMENT).named("docs-server").inputs["collections"]
    assert made.keys() == local.keys()
    for collection, indexes in made.items():
        *own, expiring = indexes
        assert expiring == {"name": "expires_at", "key": {"expires_at": 1}, "expireAfterSeconds": 0}
        assert [[list(it) for it in each["key"].items()] for each in own] == [
            it["keys"] for it in local[collection]["indexes"]
        ]
    assert "DOCS_URL" in hidden(stack, "migrate")


def test_documents_of_the_targets_own_are_on_alerts_and_boards_and_that_nothing_copies_them_is_said() -> None:
    stack = stack_of(DEVELOPMENT)
    assert {"down", "near-limits", "near-connections"} <= {
        it["name"] for it in stack.named("alerts-server").inputs["rules"] if it["component"] == "docs"
    }
    assert stack.named("engineering-server").inputs["shown"]["docs"]["kind"] == "document_store"
    assert "docs" not in json.dumps(stack.named("backup-server").inputs["of"])
    assert any("backup-of:document_store is left out" in line for line in stack.warnings)


def test_what_is_about_to_expire_goes_to_the_bucket_each_night_and_there_to_the_archive() -> None:
    job = stack_of(DEVELOPMENT).named("archive-server").inputs
    assert (job["schedule"], job["environment"]["FILES_PREFIX"]) == ("0 4 * * *", "documents/")
    assert job["environment"]["COLLECTIONS"].split(",") == sorted(documents.KEPT_DAYS)
    rules = stack_of(PRODUCTION).named("files-bucket-lifecycle").inputs["rules"]
    archived = [it for it in rules if it.get("transitions")]
    assert [it["filter"]["prefix"] for it in archived] == ["documents/"]


def test_each_stream_keeps_what_the_tax_office_and_the_seed_want() -> None:
    streams = stack_of(DEVELOPMENT).named("events-server").inputs["streams"]
    assert {name: (it["subjects"], it["retention"]) for name, it in streams.items()} == {
        "LEAD_EVENTS": (["lead.*"], "7d"),
        "PROPOSAL_EVENTS": (["proposal.*"], "30d"),
        "CFDI_EVENTS": (["cfdi.*"], "5y"),
        "WHATSAPP_EVENTS": (["whatsapp.*"], "90d"),
        "AI_EVENTS": (["ai.*"], "7d"),
    }
    assert streams.keys() == STREAMS.keys()
    consumers = stack_of(DEVELOPMENT).named("events-server").inputs["consumers"]
    assert {name for names in CONSUMED.values() for name in names} == consumers.keys()


def test_invoices_are_locked_for_five_years_and_archived_after_one() -> None:
    stack = stack_of(PRODUCTION)
    lock = stack.named("invoices-bucket-lock").inputs["rule"]["defaultRetention"]
    assert (lock["mode"], lock["days"]) == ("COMPLIANCE", 5 * 365)
    (archived,) = (it for it in stack.named("invoices-bucket-lifecycle").inputs["rules"] if it.get("transitions"))
    assert [(it["days"], it["storageClass"][:7]) for it in archived["transitions"]] == [(365, "GLACIER")]


@pytest.mark.parametrize("name", [STAGING, PRODUCTION])
def test_its_names_and_their_proofs_are_in_a_zone_of_the_stack(name: str) -> None:
    stack = stack_of(name)
    assert stack.exports["name_servers"]
    assert stack.of_type("aws:route53/record:Record")


def test_what_the_seed_buys_is_bought_and_the_lock_in_of_its_ai_is_accepted() -> None:
    stack = stack_of(PRODUCTION)
    bought = {it.name for it in stack.of_type("infra-kit:index:ExternalService")}
    assert bought == {"documents", "learning", "stamps", "whatsapp"}
    accepted = stack_files.read(PRODUCTION, services.API).config["infra-kit:accepted-lock-in"]
    assert accepted.keys() == {"learning"}


@pytest.mark.parametrize(("phase", "monthly"), [("1", 397), ("2", 1314), ("3", 5399)])
def test_a_phase_has_the_budget_of_its_seed(phase: str, monthly: float) -> None:
    (made,) = stack_of(PRODUCTION, phase).of_type("aws:budgets/budget:Budget")
    assert float(made.inputs["limitAmount"]) == monthly


def test_alerts_are_those_of_the_seed_and_each_level_is_told() -> None:
    local = stack_of(DEVELOPMENT).named("alerts-server").inputs["rules"]
    assert {it["name"] if isinstance(it, dict) else it for it in local} == set(alert_presets.PLATFORM) - {"cost"}
    stack = stack_of(PRODUCTION)
    alarms = {
        it.name.removeprefix("alerts-").partition(".")[0]
        for it in stack.of_type("aws:cloudwatch/metricAlarm:MetricAlarm")
        if it.name.startswith("alerts-")
    }
    assert {*alert_presets.PLATFORM, "bounces", "complaints"} <= alarms
    assert {"alerts-p0", "alerts-p2"} == {it.name for it in stack.of_type("aws:sns/topic:Topic") if "alerts" in it.name}
    assert {it.inputs["protocol"] for it in stack.of_type("aws:sns/topicSubscription:TopicSubscription")} == {
        "email", "sms",
    }  # fmt: skip


@pytest.mark.parametrize("name", [DEVELOPMENT, PRODUCTION])
def test_there_is_a_board_for_each_of_the_seeds_readers(name: str) -> None:
    boards = {it.name for it in stack_of(name).of_type("infra-kit:index:Dashboard")}
    assert boards == {"executive", "engineering", "sales"}


def test_requests_are_traced_and_lines_are_kept_by_class() -> None:
    stack = stack_of(PRODUCTION)
    for name in SERVICES:
        assert said(stack, name)["OTEL_SERVICE_NAME"] == name
    shipped = {it.name for it in stack.of_type("aws:cloudwatch/logSubscriptionFilter:LogSubscriptionFilter")}
    for name in (*SERVICES, "auth"):
        assert any(name in it for it in shipped), name


def test_a_release_is_smoke_tested_and_taken_back_by_its_errors() -> None:
    local = stack_of(DEVELOPMENT).named("lead-server").inputs["release"]
    assert (local["strategy"], local["smoke_tests"], local["max_error_percent"]) == ("blue-green", ["/health"], 1)
    rolled = stack_of(PRODUCTION).named("lead-service").inputs
    assert rolled["deploymentCircuitBreaker"] == {"enable": True, "rollback": True}
    assert rolled["alarms"]["rollback"]


def test_in_the_third_phase_another_cloud_gets_a_dump_each_night() -> None:
    stack = stack_of(PRODUCTION, "3", **OFFSITE)
    told = said(stack, "dump")
    assert (told["OFFSITE_BUCKET"], told["OFFSITE_ENDPOINT"]) == (
        "zuclubit-elsewhere", "https://storage.googleapis.com",
    )  # fmt: skip
    assert {"DB_URL", "OFFSITE_SECRET_KEY"} <= hidden(stack, "dump")
    assert stack.named("dump-schedule").inputs["scheduleExpression"] == "cron(0 3 * * ? *)"
    assert not [it for it in stack_of(PRODUCTION, "3").resources if it.name == "dump"]


def test_what_is_paid_for_carries_what_it_is_a_part_of() -> None:
    server = stack_of(PRODUCTION).named("db-server").inputs["tags"]
    assert {"app": "zuclubit", "environment": "production", "component": "db"}.items() <= server.items()


@pytest.mark.parametrize("phase", PHASES)
@pytest.mark.parametrize("name", [STAGING, PRODUCTION])
def test_the_bus_is_nats_in_production_too_with_a_copy_of_each_event_in_three_zones(name: str, phase: str) -> None:
    stack = stack_of(name, phase, **OFFSITE)
    assert not stack.of_type("aws:cloudwatch/eventBus:EventBus")
    assert [it.name for it in stack.of_type("aws:ec2/instance:Instance")] == [f"events-server-{it}" for it in "abc"]
    disks = {it.name: it.options.retain_on_delete for it in stack.of_type("aws:ebs/volume:Volume")}
    assert disks == {f"events-volume-{it}": True for it in "abc"}
    asked = json.loads(stack.named("events-setup-run").inputs["input"])["streams"]
    assert {asked[it]["num_replicas"] for it in STREAMS} == {3}
    assert len(stack.of_type("aws:ec2/vpc:Vpc")) == 1
    assert {"EVENTS_URL", "EVENTS_PASSWORD"} <= hidden(stack, "lead")


@pytest.mark.parametrize("copies", ["0", "2", "4"])
def test_as_many_servers_as_have_no_majority_when_one_is_away_are_refused(copies: str) -> None:
    config = {"infra-kit:system": "zuclubit", "zuclubit:replicas": copies}
    with pytest.raises(ConfigError, match=rf"zuclubit:replicas: given {copies}; 1, 3 or 5 are allowed"):
        record(buses.network, project="infra-kit", config=config)


def test_the_whole_product_is_planned_on_google_cloud_too() -> None:
    places = ["infra-kit:target=aws", "infra-kit:target=gcp"]
    beside = ['zuclubit:architectures=["amd64"]', 'zuclubit:static-domains=["static.zuclubit.example"]']
    aws, gcp = compare(PROJECT, PRODUCTION, [*places, *beside])
    assert (aws.problem, gcp.problem) == ("", "")
    assert gcp.resources > 500


def test_the_bus_is_nats_on_gcp_too_and_keeps_what_the_tax_office_wants() -> None:
    gcp = {"infra-kit:target": "gcp", "infra-kit:region": "us-central1", "infra-kit:environment": "production"}
    config = {**gcp, "infra-kit:system": "zuclubit", "zuclubit:replicas": "3"}
    made = record(lambda: events.bus(buses.network()), project="infra-kit", config=config)
    assert [it.name for it in made.of_type("gcp:compute/instance:Instance")] == [f"events-server-{it}" for it in "abc"]
    assert all(it.options.protect for it in made.of_type("gcp:compute/disk:Disk"))
    (container,) = made.named("events-settled").inputs["template"]["template"]["containers"]
    asked = json.loads(container["args"][0])["streams"]
    days = {name: asked[name]["max_age"] / 86_400 / 10**9 for name in STREAMS}
    assert days == {
        "LEAD_EVENTS": 7, "PROPOSAL_EVENTS": 30, "CFDI_EVENTS": 5 * 365, "WHATSAPP_EVENTS": 90, "AI_EVENTS": 7,
    }  # fmt: skip
    assert {asked[stream]["num_replicas"] for stream in STREAMS} == {3}
    assert made.warnings == ()
