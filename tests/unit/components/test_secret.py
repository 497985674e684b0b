import pulumi
import pytest

from infra_kit import Secret, features
from infra_kit.components.secret import SecretSpec
from infra_kit.errors import SpecError
from infra_kit.testing import record
from tests.unit.refusals import refusal


def test_a_given_secret_is_not_rotated_by_us() -> None:
    message = refusal(lambda: Secret("jwt", value="a-value", rotation="90d"), SpecError)
    assert message == (
        "Secret 'jwt': rotation: only a generated secret can be made anew; leave value out, or change it yourself"
    )


@pytest.mark.parametrize("length", [15, 257])
def test_a_generated_secret_is_neither_guessed_nor_endless(length: int) -> None:
    message = refusal(lambda: Secret("jwt", length=length), SpecError)
    assert message == f"Secret 'jwt': length: at least 16 and at most 256 is needed, given {length}"
    assert message.endswith(f"given {length}")


def test_a_given_secret_has_the_length_that_it_has() -> None:
    message = refusal(lambda: Secret("jwt", value="a-value", length=64), SpecError)
    assert message == "Secret 'jwt': length: only a generated secret has one; leave it out, or value"


@pytest.mark.parametrize("path", ["/jwt", "jwt/", "JWT", "a//b", "../a", ""])
def test_a_path_is_words_below_the_environment(path: str) -> None:
    assert refusal(lambda: Secret("jwt", path=path), SpecError).startswith("Secret 'jwt': path: ")


@pytest.mark.parametrize("rotation", ["90", "3 months", "0d"])
def test_a_rotation_is_a_duration(rotation: str) -> None:
    assert refusal(lambda: Secret("jwt", rotation=rotation), SpecError).startswith("Secret 'jwt': rotation: a duration")


def test_a_value_is_a_text_and_is_not_shown_where_it_is_none() -> None:
    message = refusal(lambda: Secret("jwt", value=1234567), SpecError)  # type: ignore[arg-type]
    assert message.startswith("Secret 'jwt': value: a text is needed, plain or an Output")


@pytest.mark.parametrize("plain", [True, False])
def test_a_value_is_secret_whether_it_was_given_as_one_or_not(plain: bool) -> None:
    def program() -> None:
        Secret("jwt", value="a-value" if plain else pulumi.Output.secret("a-value"))

    made = record(program)
    assert "value" in made.named("jwt").secret_outputs
    assert made.named("jwt").outputs["value"] == "a-value"
    assert "value" in made.named("jwt-file").secret_inputs


def test_without_its_rotation_a_secret_is_kept_for_ever() -> None:
    assert SecretSpec(rotation="90d").without(features.ROTATION) == SecretSpec()
