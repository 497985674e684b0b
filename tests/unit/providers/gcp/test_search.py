"""Search on gcp: the machine, who reaches it, what is told to it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import pytest

from infra_kit import Network, Search, SearchIndex, Service, features
from infra_kit.components.search import SearchSpec
from infra_kit.errors import SpecError
from infra_kit.providers.common import machine_scripts, opensearch_node
from infra_kit.providers.gcp import search as driver
from infra_kit.testing import Recording, record
from tests.unit.lacking import gaps

GCP = {"infra-kit:target": "gcp", "infra-kit:environment": "staging", "infra-kit:region": "europe-west1"}
PRODUCTION = GCP | {"infra-kit:environment": "production"}
DEVELOPMENT = GCP | {"infra-kit:environment": "development"}
HOST = "search.search-c0c0c0.internal"


def made(config: Mapping[str, Any] = GCP, **arguments: Any) -> Recording:
    return record(lambda: Search("search", **arguments), config=config)


def machine(config: Mapping[str, Any] = GCP, **arguments: Any) -> Mapping[str, Any]:
    return made(config, **arguments).named("search-server").inputs


def script(inputs: Mapping[str, Any]) -> str:
    return str(inputs["metadataStartupScript"])


def files(recording: Recording) -> Mapping[str, str]:
    """What the machine reads."""
    return machine_scripts.files(recording.named("search-settings-version").inputs["secretData"])


def told(recording: Recording) -> dict[str, Any]:
    """What the job that sets it up is told."""
    found: dict[str, Any] = json.loads(recording.named("search-setup-told-version").inputs["secretData"])
    return found


def linked(access: Any = "read") -> Recording:
    def program() -> None:
        link = Search("search").link(access, indexes=["jobs"])
        Service("api", image="registry.example/api:1", command=["run"], links=[link])

    return record(program, config=GCP)


@pytest.mark.parametrize("version", ["2", "3"])
def test_each_version_is_an_image_by_its_digest(version: Any) -> None:
    _, digest = opensearch_node.IMAGES[version]
    assert f"opensearchproject/opensearch@sha256:{digest}" in script(machine(version=version))


@pytest.mark.parametrize(
    ("memory_gb", "kind", "heap"),
    [(2, "e2-small", 1024), (4, "e2-medium", 2048), (16, "e2-highmem-2", 8192), (100, "e2-highmem-16", 31 * 1024)],
)
def test_the_cheapest_machine_that_fits_is_taken_and_half_of_what_is_asked_is_the_heap(
    memory_gb: float, kind: str, heap: int
) -> None:
    inputs = machine(memory_gb=memory_gb)
    assert inputs["machineType"] == kind
    assert f"HEAP_MB={heap}\n" in script(inputs)


def test_it_has_no_public_address_and_an_account_that_reads_its_own_secret_and_tells_figures_alone() -> None:
    found = made()
    inputs = found.named("search-server").inputs
    assert "accessConfigs" not in inputs["networkInterfaces"][0]
    assert inputs["shieldedInstanceConfig"]["enableSecureBoot"]
    assert inputs["serviceAccount"]["email"] == found.named("search-account").outputs["email"]
    grants = {it.name: it.inputs["role"] for it in found.resources if "member" in it.inputs}
    read, tell = "roles/secretmanager.secretAccessor", "roles/monitoring.metricWriter"
    assert grants == {"search-settings-accessor": read, "search-setup-told-accessor": read, "search-tells": tell}


def test_its_address_its_name_and_its_disk_are_not_the_machines() -> None:
    found = made()
    inputs = found.named("search-server").inputs
    assert inputs["networkInterfaces"][0]["networkIp"] == found.named("search-address").outputs["address"]
    assert found.named("search-name-search").inputs["rrdatas"] == [found.named("search-address").outputs["address"]]
    assert inputs["attachedDisks"][0]["source"] == "search-disk-id"


def test_a_disk_of_a_snapshot_brings_another_machine_which_mounts_it() -> None:
    found = made(overrides={"disk": {"snapshot": "recorded-snapshot"}})
    assert f"DISK={found.named('search-disk').outputs['diskId']}\n" in script(found.named("search-server").inputs)


def test_its_data_is_protected_and_retained_in_production_with_a_key_of_its_own() -> None:
    found = made(PRODUCTION)
    options = found.named("search-disk").options
    assert (options.protect, options.retain_on_delete) == (True, True)
    assert found.named("search-disk").inputs["diskEncryptionKey"] == {"kmsKeySelfLink": "search-key-id"}


@pytest.mark.parametrize(("config", "days"), [(GCP, 1), (PRODUCTION, 7)])
def test_its_disk_has_a_snapshot_a_day_that_outlives_it(config: Mapping[str, Any], days: int) -> None:
    found = made(config)
    schedule = found.named("search-snapshots").inputs["snapshotSchedulePolicy"]
    assert schedule["schedule"]["dailySchedule"]["daysInCycle"] == 1
    assert schedule["retentionPolicy"] == {
        "maxRetentionDays": days,
        "onSourceDiskDelete": "KEEP_AUTO_SNAPSHOTS",
    }
    attached = found.named("search-snapshots-of-disk").inputs
    assert attached["disk"] == found.named("search-disk").outputs["name"]
    assert attached["name"] == found.named("search-snapshots").outputs["name"]


def test_where_no_backups_are_kept_there_are_no_snapshots() -> None:
    assert not [it for it in made(DEVELOPMENT).resources if "snapshots" in it.name]


def test_it_is_reached_from_the_network_on_its_port_alone_and_reaches_nothing_in_there() -> None:
    found = made()
    tag = found.named("search-server").inputs["tags"]
    way = found.named("search-ingress-clients").inputs
    assert (way["targetTags"], way["sourceRanges"]) == (tag, ["10.0.0.0/16"])
    assert way["allows"] == [{"protocol": "tcp", "ports": ["9200"]}]
    assert found.named("search-deny-network").inputs["targetTags"] == tag


def test_an_empty_server_speaks_tls_and_knows_the_administrator_alone_by_a_digest() -> None:
    found = made()
    known = files(found)
    assert found.named("search-tls-request").inputs["dnsNames"] == [HOST]
    assert "BEGIN PRIVATE KEY" in known["server-key.pem"]
    assert "plugins.security.ssl.http.enabled: true\n" in known["opensearch.yml"]
    users = json.loads(known["internal_users.yml"])
    assert users.keys() == {"_meta", "admin"}
    assert users["admin"]["hash"] == "$2a$10$recorded"


def test_other_settings_bring_another_machine_for_it_reads_them_when_it_starts() -> None:
    found = made()
    version = found.named("search-settings-version").outputs["version"]
    assert f"/versions/{version}\n" in script(found.named("search-server").inputs)


def test_it_answers_by_https_as_a_user_that_is_no_administrator() -> None:
    outputs = made().named("search").outputs
    assert outputs["url"] == f"https://app:recorded-password@{HOST}:9200"
    assert "BEGIN CERTIFICATE" in outputs["ca_certificate"]


def test_a_job_makes_the_indexes_and_the_user_of_the_endpoint_once_there_is_a_machine() -> None:
    found = made(indexes={"jobs": SearchIndex(shards=3)})
    asked = told(found)
    assert (asked["host"], asked["users"]) == (HOST, ["app"])
    paths = [f"{call['method']} {call['path']}" for call in asked["calls"]]
    assert paths[0] == "PUT /jobs"
    assert paths[-1] == "PUT /_plugins/_security/api/internalusers/app"
    job = found.named("search-setup")
    assert found.named("search-server").outputs["instanceId"] in str(job.inputs["template"])
    assert job.inputs["runExecutionToken"]
    assert job.options.replace_on_changes == ("runExecutionToken",)


def test_the_job_runs_again_when_what_it_is_told_changes() -> None:
    """The version of what it is told is part of what it is."""
    volume = made().named("search-setup").inputs["template"]["template"]["volumes"][0]
    assert volume["secret"]["items"][0]["version"] == made().named("search-setup-told-version").outputs["version"]


def test_no_password_is_anywhere_but_in_secrets() -> None:
    for resource in linked().resources:
        clear = {key: value for key, value in resource.inputs.items() if key not in resource.secret_inputs}
        assert "recorded-password" not in str(clear), resource.name


def test_a_link_has_a_user_of_its_own_and_a_way_there() -> None:
    found = linked()
    assert told(found)["users"] == ["api__search", "app"]
    role = next(call for call in told(found)["calls"] if call["path"].endswith("/roles/api__search"))
    assert json.loads(role["body"])["index_permissions"][0]["index_patterns"] == ["jobs"]
    way = found.named("api-reaches-search").inputs
    assert way["destinationRanges"] == [f"{found.named('search-address').outputs['address']}/32"]
    assert way["allows"] == [{"protocol": "tcp", "ports": ["9200"]}]


def test_what_no_secret_of_google_cloud_holds_is_refused_with_the_way_out() -> None:
    mappings = {"properties": {f"field-{number}": {"type": "keyword"} for number in range(3000)}}
    with pytest.raises(SpecError, match=r"indexes, with .* bytes in all, and a secret holds 65536\. Leave the largest"):
        made(indexes={"jobs": SearchIndex(mappings=mappings)})


def test_where_nothing_leads_out_it_is_refused_for_the_machine_reads_its_image_from_outside() -> None:
    with pytest.raises(SpecError, match=r"nat='single', or join a vendor's: Search\.existing"):
        record(lambda: Search("search", network=Network("net", nat="none")), config=GCP)


def test_a_second_node_is_a_gap_with_a_way_out() -> None:
    found = gaps(driver, SearchSpec(replicas=2, high_availability=True))
    assert "set replicas=0" in found[features.READ_REPLICAS]
    assert "Search.existing(name, url=" in driver.HINTS[features.HIGH_AVAILABILITY]


def test_one_that_a_vendor_runs_is_linked() -> None:
    def program() -> None:
        search = Search.existing("search", url="https://shop:secret@search.vendor.example:443")
        Service("api", image="registry.example/api:1", command=["run"], links=[search.link()])

    found = record(program, config=GCP)
    assert "search.vendor.example" in str(found.named("api-service").inputs)
