"""Extensions on RDS: what they need of the server, and which there are."""

from __future__ import annotations

from typing import Any

from infra_kit import Pooling, spec
from infra_kit.components.postgres import PostgresSpec
from infra_kit.providers.aws import postgres
from infra_kit.providers.aws.settings import AwsSettings
from tests.unit.providers.aws.databases import made, parameters


def test_an_extensions_library_is_loaded_beside_those_that_were_asked_for() -> None:
    recording = made(extensions=["pgaudit", "pgcrypto"], parameters={"shared_preload_libraries": "auto_explain"})
    assert parameters(recording)["shared_preload_libraries"] == "pg_stat_statements,pgaudit,auto_explain"


def test_pg_cron_runs_in_the_one_database() -> None:
    values = parameters(made(extensions=["pg_cron"], databases=["jobs"]))
    assert values["cron.database_name"] == "jobs"
    assert "pg_cron" in values["shared_preload_libraries"]


def gaps(**arguments: Any) -> dict[str, str]:
    asked = spec.build(PostgresSpec, "Postgres", "db", arguments)
    return {str(gap): hint for gap, hint in postgres.gaps(asked, AwsSettings()).items()}


def test_what_rds_has_is_no_gap() -> None:
    everything = ["vector", "postgis", "uuid-ossp", "pg_stat_statements", "pg_cron", "pgaudit"]
    assert gaps(version="14", extensions=everything, pooling=Pooling(), high_availability=True, read_replicas=5) == {}


def test_what_rds_has_but_for_other_versions_is_a_gap_that_names_them() -> None:
    assert gaps(version="18", extensions=["plrust"]) == {
        "extension:plrust": "RDS has it for version 14, 15, 16, 17, not for 18"
    }


def test_pg_cron_for_several_databases_is_a_gap() -> None:
    assert "give it a Postgres of its own" in gaps(extensions=["pg_cron"], databases=["a", "b"])["extension:pg_cron"]


def test_what_rds_has_not_is_a_gap_with_a_way_out() -> None:
    assert "the target 'vps'" in gaps(extensions=["timescaledb"])["extension:timescaledb"]
