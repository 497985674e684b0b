"""What a change in place costs: every input that our drivers set is known, and none is harmless by mistake."""

from collections.abc import Callable
from typing import Any

import pytest

from infra_kit import DocumentStore, Pooling, Postgres, Redis
from infra_kit.planning import effects
from infra_kit.replacements import AT_TIMES, replaced_by
from infra_kit.testing import record

RDS, CACHE = "aws:rds/instance:Instance", "aws:elasticache/replicationGroup:ReplicationGroup"
DOCUMENTS = "aws:docdb/cluster:Cluster"
CLOUD_SQL, MEMORYSTORE = "gcp:sql/databaseInstance:DatabaseInstance", "gcp:redis/instance:Instance"
PLACES: dict[str, dict[str, Any]] = {
    "aws": {"infra-kit:target": "aws", "infra-kit:region": "eu-west-1"},
    "gcp": {"infra-kit:target": "gcp", "infra-kit:region": "europe-west1", "infra-kit:gcp": {"project": "shop-1"}},
}
PROGRAMS: list[Callable[[], object]] = [
    lambda: Postgres("db", memory_gb=4),
    lambda: Postgres("db", memory_gb=4, high_availability=True, read_replicas=1, version="16", pooling=Pooling()),
    lambda: Redis("cache", memory_gb=1),
    lambda: Redis("cache", memory_gb=8, replicas=1, high_availability=True, eviction="noeviction"),
]


ON_AWS: list[Callable[[], object]] = [lambda: DocumentStore("docs", version="8", high_availability=True)]


@pytest.mark.parametrize(("place", "types"), [("aws", {RDS, CACHE, DOCUMENTS}), ("gcp", {CLOUD_SQL, MEMORYSTORE})])
@pytest.mark.parametrize("environment", ["development", "production"])
def test_of_every_input_of_a_server_that_our_drivers_set_it_is_known_what_its_change_costs(
    place: str, types: set[str], environment: str
) -> None:
    config = PLACES[place] | {"infra-kit:environment": environment}
    programs = [*PROGRAMS, *(ON_AWS if place == "aws" else ())]
    made = [it for program in programs for it in record(program, config=config).resources if it.type in types]
    assert {it.type for it in made} == types
    said = {(it.type, key) for it in made for key in it.inputs.keys() - it.options.ignore_changes}
    replacing = {(type_, key) for type_ in types for key in replaced_by(type_).keys() | AT_TIMES.get(type_, set())}
    assert sorted(it for it in said - replacing if effects.in_place(*it) is None) == []


@pytest.mark.parametrize(
    ("token", "key", "least", "most"),
    [
        (RDS, "instanceClass", 60, 600),
        (RDS, "engineVersion", 300, 1800),
        (RDS, "port", 60, 300),
        (RDS, "backupRetentionPeriod", 0, 300),
        (RDS, "dbSubnetGroupName", 60, 600),
        (RDS, "password", 0, 0),
        (RDS, "allocatedStorage", 0, 0),
        (DOCUMENTS, "engineVersion", 300, 1800),
        (DOCUMENTS, "backupRetentionPeriod", 0, 0),
        (CACHE, "nodeType", 1, 60),
        (CACHE, "engineVersion", 1, 300),
        (CACHE, "parameterGroupName", 0, 0),
        (CLOUD_SQL, "settings", 0, 300),
        (CLOUD_SQL, "databaseVersion", 300, 1800),
        (CLOUD_SQL, "deletionProtection", 0, 0),
        (MEMORYSTORE, "memorySizeGb", 0, 60),
        (MEMORYSTORE, "replicaCount", 0, 60),
        (MEMORYSTORE, "redisVersion", 1, 60),
        (MEMORYSTORE, "redisConfigs", 0, 0),
        (MEMORYSTORE, "authEnabled", 0, 0),
    ],
)
def test_a_change_in_place_costs_what_its_vendors_page_says(token: str, key: str, least: int, most: int) -> None:
    found = effects.in_place(token, key)
    assert found is not None
    assert found.downtime == (least, most)
    assert found.source.startswith("https://")


@pytest.mark.parametrize("token", [RDS, CACHE, DOCUMENTS, CLOUD_SQL, MEMORYSTORE])
def test_what_nobody_looked_up_is_not_known(token: str) -> None:
    assert effects.in_place(token, "somethingElse") is None
    assert effects.in_place("aws:s3/bucket:Bucket", "somethingElse") is not None


def test_a_server_of_this_machine_is_made_anew_by_no_docker() -> None:
    for_docker = effects.in_place("docker:index/container:Container", "image")
    here = effects.in_place("pulumi-python:dynamic/infra-kit:PostgresServer", "memory_gb")
    assert here
    assert for_docker
    assert (here.downtime, here.source) == (for_docker.downtime, "")
    assert "docs.docker.com" in for_docker.source
