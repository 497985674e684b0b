"""What every spec refuses, and how it says so."""

import re
from collections.abc import Callable

import pulumi
import pytest
from pydantic import Field

from infra_kit import Backups, Consumer, LifecycleRule, Pooling, Route, Stream, spec
from infra_kit.components.postgres import PostgresSpec
from infra_kit.errors import SpecError
from infra_kit.testing import record


def build(**arguments: object) -> PostgresSpec:
    return spec.build(PostgresSpec, "Postgres", "db", arguments)


def refusal(**arguments: object) -> str:
    """An Output is made inside of a program: it is given as a function."""

    def program() -> None:
        build(**{key: value() if callable(value) else value for key, value in arguments.items()})

    with pytest.raises(SpecError) as refused:
        record(program)
    return str(refused.value)


def test_a_value_of_another_type_is_refused_not_converted() -> None:
    assert refusal(memory_gb="4") == "Postgres 'db': memory_gb: Input should be a valid number, given '4'"
    assert refusal(high_availability=1) == (
        "Postgres 'db': high_availability: Input should be a valid boolean, given 1"
    )


def test_an_unknown_argument_is_refused_with_those_there_are() -> None:
    message = refusal(memory=4)
    assert message.startswith("Postgres 'db': unknown 'memory'; allowed: backups, cpu, ")
    assert "memory_gb" in message


def test_a_value_out_of_range_is_refused_with_the_range() -> None:
    assert refusal(read_replicas=6) == ("Postgres 'db': read_replicas: at least 0 and at most 5 is needed, given 6")


def test_an_unsupported_version_is_refused_with_those_there_are() -> None:
    assert refusal(version="13") == "Postgres 'db': version: Input should be '14', '15', '16', '17' or '18', given '13'"


def test_an_output_is_refused_with_why_and_the_way_out() -> None:
    assert refusal(memory_gb=lambda: pulumi.Output.from_input(4)) == (
        "Postgres 'db': memory_gb was given an Output, whose value is not known before the deployment; a plain value "
        "is needed. Read it from the stack's configuration (pulumi.Config) instead"
    )


def test_an_output_inside_a_list_is_refused_in_the_same_way() -> None:
    message = refusal(databases=lambda: ["one", pulumi.Output.from_input("two")])
    assert message.startswith("Postgres 'db': databases.1 was given an Output")


def test_none_is_refused_with_the_way_out() -> None:
    message = refusal(version=None)
    assert (
        message == "Postgres 'db': version was given None; a plain value is needed. Leave version out for its default."
    )


def test_none_is_taken_where_it_is_the_default() -> None:
    """`pooling=Pooling() if production else None` is everyday code."""
    assert build(pooling=None, backups=None, max_storage_gb=None, deletion_protection=None) == build()


def test_none_of_an_unknown_argument_is_refused() -> None:
    assert refusal(polling=None).startswith("Postgres 'db': polling was given None")


def test_a_changed_spec_is_checked_as_a_whole() -> None:
    with pytest.raises(SpecError, match="PostgresSpec: max_storage_gb: given 10, it must not be below storage_gb"):
        build(storage_gb=20).replace(max_storage_gb=10)


def test_all_problems_come_in_one_message() -> None:
    message = refusal(memory_gb="4", version="13", memory=4)
    assert message.count("; allowed") == 1
    assert message.count("Input should be") == 2


def test_text_is_no_list_of_names() -> None:
    assert refusal(databases="app") == "Postgres 'db': databases: a list is needed, given 'app'"


def test_a_list_is_kept_as_a_tuple_so_that_nobody_changes_it_later() -> None:
    names = ["app", "second"]
    built = build(databases=names)
    names.append("third")
    assert built.databases == ("app", "second")


def test_options_of_another_kind_are_refused() -> None:
    assert "backups: " in refusal(backups=Pooling())
    assert "pooling: a Pooling is needed, given 3" in refusal(pooling=3)


def test_options_written_as_a_mapping_are_checked_alike() -> None:
    assert build(backups={"retention_days": 3}).backups == Backups(retention_days=3)
    assert refusal(backups={"days": 3}).startswith("Postgres 'db': Backups: unknown 'days'; allowed: ")


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (
            lambda: Backups(retention_days=99),
            "Backups: retention_days: at least 1 and at most 35 is needed, given 99",
        ),
        (lambda: Pooling(mod="session"), "Pooling: unknown 'mod'; allowed: max_connections, mode"),  # type: ignore[call-arg]
        (lambda: Stream(subjects=[]), "Stream: subjects: at least 1 is needed, given []"),
        (Consumer, "Consumer: stream is required"),
        (
            lambda: Route("example.com"),
            "Route: origin: an origin is an ObjectStore, a Gateway or a host's address, e.g. ",
        ),
        (
            LifecycleRule,
            "LifecycleRule: a rule needs one of archive_after_days, expire_after_days, noncurrent_expire_after_days",
        ),
    ],
)
def test_a_group_of_options_refuses_as_clearly_as_a_component(make: Callable[[], object], message: str) -> None:
    with pytest.raises(SpecError) as refused:
        make()
    assert str(refused.value).startswith(message)
    assert "\n" not in str(refused.value)


class Code(spec.Options):
    text: str = Field(pattern="^[a-z]{2}$")


def test_a_pattern_with_braces_is_told_as_it_is() -> None:
    with pytest.raises(SpecError, match=re.escape("Code: text: String should match pattern '^[a-z]{2}$', given 'x'")):
        Code(text="x")
