"""The local half of Postgres, as far as it needs no server."""

from __future__ import annotations

from pathlib import Path

import pytest

from infra_kit import Environment, Postgres, spec
from infra_kit.components.postgres import PostgresSpec
from infra_kit.errors import SpecError
from infra_kit.providers.local import postgres, postgres_builds
from infra_kit.providers.local.postgres_builds import Build
from infra_kit.providers.local.settings import LocalSettings
from infra_kit.testing import record

SEVENTEEN = Build("17", Path("/17"), Path("bin"), frozenset({"pgcrypto", "hstore"}), tls=True)
EIGHTEEN = Build("18", Path("/18"), Path("bin"), frozenset({"vector", "hstore"}), tls=False)


@pytest.fixture
def two_builds(monkeypatch: pytest.MonkeyPatch) -> None:
    """What the wheels alone give; a machine may have Debian's beside them."""
    monkeypatch.setattr(postgres_builds, "found", lambda: (SEVENTEEN, EIGHTEEN))


def gaps(**arguments: object) -> dict[str, str]:
    asked = spec.build(PostgresSpec, "Postgres", "db", arguments)
    return {str(gap): hint for gap, hint in postgres.gaps(asked, LocalSettings()).items()}


@pytest.mark.usefixtures("two_builds")
@pytest.mark.parametrize(("version", "extension"), [("17", "pgcrypto"), ("18", "vector"), ("18", "hstore")])
def test_an_extension_of_the_asked_version_is_no_gap(version: str, extension: str) -> None:
    assert gaps(version=version, extensions=[extension]) == {}


@pytest.mark.usefixtures("two_builds")
def test_an_extension_of_another_version_is_a_gap_that_names_it() -> None:
    assert gaps(version="17", extensions=["vector"]) == {
        "extension:vector": "the PostgreSQL 17 that would run here lacks it; version 18 has it"
    }


@pytest.mark.usefixtures("two_builds")
def test_an_extension_that_nothing_here_has_is_a_gap_with_a_way_out() -> None:
    assert "Debian's package of it is used where it is installed" in gaps(extensions=["postgis"])["extension:postgis"]


@pytest.mark.usefixtures("two_builds")
def test_a_version_that_is_not_here_is_a_gap_and_so_is_what_its_stand_in_lacks() -> None:
    assert set(gaps(version="14", extensions=["pgcrypto", "vector"])) == {"version:14", "extension:vector"}


@pytest.mark.parametrize(
    "parameter", ["listen_addresses", "port", "ssl", "ssl_ciphers", "archive_command", "include", "hot_standby"]
)
def test_a_parameter_that_would_open_or_break_the_server_is_refused_before_anything_runs(parameter: str) -> None:
    with pytest.raises(SpecError, match=rf"Postgres 'db': parameters: given {parameter}='\*'.*Leave it out"):
        record(lambda: Postgres("db", parameters={parameter: "*"}))


@pytest.mark.parametrize(
    ("environment", "asked", "protected"),
    [
        ("development", None, False),
        ("production", None, True),
        ("development", True, True),
        ("production", False, False),
    ],
)
def test_deletion_protection_is_what_was_asked_else_what_the_environment_says(
    environment: Environment, asked: bool | None, protected: bool
) -> None:
    arguments = {} if asked is None else {"deletion_protection": asked}
    recording = record(
        lambda: Postgres("db", **arguments),  # type: ignore[arg-type]
        config={"infra-kit:environment": environment},
    )
    (server,) = recording.of_type("pulumi-python:dynamic/infra-kit:PostgresServer")
    assert bool(server.options.protect) is protected


def test_what_is_protected_keeps_its_data_when_it_is_deleted_all_the_same() -> None:
    recording = record(lambda: Postgres("db", deletion_protection=True))
    (server,) = recording.of_type("pulumi-python:dynamic/infra-kit:PostgresServer")
    assert server.inputs["retain"] is True


def test_replicas_are_no_data_of_their_own() -> None:
    recording = record(lambda: Postgres("db", read_replicas=2), config={"infra-kit:environment": "production"})
    replicas = recording.of_type("pulumi-python:dynamic/infra-kit:PostgresReplica")
    assert [replica.name for replica in replicas] == ["db-replica-1", "db-replica-2"]
    assert not any(replica.options.protect for replica in replicas)


def test_a_limit_that_nothing_holds_is_said_in_the_plan() -> None:
    said = record(lambda: Postgres("db", storage_gb=10, max_storage_gb=30)).warnings
    assert [line for line in said if "'db': max_storage_gb: nothing stops it at 30 GiB" in line]
    assert not [line for line in record(lambda: Postgres("db")).warnings if "max_storage_gb" in line]
