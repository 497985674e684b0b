"""What the seeds ask of releases, jobs, parameters and limits, in the stacks as they are configured."""

from __future__ import annotations

import re

import pytest
import yaml

from infra_kit.testing import Recording, Resource
from stacks.zuclubit.services import API, SERVICES
from tests.unit.stacks.recorded import STACKS, configuration, phases_of, stack_of

DEVELOPMENT = [name for name in STACKS if name.endswith("-development")]
REMOTE = [name for name in STACKS if name not in DEVELOPMENT]
OWNERS = {"migrate", "migrate-eu", "pgadmin", "directus"}
"""Who changes tables or must see each row, whatever row-level security says."""


def before(stack: Recording, component: Resource) -> set[str]:
    """The jobs whose parts must all stand before a component."""
    found = {it.name for it in stack.resources if it.urn in component.options.depends_on}
    jobs = {job.name for job in stack.of_type("infra-kit:index:Job")}
    return {job for job in jobs if found & {f"{job}-run", f"{job}-server"}}


@pytest.mark.parametrize("name", REMOTE)
def test_a_stack_that_is_not_on_this_machine_says_where_its_images_are(name: str) -> None:
    config = configuration(name, phases_of(name)[0])
    assert f"{config['infra-kit:system']}:registry" in config


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


def test_zuclubit_counts_by_address_and_by_user_and_aws_says_what_it_leaves_to_the_services() -> None:
    limits = stack_of("zuclubit-development").named("gateway-server").inputs["limits"]
    assert [(it["by"], it["requests"], it["per"]) for it in limits] == [("address", 1000, 60), ("user", 100, 60)]
    said = [line for line in stack_of("zuclubit-production").warnings if line.startswith("Gateway 'gateway'")]
    assert any("rate-limits-by-token is left out" in line for line in said)


def test_zuclubits_document_leads_to_each_service_and_only_whatsapp_and_the_health_of_it_need_no_token() -> None:
    paths = yaml.safe_load(API.read_text())["paths"]
    operations = [(path, it) for path, item in paths.items() for it in item.values()]
    assert {it["tags"][0] for _, it in operations} == set(SERVICES)
    assert {path for path, it in operations if it.get("security") == []} == {"/health", "/webhooks/whatsapp"}
    routes = stack_of("zuclubit-development").named("gateway-server").inputs["routes"]
    assert set(routes) == {re.sub(r"{[a-z]+}", "*", path) for path in paths}
