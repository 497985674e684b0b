"""The parameters of an RDS server."""

from __future__ import annotations

import pytest

from tests.unit.providers.aws.databases import made, parameters, refused, server


def test_slow_statements_and_changes_of_the_schema_are_logged() -> None:
    values = parameters(made())
    assert values["log_statement"] == "ddl"
    assert values["log_min_duration_statement"] == "1000"
    assert server().inputs["enabledCloudwatchLogsExports"] == ["postgresql", "upgrade"]


@pytest.mark.parametrize(
    ("name", "given", "taken"),
    [
        ("work_mem", "64MB", "65536"),
        ("shared_buffers", "1GB", "131072"),
        ("max_wal_size", "2GB", "2048"),
        ("log_min_duration_statement", "0.5s", "500"),
        ("idle_in_transaction_session_timeout", "1min", "60000"),
        ("checkpoint_timeout", "900", "900"),
        ("log_lock_waits", "on", "1"),
        ("synchronous_commit", "off", "off"),
        ("timezone", "America/Santiago", "America/Santiago"),
    ],
)
def test_a_parameter_is_said_as_the_service_takes_it(name: str, given: str, taken: str) -> None:
    assert parameters(made(parameters={name: given}))[name] == taken


@pytest.mark.parametrize(("name", "given"), [("work_mem", "5s"), ("max_connections", "3GB"), ("my.own", "10min")])
def test_a_unit_that_a_parameter_has_not_is_refused(name: str, given: str) -> None:
    message = refused(parameters={name: given})
    assert message.startswith(f"Postgres 'db': parameters: given {name}={given!r}; RDS takes a plain number")


def test_what_counts_after_a_restart_alone_is_marked_so() -> None:
    listed = made(parameters={"max_connections": "300", "work_mem": "8MB"}).named("db-parameters").inputs["parameters"]
    methods = {it["name"]: it["applyMethod"] for it in listed}
    assert methods["max_connections"] == methods["shared_preload_libraries"] == "pending-reboot"
    assert methods["work_mem"] == methods["rds.force_ssl"] == "immediate"


@pytest.mark.parametrize("parameter", ["listen_addresses", "port", "ssl", "rds.force_ssl", "archive_command"])
def test_a_parameter_that_would_open_or_break_the_server_is_refused(parameter: str) -> None:
    assert f"parameters: given {parameter}='0'" in refused(parameters={parameter: "0"})


def test_a_parameter_group_goes_with_its_version() -> None:
    assert made(version="18").named("db-parameters").inputs["family"] == "postgres18"
