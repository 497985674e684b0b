"""Secret on Google Cloud: what Secret Manager keeps, and who may read it."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from infra_kit import Config, Secret
from infra_kit.providers.common import rotation
from infra_kit.testing import Recording
from tests.unit.providers.gcp.workloads import GCP, PRODUCTION, of


def secret(**asked: Any) -> Recording:
    return of(lambda: Secret("jwt", **asked), PRODUCTION)


def test_it_is_called_after_its_path_below_the_environment() -> None:
    assert secret(path="jwt/secret").named("jwt-secret").inputs["secretId"] == "production--jwt--secret"


def test_without_a_path_no_other_stack_of_the_project_has_its_name() -> None:
    assert secret().named("jwt-secret").inputs["secretId"] == "production--test--test--jwt"


def test_previews_of_one_project_share_no_name() -> None:
    preview = GCP | {"infra-kit:environment": "preview", "infra-kit:app": "The Shop"}
    made = of(
        lambda: (Secret("jwt", path="jwt/secret"), Config("conf", values={"database/host": "db.internal"})), preview
    )
    assert made.named("jwt-secret").inputs["secretId"] == "preview--The-Shop--test--jwt--secret"
    parameter = made.named("conf-parameter-database.host").inputs["parameterId"]
    assert parameter == "preview--The-Shop--test--database--host"


def test_what_is_given_is_kept_and_what_is_not_is_generated() -> None:
    given = secret(value="from-elsewhere")
    assert given.named("jwt-secret-version").inputs["secretData"] == "from-elsewhere"
    assert not given.of_type("random:index/randomPassword:RandomPassword")
    assert secret(length=64).named("jwt-value").inputs["length"] == 64


def test_it_stays_in_the_region_under_a_key_of_its_own_in_production() -> None:
    it = secret().named("jwt-secret").inputs
    (replica,) = it["replication"]["userManaged"]["replicas"]
    assert replica["location"] == "europe-west1"
    assert replica["customerManagedEncryption"]["kmsKeyName"] == "jwt-secrets-key-id"
    assert it["deletionProtection"] is True
    assert of(lambda: Secret("jwt"), GCP).named("jwt-secret").inputs["deletionProtection"] is False


def test_a_generated_value_belongs_to_a_stretch_of_time_as_long_as_its_rotation(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def since(now: datetime) -> object:
        class Clock(datetime):
            @classmethod
            def now(cls, _tz: object = None) -> Clock:
                return cls.fromtimestamp(now.timestamp(), UTC)

        monkeypatch.setattr(rotation, "datetime", Clock)
        return secret(rotation="90d").named("jwt-value").inputs["keepers"]

    first, same, next_ = (since(datetime(2026, month, day, tzinfo=UTC)) for month, day in ((3, 1), (3, 2), (5, 30)))
    assert first == same
    assert next_ != first
    assert secret().named("jwt-value").inputs["keepers"] == {"infra-kit": "original"}
