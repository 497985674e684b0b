"""What seeds/000 asks of NomadShift's network, images, data, accounts and mail (NS-1 to NS-4), in its own stacks."""

from __future__ import annotations

import json

import pytest

from infra_kit.planning.changes import Fate
from tests.unit.stacks.nomadshift import AWS, GCP, LOCAL, PHASES, STAGING, asked, variables
from tests.unit.stacks.recorded import stack_of
from tests.unit.stacks.steps import assert_stopped, assert_told, changes

VENDORS = {
    "nomadshift:search-elsewhere": "true",
    "nomadshift:search-url": "https://nomadshift:recorded@search.example:9200",
}

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
    tasks = stack_of(AWS, **{"infra-kit:release": "3f2c1a9"}).of_type("aws:ecs/taskDefinition:TaskDefinition")
    images = {it["image"] for task in tasks for it in json.loads(task.inputs["containerDefinitions"])}
    kept = "123456789012.dkr.ecr.us-east-1.amazonaws.com/nomadshift/"
    assert {it for it in images if ".dkr.ecr." in it} == {f"{kept}{it}:3f2c1a9" for it in ("api", "index", "migrate")}


def test_what_is_pushed_is_scanned_and_no_tag_is_moved() -> None:
    made = stack_of(AWS, **{"nomadshift:registry": ""}).of_type("aws:ecr/repository:Repository")
    assert {it.name for it in made} == {f"aws-image-{it}-repository" for it in ("api", "index", "migrate")}
    for it in made:
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


@pytest.mark.parametrize(
    ("name", "place", "regions"),
    [(AWS, "region", ["eu-west-1", "us-east-1"]), (GCP, "location", ["europe-west1", "us-east1"])],
)
def test_each_region_keeps_a_copy_in_the_other_one(name: str, place: str, regions: list[str]) -> None:
    stack, parts = stack_of(name, "3"), ("backup", "backup-eu")
    assert [stack.named(f"{it}-far-vault").inputs[place] for it in parts] == regions
    for it in parts:
        if name == AWS:
            first = stack.named(f"{it}-plan").inputs["rules"][0]
            assert (first["schedule"], len(first["copyActions"])) == ("cron(0 0/6 * * ? *)", 1)
        else:
            assert stack.named(f"{it}-every").inputs["schedule"] == "0 */6 * * *"


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


@pytest.mark.parametrize("name", [AWS, GCP])
def test_postings_are_searched_in_opensearch_and_indexed_every_ten_minutes(name: str) -> None:
    stack = stack_of(name)
    assert asked(stack, "search").version == "2"
    assert {"SEARCH_URL", "DB_URL"} <= variables(stack, "index")
    assert asked(stack, "index").schedule == "*/10 * * * *"
    location = asked(stack, "search").indexes["jobs"].mappings["properties"]["location"]
    assert location == {"type": "geo_point"}


def test_search_has_three_nodes_in_several_zones_from_the_second_phase_on() -> None:
    cluster = stack_of(AWS, "2").named("search-domain").inputs["clusterConfig"]
    assert cluster["instanceCount"] == 3
    assert cluster["zoneAwarenessEnabled"]


def test_on_gcp_opensearch_is_one_machine_in_each_region_with_a_snapshot_a_day() -> None:
    stack = stack_of(GCP, "3")
    machines = [it.name for it in stack.of_type("gcp:compute/instance:Instance") if it.name.startswith("search")]
    assert sorted(machines) == ["search-eu-server", "search-server"]
    for part in ("search", "search-eu"):
        schedule = stack.named(f"{part}-snapshots").inputs["snapshotSchedulePolicy"]["schedule"]
        assert schedule["dailySchedule"]["daysInCycle"] == 1
        assert stack.named(f"{part}-disk").options.protect


def test_a_vendors_opensearch_takes_the_place_of_the_machine_by_one_line() -> None:
    stack = stack_of(GCP, "2", **VENDORS)
    assert not stack.children("search")
    assert "search.example" in stack.exports["search_url"]


@pytest.mark.parametrize("phase", ["1", "2"])
def test_what_a_machine_holds_is_not_ended_by_the_line_that_names_a_vendors(phase: str) -> None:
    way = changes(stack_of(GCP, phase), stack_of(GCP, "2", **VENDORS))
    (disk,) = (it for it in way if it.resource.name == "search-disk")
    assert (disk.fate, disk.stopped) == (Fate.FORGOTTEN, True)
    assert_told(way)
    assert_stopped(way)


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
