"""DocumentStore on AWS: the cluster and its instances, what sets it up, and what a link gives."""

from __future__ import annotations

import json
import subprocess
import sys
import tomllib
from importlib.metadata import version
from pathlib import Path
from typing import Any

import pulumi
import pytest

from infra_kit import Backups, Collection, DocumentStore, Index, Network, Service, Ttl
from infra_kit.errors import SpecError
from infra_kit.providers.aws import document_setup
from infra_kit.recording import Recording
from infra_kit.testing import record

PYPROJECT = Path(__file__).parents[4] / "pyproject.toml"
CLUSTER = "docs-cluster-1a2b3c4.cluster-abc123.us-east-1.docdb.amazonaws.com"
READERS = "docs-cluster-1a2b3c4.cluster-ro-abc123.us-east-1.docdb.amazonaws.com"
QUERY = "authSource=admin&directConnection=true&tls=true&retryWrites=false"


def config(environment: str) -> dict[str, str]:
    return {"infra-kit:target": "aws", "infra-kit:region": "us-east-1", "infra-kit:environment": environment}


def docs(environment: str = "development", **asked: Any) -> Recording:
    return record(lambda: DocumentStore("docs", **asked), config=config(environment))


def linked(*accesses: Any) -> Recording:
    def program() -> None:
        store = DocumentStore("docs")
        for number, access in enumerate(accesses):
            Service(f"api-{number}", image="registry.example/api:1", port=80, links=[store.link(access)])

    return record(program, config=config("staging"))


def told(made: Recording) -> dict[str, Any]:
    return dict(json.loads(made.named("docs-setup-run").inputs["input"]))


def test_it_is_reached_by_tls_and_reads_go_to_the_writer_where_there_is_no_other() -> None:
    it = docs().named("docs").outputs
    assert it["url"] == it["reader_url"] == f"mongodb://app:recorded-password@{CLUSTER}:27017/app?{QUERY}"
    assert it["tls"] is True
    assert it["ca_certificate"].startswith("-----BEGIN CERTIFICATE-----")
    assert docs(read_replicas=1).named("docs").outputs["reader_url"].partition("@")[2].startswith(READERS)


def test_the_cluster_is_encrypted_private_and_kept_as_its_environment_says() -> None:
    there = docs("production").named("docs-cluster").inputs
    assert there["storageEncrypted"] is True
    assert there["deletionProtection"] is True
    assert there["skipFinalSnapshot"] is False
    assert there["backupRetentionPeriod"] == 7
    assert there["manageMasterUserPassword"] is True
    assert "masterPassword" not in there
    cheap = docs().named("docs-cluster").inputs
    assert (cheap["deletionProtection"], cheap["skipFinalSnapshot"], cheap["backupRetentionPeriod"]) == (False, True, 1)


def test_backups_and_maintenance_do_not_meet() -> None:
    there = docs(backups=Backups(retention_days=14, window="23:00-23:30")).named("docs-cluster").inputs
    assert there["backupRetentionPeriod"] == 14
    assert (there["preferredBackupWindow"], there["preferredMaintenanceWindow"]) == (
        "23:00-23:30",
        "mon:00:00-mon:00:30",
    )


@pytest.mark.parametrize(("version", "engine", "family"), [("5", "5.0.0", "docdb5.0"), ("7", "8.0.0", "docdb8.0")])
def test_a_version_is_the_least_that_runs(version: str, engine: str, family: str) -> None:
    made = docs(version=version)
    assert made.named("docs-cluster").inputs["engineVersion"] == engine
    assert made.named("docs-parameters").inputs["family"] == family


def test_tls_cannot_be_left_out_and_production_logs_who_does_what() -> None:
    values = {it["name"]: it["value"] for it in docs("production").named("docs-parameters").inputs["parameters"]}
    assert values == {"tls": "enabled", "audit_logs": "enabled"}


def test_a_standby_takes_over_first_and_what_reads_last() -> None:
    made = docs(high_availability=True, read_replicas=2)
    tiers = {it.name: it.inputs["promotionTier"] for it in made.resources if "clusterInstance" in it.type}
    assert tiers == {"docs-server": 0, "docs-standby": 1, "docs-replica-1": 15, "docs-replica-2": 15}


def test_the_function_is_told_all_that_it_needs_once_there_is_an_instance() -> None:
    messages = Collection(indexes=[Index(fields=["message_id"], unique=True)], ttl=Ttl(field="expires_at"))
    made = docs(collections={"messages": messages})
    run = made.named("docs-setup-run")
    assert "input" in run.secret_inputs
    assert told(made) == {
        "host": CLUSTER,
        "port": 27017,
        "master": '{"username": "postgres", "password": "recorded-master"}',
        "database": "app",
        "collections": {
            "messages": {
                "indexes": [{"keys": [["message_id", 1]], "unique": True}],
                "ttl": {"field": "expires_at", "seconds": 0},
            }
        },
        "users": [
            {
                "name": "app",
                "password": "recorded-password",
                "roles": [{"role": "readWrite", "db": "app"}, {"role": "dbAdmin", "db": "app"}],
            }
        ],
        "links": "link__",
    }
    needed = {made.named("docs-server").urn, made.named("docs-client-egress").urn}
    assert needed <= run.options.depends_on


def test_the_function_stands_in_the_clusters_network_and_may_only_speak_to_it() -> None:
    made = docs()
    network = made.named("docs-setup").inputs["vpcConfig"]
    assert network["subnetIds"] == made.named("docs-subnets").inputs["subnetIds"]
    assert network["securityGroupIds"] == ["docs-client-security-group-id"]
    assert made.named("docs-client-egress").inputs["toPort"] == 27017


def test_a_link_is_a_user_of_its_own_with_just_its_role_and_a_way_on_one_port() -> None:
    made = linked("read", "readwrite")
    users = {user["name"]: [role["role"] for role in user["roles"]] for user in told(made)["users"]}
    assert users == {
        "app": ["readWrite", "dbAdmin"],
        "link__api_0__docs": ["read"],
        "link__api_1__docs": ["readWrite"],
    }
    into = [
        it.inputs for it in made.resources
        if it.inputs.get("securityGroupId") == "docs-security-group-id" and "IngressRule" in it.type
    ]  # fmt: skip
    assert {rule["fromPort"] for rule in into} == {27017}


def test_a_network_of_one_zone_is_refused_with_the_way_out() -> None:
    def program() -> None:
        DocumentStore("docs", network=Network("net", zones=1))

    with pytest.raises(SpecError, match=r"docs': network: given one of 1 zone; DocumentDB wants .*zones=2"):
        record(program, config=config("staging"))


def test_the_archive_holds_everything_that_the_function_imports_and_no_machine_code(tmp_path: Path) -> None:
    """Where no site-packages is, and of infra_kit what is packed alone, as in Lambda."""
    for name, asset in document_setup.code().assets.items():
        target = tmp_path / name
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(Path(asset.path).read_bytes() if isinstance(asset, pulumi.FileAsset) else b"")
    program = f"import sys; sys.path.insert(0, {str(tmp_path)!r}); import document_setup as it; print(it.__file__)"
    run = subprocess.run([sys.executable, "-I", "-S", "-c", program], capture_output=True, text=True, check=False)
    assert run.stdout.strip() == str(tmp_path / "document_setup.py"), run.stderr
    assert {Path(name).suffix for name in document_setup.code().assets} == {".py", ".pem"}


def test_the_archive_has_nothing_that_differs_from_machine_to_machine() -> None:
    extras = tomllib.loads(PYPROJECT.read_text())["project"]["optional-dependencies"]
    assert {f"{name}=={version(name)}" for name in document_setup.DRIVER} <= set(extras["aws"])
