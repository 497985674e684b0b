"""Secret and Config on AWS: where a value is kept, under which name and key."""

from __future__ import annotations

from infra_kit import Config, Secret
from tests.unit.providers.aws.workloads import AWS, PRODUCTION, of

PREVIEW = AWS | {"infra-kit:environment": "preview"}


def test_a_secret_is_called_by_its_path_below_the_environment() -> None:
    made = of(lambda: Secret("jwt", path="jwt/secret"), PRODUCTION)
    assert made.named("jwt-secret").inputs["name"] == "/production/jwt/secret"
    assert made.named("jwt-secret").options.ignore_changes == ("name",)


def test_a_secret_without_a_path_has_a_name_that_no_other_has() -> None:
    """Automatic: one that was deleted is kept for 30 days, with its name."""
    assert "name" not in of(lambda: Secret("jwt")).named("jwt-secret").inputs


def test_previews_of_one_account_share_no_name() -> None:
    made = of(
        lambda: (Secret("jwt", path="jwt/secret"), Config("conf", values={"database/host": "db.internal"})), PREVIEW
    )
    assert made.named("jwt-secret").inputs["name"] == "/preview/shop/test/jwt/secret"
    assert made.named("conf-parameter-database.host").inputs["name"] == "/preview/shop/test/database/host"


def test_a_generated_value_is_guarded_like_data_unless_it_rotates() -> None:
    for rotation, guarded in ((None, True), ("90d", False)):
        made = of(lambda rotation=rotation: Secret("jwt", rotation=rotation), PRODUCTION)  # type: ignore[misc]
        assert made.named("jwt-value").options.protect is guarded
        assert made.named("jwt-secret").options.protect


def test_it_has_a_key_of_its_own_in_production_and_can_be_had_back() -> None:
    made = of(lambda: Secret("jwt"), PRODUCTION)
    secret = made.named("jwt-secret").inputs
    assert secret["kmsKeyId"] == made.named("jwt-key").outputs["arn"]
    assert secret["recoveryWindowInDays"] == 30
    assert "secretString" in made.named("jwt-secret-value").secret_inputs
    assert "kmsKeyId" not in of(lambda: Secret("jwt")).named("jwt-secret").inputs


def test_a_generated_value_is_made_anew_after_its_time() -> None:
    made = of(lambda: Secret("jwt", rotation="90d", length=64)).named("jwt-value").inputs
    assert made["length"] == 64
    assert "since" in made["keepers"]


def test_parameters_are_a_tree_below_the_environment() -> None:
    made = of(lambda: Config("conf", values={"database/host": "db.internal"}), AWS)
    parameter = made.named("conf-parameter-database.host").inputs
    assert (parameter["name"], parameter["type"], parameter["value"]) == (
        "/staging/database/host",
        "String",
        "db.internal",
    )
    assert made.named("conf").outputs["references"] == {"database/host": "/staging/database/host"}
