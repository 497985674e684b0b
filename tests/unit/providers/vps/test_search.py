"""Search on a VPS: what runs, and what is told to it."""

from __future__ import annotations

import json
from typing import Any

import pytest

from infra_kit import Environment, Search, SearchIndex, Target, features
from infra_kit.components.search import SearchSpec
from infra_kit.providers.vps import images
from infra_kit.providers.vps import search as driver
from infra_kit.providers.vps.settings import VpsSettings
from infra_kit.testing import Recording, record
from tests.unit.lacking import gaps

HOST = VpsSettings(host="vps-1.example.com", host_key="ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIKey", user="deploy")


def made(environment: Environment = Environment.STAGING, **asked: Any) -> Recording:
    target = Target(name="vps", app="shop", environment=environment, settings=HOST)
    return record(lambda: Search("search", target=target, **asked))


def file(recording: Recording, name: str) -> str:
    uploads = recording.named("search-server-files").inputs["uploads"]
    (text,) = [upload["content"] for upload in uploads if upload["file"].endswith(f"/{name}")]
    return str(text)


def test_it_is_reached_by_its_name_as_a_user_that_is_no_administrator() -> None:
    found = made()
    assert found.named("search").outputs["url"] == "http://app:recorded-password@search-server:9200"
    assert "ports" not in found.named("search-server").inputs


def test_half_of_its_memory_is_the_heap() -> None:
    server = made(memory_gb=3).named("search-server").inputs
    assert server["memory"] == 3072
    assert server["envs"] == ["HEAP_MB=1536"]


def test_an_empty_server_knows_the_administrator_alone_by_a_digest() -> None:
    users = json.loads(file(made(), "internal_users.yml"))
    assert users.keys() == {"_meta", "admin"}
    assert users["admin"]["hash"] == "$2a$10$recorded"


def test_nobody_but_the_container_itself_speaks_to_the_nodes_own_port() -> None:
    settings = dict(line.split(": ", 1) for line in file(made(), "opensearch.yml").splitlines())
    assert settings["transport.host"] == '"127.0.0.1"'
    assert settings["plugins.security.allow_default_init_securityindex"] == "true"


def test_no_password_is_in_an_argument() -> None:
    for resource in made(indexes={"jobs": SearchIndex()}).resources:
        clear = {key: value for key, value in resource.inputs.items() if key not in resource.secret_inputs}
        assert "recorded-password" not in str(clear), resource.name


def test_its_indexes_are_made_once_it_is_well_and_who_reads_its_url_waits_for_them() -> None:
    found = made(indexes={"jobs": SearchIndex(shards=2)})
    told = found.named("search-setup").inputs["stdin"]
    assert "PUT\n/jobs\n" in told
    assert '"number_of_shards": 2' in told


@pytest.mark.parametrize("version", ["2", "3"])
def test_each_version_is_an_image_by_its_digest(version: Any) -> None:
    assert made(version=version).named("search-image").inputs["name"] == images.OPENSEARCH[version].reference


def test_a_second_node_is_a_gap_with_a_way_out() -> None:
    found = gaps(driver, SearchSpec(replicas=2, high_availability=True))
    assert "set replicas=0" in found[features.READ_REPLICAS]


def test_its_data_outlives_its_container_in_production() -> None:
    found = made(Environment.PRODUCTION)
    assert found.named("search-data").options.protect
    assert any("no copy away from the host" in warning for warning in found.warnings)
