import pulumi
import pytest

from infra_kit import Config
from infra_kit.errors import SpecError
from infra_kit.testing import record
from tests.unit.refusals import refusal


@pytest.mark.parametrize("path", ["/database", "database/", "Database", "a//b", "..", "a b", ""])
def test_a_path_is_words_below_the_environment(path: str) -> None:
    assert "a path of lower-case words is needed" in refusal(lambda: Config("it", values={path: "x"}), SpecError)


def test_a_path_holds_a_value_or_others_below_it() -> None:
    message = refusal(lambda: Config("it", values={"database": "x", "database/host": "y"}), SpecError)
    assert message == (
        "Config 'it': values: database is a value, and database/host is below it; a path is the one or the other"
    )


def test_two_values_are_two_variables() -> None:
    message = refusal(lambda: Config("it", values={"log-level": "x", "log/level": "y"}), SpecError)
    assert message == "Config 'it': values: log-level and log/level would be one variable, …_LOG_LEVEL; rename one"


def test_at_least_one_value_is_needed() -> None:
    assert refusal(lambda: Config("it", values={}), SpecError).startswith("Config 'it': values: at least 1 is needed")


def test_a_secret_among_the_values_is_refused_and_not_shown() -> None:
    def program() -> None:
        Config("it", values={"key": pulumi.Output.secret("hunter2")})

    message = refusal(program, SpecError)
    assert message == (
        "Config 'it': values.key: given a secret, which everybody could read there. Keep it in a Secret: "
        "Secret(…, value=…)."
    )


def test_an_output_that_is_no_secret_is_a_value() -> None:
    def program() -> None:
        Config("it", values={"host": pulumi.Output.from_input("db.internal")})

    assert record(program).named("it-files").inputs["values"] == {"host": "db.internal"}
