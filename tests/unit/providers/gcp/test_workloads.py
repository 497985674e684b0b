"""What services, workers and jobs share: who they run as, what they are told, where they connect to."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from infra_kit import Network, Postgres, Redis, Secret, Service, Sidecar
from infra_kit.errors import SpecError
from infra_kit.testing import Recording
from tests.unit.providers.gcp.workloads import GCP, IMAGE, PRODUCTION, container, of, service, template, variables

FIREWALL = "gcp:compute/firewall:Firewall"
ACCESSOR = "gcp:secretmanager/secretIamMember:SecretIamMember"


def test_it_runs_as_an_account_of_its_own() -> None:
    assert template(service())["serviceAccount"] == "api-c0c0c0@recorded-project.iam.gserviceaccount.com"


def test_all_that_it_sends_goes_through_the_network() -> None:
    access = template(service())["vpcAccess"]
    (interface,) = access["networkInterfaces"]
    assert access["egress"] == "ALL_TRAFFIC"
    assert interface == {
        "network": "gcp-network-vpc-id",
        "subnetwork": "gcp-network-subnetwork-id",
        "tags": ["api-c0c0c0"],
    }


def test_in_the_network_it_reaches_what_it_is_linked_to_on_its_port_and_nothing_else() -> None:
    def program() -> None:
        db, cache = Postgres("db", read_replicas=1), Redis("cache")
        Redis("other")
        Service("api", image=IMAGE, links=[db.link(), cache.link()])

    made = of(program)
    rules = {it.name: it.inputs for it in made.of_type(FIREWALL) if it.inputs["direction"] == "EGRESS"}
    assert rules.keys() == {"api-deny-network", "api-reaches-db", "api-reaches-cache"}
    assert rules["api-deny-network"]["denies"] == [{"protocol": "all"}]
    assert rules["api-deny-network"]["destinationRanges"] == ["10.0.0.0/16"]
    assert rules["api-reaches-db"]["destinationRanges"] == ["10.0.128.3/32", "10.0.128.4/32"]
    assert rules["api-reaches-db"]["allows"] == [{"protocol": "tcp", "ports": ["5432"]}]
    assert rules["api-reaches-cache"]["allows"] == [{"protocol": "tcp", "ports": ["6378"]}]
    for rule in rules.values():
        assert rule["targetTags"] == ["api-c0c0c0"]
        assert ("allows" in rule) == (rule["priority"] < rules["api-deny-network"]["priority"])


def existing(**urls: str) -> Recording:
    def program() -> None:
        Redis("other")
        Service("api", image=IMAGE, links=[Postgres.existing("db", **urls).link()])

    return of(program)


def test_of_a_database_that_stood_already_it_reaches_the_addresses_of_its_urls_and_nothing_else() -> None:
    made = existing(url="postgresql://u:p@10.0.7.3/app", pooled_url="postgresql://u:p@10.0.7.4:6432/app")
    rules = {it.name: it for it in made.of_type(FIREWALL) if it.inputs["direction"] == "EGRESS"}
    assert rules.keys() == {"api-deny-network", "api-reaches-db"}
    assert rules["api-deny-network"].inputs["destinationRanges"] == ["10.0.0.0/16"]
    assert rules["api-reaches-db"].inputs["destinationRanges"] == ["10.0.7.3/32", "10.0.7.4/32"]
    assert rules["api-reaches-db"].inputs["allows"] == [{"protocol": "tcp", "ports": ["5432", "6432"]}]
    assert not rules["api-reaches-db"].secret_inputs
    assert not made.warnings


def test_where_a_database_that_stood_already_has_a_name_its_port_is_open_and_the_plan_says_so() -> None:
    made = existing(url="postgresql://u:very-secret@db.internal:5433/app")
    rule = made.named("api-reaches-db").inputs
    assert made.named("api-deny-network")
    assert (rule["destinationRanges"], rule["allows"]) == (["10.0.0.0/16"], [{"protocol": "tcp", "ports": ["5433"]}])
    (said,) = made.warnings
    assert "Service 'api': links: Postgres 'db' has a name for its address (db.internal)" in said
    assert "all of 10.0.0.0/16" in said
    assert "very-secret" not in said


def test_a_secret_is_read_from_secret_manager_by_its_account_alone() -> None:
    made = service(secrets={"TOKEN": "very-secret"}, environment={"LOG_LEVEL": "info"})
    assert variables(made)["LOG_LEVEL"] == "info"
    assert variables(made)["TOKEN"] == {"secretKeyRef": {"secret": "api-secret-TOKEN-id", "version": "1"}}
    (may,) = made.of_type(ACCESSOR)
    assert may.inputs["role"] == "roles/secretmanager.secretAccessor"
    assert may.inputs["secretId"] == "api-secret-TOKEN-id"
    assert may.inputs["member"] == "serviceAccount:api-c0c0c0@recorded-project.iam.gserviceaccount.com"
    assert may.urn in made.named("api-service").options.depends_on
    assert "secretData" in made.named("api-secret-TOKEN-version").secret_inputs


def test_a_linked_secret_is_read_where_it_is_and_not_kept_twice() -> None:
    def program() -> None:
        Service("api", image=IMAGE, links=[Secret("jwt").link()])

    made = of(program)
    assert variables(made)["JWT"] == {"secretKeyRef": {"secret": "jwt-secret-id", "version": "1"}}
    assert len(made.of_type("gcp:secretmanager/secret:Secret")) == 1
    assert [it.name for it in made.of_type(ACCESSOR)] == ["api-link-jwt-accessor"]


def test_secrets_stay_in_the_region_with_a_key_of_their_own_in_production() -> None:
    (replica,) = _replicas(GCP)
    assert replica == {"location": "europe-west1"}
    (replica,) = _replicas(PRODUCTION)
    assert replica["customerManagedEncryption"]["kmsKeyName"] == "api-secrets-key-id"


def _replicas(config: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    secret = service(config, secrets={"TOKEN": "very-secret"}).named("api-secret-TOKEN")
    assert "replication" in secret.options.ignore_changes
    found: list[Mapping[str, Any]] = secret.inputs["replication"]["userManaged"]["replicas"]
    return found


def test_the_command_is_the_whole_program() -> None:
    assert container(service(command=["node", "main.js"]))["commands"] == ["node", "main.js"]
    assert "commands" not in container(service())


@pytest.mark.parametrize(
    ("asked", "cpu", "memory"),
    [
        ({}, "1", "512Mi"),
        ({"cpu": 1.5, "memory_gb": 1}, "2", "1024Mi"),
        ({"memory_gb": 4.5}, "2", "4608Mi"),
        ({"cpu": 3, "memory_gb": 1}, "4", "2048Mi"),
        ({"cpu": 8, "memory_gb": 32}, "8", "32768Mi"),
    ],
)
def test_it_has_the_least_pair_of_cpus_and_memory_that_is_enough(asked: Any, cpu: str, memory: str) -> None:
    assert container(service(**asked))["resources"]["limits"] == {"cpu": cpu, "memory": memory}


@pytest.mark.parametrize(
    ("asked", "why"),
    [
        ({"image": None}, "image: none given; on gcp one is needed"),
        ({"architectures": ["arm64"]}, "architectures: given arm64; Cloud Run runs amd64 alone"),
        ({"environment": {"K_SERVICE": "it"}}, "environment: given K_SERVICE, which Cloud Run says itself"),
        ({"stop_timeout": "2m"}, "stop_timeout: Cloud Run ends an instance 10 seconds after SIGTERM"),
        ({"cpu": 9}, "given cpu=9 CPUs and memory_gb=0.5; the largest there is: 8 vCPU"),
        ({"cpu": 8, "sidecars": {"proxy": Sidecar(image=IMAGE)}}, "sidecars: with them an instance has 9 CPUs"),
        ({"log_retention": "7d"}, "log_retention: given 7d; Cloud Logging keeps all logs of a project for 30 days"),
        ({"log_retention": "11y"}, "log_retention: given 11y"),
    ],
)
def test_what_cloud_run_has_not_is_refused_with_a_way_out(asked: Mapping[str, Any], why: str) -> None:
    with pytest.raises(SpecError, match=f"Service 'api': .*{why}"):
        service(**asked)


def test_a_network_without_a_known_subnetwork_is_refused() -> None:
    def program() -> None:
        Service("api", image=IMAGE, network=Network.existing("shared", id="shared", cidr="10.0.0.0/16", subnets={}))

    with pytest.raises(SpecError, match="no subnetwork of it is known"):
        of(program)


def test_a_log_that_is_kept_longer_has_a_bucket_of_its_own() -> None:
    made = service(log_retention="90d")
    assert made.named("api-log").inputs["retentionDays"] == 90
    sink = made.named("api-log-sink").inputs
    assert sink["filter"] == 'resource.type="cloud_run_revision" AND resource.labels.service_name="recorded-service"'
    assert sink["destination"] == "logging.googleapis.com/api-log-id"
    assert not service().of_type("gcp:logging/projectBucketConfig:ProjectBucketConfig")
