"""Inside a Cloud SQL server: who owns the databases, what that role may do, and who waits for it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import pulumi
import pytest

from infra_kit import Postgres
from infra_kit.providers.common.scram import verifier
from infra_kit.recording import Recording
from infra_kit.testing import record
from tests.unit.providers.gcp.probe import waits_for

GCP = {"infra-kit:target": "gcp", "infra-kit:environment": "staging", "infra-kit:region": "europe-west1"}
SCRIPT = "gcp:sql/provisionScript:ProvisionScript"


def made(**arguments: Any) -> Recording:
    return record(lambda: Postgres("db", **arguments), config=GCP)


def script(name: str, **arguments: Any) -> str:
    return str(made(**arguments).named(name).inputs["script"])


def test_the_application_may_log_in_and_make_neither_databases_nor_roles() -> None:
    assert "ALTER ROLE app LOGIN NOCREATEDB NOCREATEROLE PASSWORD" in script("db-role")


def test_the_api_makes_the_administrator_alone() -> None:
    """Whoever it makes belongs to cloudsqlsuperuser."""
    recording = made()
    (user,) = recording.of_type("gcp:sql/user:User")
    assert user.inputs["name"] == "infra_kit"
    assert user.inputs["name"] not in recording.named("db").outputs["url"]


def test_the_application_owns_every_database() -> None:
    recording = made(databases=["app", "second"])
    for name in ("app", "second"):
        inside = recording.named(f"db-setup-{name}")
        assert inside.inputs["database"] == name
        assert f'ALTER DATABASE "{name}" OWNER TO app;' in inside.inputs["script"]
        assert recording.named("db-role").urn in inside.options.depends_on


def test_extensions_are_made_in_every_database() -> None:
    recording = made(databases=["app", "second"], extensions=["pgcrypto", "vector"])
    for name in ("app", "second"):
        text = recording.named(f"db-setup-{name}").inputs["script"]
        assert 'CREATE EXTENSION IF NOT EXISTS "pgcrypto" CASCADE;' in text
        assert 'CREATE EXTENSION IF NOT EXISTS "vector" CASCADE;' in text


def test_no_password_stands_in_a_script() -> None:
    recording = made()
    role = recording.named("db-role")
    assert "recorded-password" not in role.inputs["script"]
    assert verifier("recorded-password") in role.inputs["script"]
    assert "script" in role.secret_inputs


def test_scripts_run_as_the_administrator_whose_password_is_a_regional_secret() -> None:
    recording = made()
    for each in recording.of_type(SCRIPT):
        assert each.inputs["user"] == "infra_kit"
        assert each.inputs["passwordSecretVersion"] == "db-secret-version-id"
    assert "secretData" in recording.named("db-secret-version").secret_inputs
    assert recording.named("db-secret").inputs["location"] == "europe-west1"
    assert recording.named("db-server").inputs["settings"]["dataApiAccess"] == "ALLOW_DATA_API"


ADDRESSES: Mapping[str, Callable[[Postgres], pulumi.Output[str]]] = {
    "host": lambda db: db.host,
    "url": lambda db: db.url,
    "reader_url": lambda db: db.reader_url,
    "reader_urls": lambda db: db.reader_urls.apply(lambda urls: urls[0]),
    "pooled_url": lambda db: db.pooled_url,
}


@pytest.mark.parametrize("field", ADDRESSES)
def test_every_address_waits_for_the_role_the_databases_and_the_extensions(field: str) -> None:
    def make() -> pulumi.Output[str]:
        return ADDRESSES[field](Postgres("db", databases=["app", "second"], read_replicas=1))

    assert waits_for(make, GCP) >= {"db-role", "db-setup-app", "db-setup-second"}
