from typing import Any

import pulumi
import pytest

from infra_kit import Backups, Environment, Postgres, spec
from infra_kit.components.postgres import PostgresSpec
from infra_kit.errors import SpecError
from infra_kit.recording import Resource
from infra_kit.testing import record


def refusal(**arguments: object) -> str:
    with pytest.raises(SpecError) as refused:
        spec.build(PostgresSpec, "Postgres", "db", arguments)
    return str(refused.value).removeprefix("Postgres 'db': ")


@pytest.mark.parametrize("name", ["", "App", "1app", "my-app", "a" * 64, "app;drop"])
def test_a_database_is_named_as_postgres_takes_it_without_quotes(name: str) -> None:
    wanted = "a name of at most 63 lower-case letters, digits and underscores is needed"
    assert refusal(databases=[name]) == f"databases.0: {wanted}, given {name!r}"


@pytest.mark.parametrize("name", ["", "PostGIS", "uuid ossp", "x'; drop"])
def test_an_extension_is_named_as_in_create_extension(name: str) -> None:
    assert refusal(extensions=[name]).startswith("extensions.0: an extension's name is needed")


def test_at_least_one_database_is_needed() -> None:
    assert refusal(databases=[]) == "databases: at least 1 is needed, given []"


@pytest.mark.parametrize("field", ["databases", "extensions"])
def test_nothing_is_named_twice(field: str) -> None:
    assert refusal(**{field: ["one", "two", "one"]}) == f"{field}: one is named twice in one, two, one"


def test_the_disk_does_not_grow_to_less_than_it_has() -> None:
    message = refusal(storage_gb=50, max_storage_gb=20)
    assert message == "max_storage_gb: given 20, it must not be below storage_gb (50)"


@pytest.mark.parametrize("window", ["03:00-04:00", "23:45-00:15"])
def test_a_backup_window_may_pass_midnight(window: str) -> None:
    assert Backups(window=window).window == window


@pytest.mark.parametrize("window", ["3:00-4:00", "24:00-01:00", "03:00", "03:00-03:60"])
def test_a_backup_window_has_one_form(window: str) -> None:
    with pytest.raises(SpecError, match=r"Backups: window: a daily window in UTC is needed, e\.g\. '03:00-04:00'"):
        Backups(window=window)


@pytest.mark.parametrize("window", ["03:00-03:29", "03:00-03:00"])
def test_a_backup_window_lasts_half_an_hour(window: str) -> None:
    with pytest.raises(SpecError, match="at least 30 minutes"):
        Backups(window=window)


def test_production_backs_up_for_a_week_to_any_moment_and_refuses_deletion() -> None:
    asked = PostgresSpec().for_environment(Environment.PRODUCTION)
    assert asked.backups == Backups(retention_days=7, point_in_time=True)
    assert asked.deletion_protection


def test_staging_backs_up_for_a_day() -> None:
    assert PostgresSpec().for_environment(Environment.STAGING).backups == Backups(retention_days=1, point_in_time=False)


def test_development_backs_up_nothing() -> None:
    asked = PostgresSpec().for_environment(Environment.DEVELOPMENT)
    assert asked.backups is None
    assert asked.deletion_protection is False


def test_what_was_asked_comes_before_the_environment() -> None:
    given = PostgresSpec(backups=Backups(retention_days=30), deletion_protection=False)
    assert given.for_environment(Environment.PRODUCTION) == given


@pytest.mark.parametrize("name", ["", "Listen_Addresses", "work mem", "work_mem = 1\nport"])
def test_a_parameter_is_named_as_postgres_lists_it(name: str) -> None:
    assert "a server parameter's name in lower case is needed" in refusal(parameters={name: "1"})


def test_a_parameters_value_is_one_line() -> None:
    message = refusal(parameters={"work_mem": "4MB'\nlisten_addresses = '*"})
    assert "a server parameter's value is one line of printable characters" in message


URL = "postgresql://app:p%40ss@db.internal:6543/shop?sslmode=require"


def existing(**arguments: Any) -> Resource:
    def program() -> None:
        given = {key: value() if callable(value) else value for key, value in arguments.items()}
        Postgres.existing("db", **{"url": URL, **given})

    recording = record(program)
    assert len(recording.resources) == 1, "an existing database makes nothing"
    return recording.named("db")


def test_an_existing_database_is_read_out_of_its_url() -> None:
    assert existing().outputs == {
        "host": "db.internal",
        "port": 6543,
        "database": "shop",
        "username": "app",
        "password": "p@ss",
        "url": URL,
        "reader_url": URL,
        "reader_urls": [URL],
        "pooled_url": URL,
    }


def test_of_an_existing_database_what_holds_the_password_is_secret_and_nothing_else() -> None:
    assert existing(ca_certificate="PEM").secret_outputs == {
        "password",
        "url",
        "reader_url",
        "reader_urls",
        "pooled_url",
    }


def test_an_existing_database_may_have_other_urls_for_readers_and_through_a_pooler() -> None:
    outputs = existing(reader_url="postgresql://reader", pooled_url="postgresql://pooled", ca_certificate="PEM").outputs
    assert outputs["reader_url"] == "postgresql://reader"
    assert outputs["reader_urls"] == ["postgresql://reader"]
    assert outputs["pooled_url"] == "postgresql://pooled"
    assert outputs["ca_certificate"] == "PEM"


def test_an_existing_databases_url_may_be_known_only_at_the_deployment() -> None:
    def program() -> None:
        Postgres.existing("db", url=pulumi.Output.secret("postgres://app@db.internal/shop"))

    outputs = record(program).named("db").outputs
    assert (outputs["host"], outputs["port"], outputs["username"], outputs["password"]) == (
        "db.internal",
        5432,
        "app",
        "",
    )


@pytest.mark.parametrize(
    "url",
    [
        "mysql://app:hunter2@db/shop",
        "postgresql://app:hunter2@/shop",
        "postgresql://db/shop",
        "postgresql://app:hunter2@db",
        "postgresql://app:hunter2@db:port/shop",
        "postgresql://app:hunter2@one:5432,two:5432/shop",
        "hunter2",
        "",
    ],
)
def test_what_is_no_url_of_a_database_is_refused_and_not_shown(url: str) -> None:
    # An Output is made inside of the program that it belongs to.
    for given in (lambda: url, lambda: pulumi.Output.from_input(url)):
        with pytest.raises(SpecError) as refused:
            existing(url=given)
        message = str(refused.value)
        assert message.startswith("Postgres 'db': url: the one given")
        assert "postgresql://user:password@host:port/name" in message
        assert "hunter2" not in message


@pytest.mark.parametrize("name", ["postgres", "template1", "rdsadmin"])
def test_a_database_of_the_servers_own_is_refused(name: str) -> None:
    assert f"{name!r} is a database of the server's own" in refusal(databases=[name])


SCHEMA = "options=-csearch_path%3Dpreview_7"


def test_a_schema_of_ones_own_in_an_existing_database_is_where_every_connection_begins() -> None:
    outputs = existing(schema="preview_7", reader_url="postgresql://app@reader/shop").outputs
    assert outputs["url"] == f"{URL}&{SCHEMA}"
    assert outputs["pooled_url"] == outputs["url"]
    assert outputs["reader_urls"] == [f"postgresql://app@reader/shop?{SCHEMA}"]
    assert (outputs["host"], outputs["password"], outputs["database"]) == ("db.internal", "p@ss", "shop")


def test_a_schema_is_the_one_of_a_url_that_is_known_only_at_the_deployment_too() -> None:
    made = existing(url=lambda: pulumi.Output.from_input("postgres://app@db.internal/shop"), schema="preview_7")
    assert made.outputs["url"] == f"postgres://app@db.internal/shop?{SCHEMA}"
    assert "url" in made.secret_outputs


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"schema": "Preview-7"}, "schema: given 'Preview-7'; a name of at most 63 lower-case letters"),
        ({"schema": "p", "pooled_url": URL}, "pooled_url: given with a schema, and a pooler gives one connection to"),
        ({"schema": "p", "url": f"{URL}&options=-cx%3D1"}, "url: the one given has options of its own"),
    ],
)
def test_a_schema_that_would_not_hold_is_refused(given: dict[str, str], said: str) -> None:
    with pytest.raises(SpecError) as refused:
        existing(**given)
    assert str(refused.value).startswith(f"Postgres 'db': {said}")
