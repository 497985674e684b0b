"""What the seeds ask of releases, jobs, parameters and limits, in the stacks as they are configured."""

from __future__ import annotations

import json
import re

import pulumi
import pytest
import yaml

from infra_kit.testing import Recording, Resource
from infra_kit.testing.plugin import Infra
from stacks.zuclubit.services import API, SERVICES
from tests.unit.stacks.recorded import STACKS, configuration, deploy, phases_of, stack_of

DEVELOPMENT = [name for name in STACKS if name.endswith("-development")]
OWNERS = {"migrate", "migrate-eu", "pgadmin", "directus", "release-dump", "nightly-dump"}
"""Who changes tables or must see each row, whatever row-level security says."""


def before(stack: Recording, component: Resource) -> set[str]:
    """The jobs whose parts must all stand before a component."""
    found = {it.name for it in stack.resources if it.urn in component.options.depends_on}
    jobs = {job.name for job in stack.of_type("infra-kit:index:Job")}
    return {job for job in jobs if found & {f"{job}-run", f"{job}-server"}}


@pytest.mark.parametrize(("name", "phase"), [(name, phase) for name in DEVELOPMENT for phase in phases_of(name)])
def test_tables_are_owned_by_migrations_and_programs_work_with_rows(name: str, phase: str) -> None:
    stack = stack_of(name, phase)
    roles = stack.of_type("pulumi-python:dynamic/infra-kit:PostgresRole")
    owning = {role.name.removesuffix("-link-db") for role in roles if role.inputs["rights"]["access"] == "owner"}
    assert "migrate" in owning <= OWNERS
    assert len(roles) > len(owning)


@pytest.mark.parametrize(
    ("name", "program"),
    [
        ("cuenta-conmigo-development", "app"),
        ("founder-diary-development", "app"),
        ("nomadshift-development", "api"),
        ("nomadshift-production", "api"),
        ("vina-santa-cruz-production", "shop"),
        ("zuclubit-production", "lead"),
    ],
)
def test_a_release_begins_with_its_migrations(name: str, program: str) -> None:
    stack = stack_of(name)
    (component,) = (it for it in stack.resources if it.name == program and it.type.startswith("infra-kit:"))
    assert "migrate" in before(stack, component)


def test_vina_santa_cruz_is_dumped_before_each_migration_and_each_night() -> None:
    stack = stack_of("vina-santa-cruz-production")
    assert "release-dump" in before(stack, stack.named("migrate"))
    local = stack_of("vina-santa-cruz-development")
    jobs = {it.name: it.inputs.get("schedule") for it in local.of_type("pulumi-python:dynamic/infra-kit:JobServer")}
    assert jobs == {
        "migrate-server": None,
        "release-dump-server": None,
        "nightly-checks-server": "0 2 * * *",
        "nightly-dump-server": "0 3 * * *",
        "monthly-images-server": "0 4 1 * *",
    }
    keys = {
        it.name: it.inputs["rights"].get("prefix")
        for it in local.of_type("pulumi-python:dynamic/infra-kit:ObjectStoreKey")
    }
    assert keys["nightly-dump-link-backups"] == keys["nightly-checks-link-backups"] == "dumps/"


def test_founder_diarys_panel_leads_to_its_consoles() -> None:
    """FD-5: pgAdmin, where the browser or `infra-kit connect` reaches it, and Directus behind the edge."""
    local = stack_of("founder-diary-development", "2").named("panel-server").inputs["facts"]
    (told,) = (
        it["content"]
        for it in stack_of("founder-diary-production", "2").named("panel-server-files").inputs["uploads"]
        if it["file"].endswith("told.json")
    )
    host = json.loads(told)["facts"]
    shown = [{part["name"]: part for part in facts["parts"]} for facts in (local, host)]
    assert {"db", "cache", "queue", "files", "directus", "edge"} <= shown[0].keys() == shown[1].keys()
    assert shown[0]["pgadmin"]["url"].startswith("http://127.0.0.1:")
    assert shown[1]["pgadmin"]["way"] == "infra-kit connect pgadmin"
    assert host["links"] == {"Directus": "https://app.founderdiary.example/content/admin"}


def test_a_preview_leaves_the_tables_and_the_dumps_of_staging_alone() -> None:
    stack = stack_of("vina-santa-cruz-preview")
    assert not stack.of_type("infra-kit:index:Job")
    assert stack.of_type("infra-kit:index:Service")


@pytest.mark.parametrize("phase", phases_of("vina-santa-cruz-preview"))
def test_a_preview_stands_in_stagings_network_where_its_database_is(phase: str) -> None:
    stack = stack_of("vina-santa-cruz-preview", phase)
    network = configuration("vina-santa-cruz-preview", phase)["vina-santa-cruz:network"]
    assert not stack.of_type("aws:ec2/vpc:Vpc")
    groups = {it.inputs["vpcId"] for it in stack.of_type("aws:ec2/securityGroup:SecurityGroup")}
    assert groups == {network["id"]}
    service = stack.named("shop-service").inputs["networkConfiguration"]
    assert sorted(service["subnets"]) == sorted(network["subnets"]["private"].values())
    assert not [line for line in stack.warnings if "Postgres 'db'" in line]


def test_a_preview_without_stagings_database_is_refused(infra: Infra) -> None:
    given = {**configuration("vina-santa-cruz-preview", "1")}
    del given["vina-santa-cruz:database-url"]
    with pytest.raises(pulumi.ConfigMissingError, match="vina-santa-cruz:database-url"):
        infra(deploy, stack="vina-santa-cruz-preview", config=given)


def test_vina_santa_cruz_renews_its_own_secret_and_keeps_those_it_is_given() -> None:
    given = {"vina-santa-cruz:stripe-secret-key": "sk_test"}
    stack = stack_of("vina-santa-cruz-development", **given)
    secrets = {it.name for it in stack.of_type("infra-kit:index:Secret")}
    assert secrets == {"nextauth-secret", "stripe-secret-key"}
    assert stack.named("nextauth-secret-file").inputs["rotation"] == "90d"


def test_zuclubit_counts_by_address_and_by_user_and_aws_says_what_it_leaves_to_the_services() -> None:
    limits = stack_of("zuclubit-development").named("gateway-server").inputs["limits"]
    assert [(it["by"], it["requests"], it["per"]) for it in limits] == [("address", 1000, 60), ("user", 100, 60)]
    said = [line for line in stack_of("zuclubit-production").warnings if line.startswith("Gateway 'gateway'")]
    assert any("rate-limits-by-token is left out" in line for line in said)


def test_zuclubits_document_leads_to_each_service_and_only_whatsapp_needs_no_token() -> None:
    paths = yaml.safe_load(API.read_text())["paths"]
    operations = [(path, it) for path, item in paths.items() for it in item.values()]
    assert {it["tags"][0] for _, it in operations} == set(SERVICES)
    assert {path for path, it in operations if it.get("security") == []} == {"/webhooks/whatsapp"}
    routes = stack_of("zuclubit-development").named("gateway-server").inputs["routes"]
    assert set(routes) == {re.sub(r"{[a-z]+}", "*", path) for path in paths}
