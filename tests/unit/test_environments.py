import pytest

from infra_kit import Environment


def test_production_protects_keeps_backs_up_and_restores_to_any_moment() -> None:
    defaults = Environment.PRODUCTION.defaults
    assert defaults.protect
    assert defaults.retain_data
    assert defaults.backup_days == 7
    assert defaults.point_in_time
    assert defaults.flow_logs


def test_staging_keeps_its_data_and_a_backup_but_can_be_replaced() -> None:
    defaults = Environment.STAGING.defaults
    assert defaults.retain_data
    assert defaults.backup_days == 1
    assert not defaults.protect
    assert not defaults.point_in_time


@pytest.mark.parametrize("environment", [Environment.DEVELOPMENT, Environment.PREVIEW])
def test_what_is_thrown_away_is_neither_protected_nor_backed_up(environment: Environment) -> None:
    defaults = environment.defaults
    paid_for = [defaults.protect, defaults.backup_days, defaults.point_in_time, defaults.flow_logs]
    assert not any(paid_for)


@pytest.mark.parametrize("environment", Environment)
def test_development_and_a_preview_lose_their_data_with_their_stack(environment: Environment) -> None:
    passing = {Environment.DEVELOPMENT, Environment.PREVIEW}  # seeds/001: a preview goes with its pull request
    assert environment.defaults.retain_data == (environment not in passing)
