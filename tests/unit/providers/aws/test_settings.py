"""The options of AWS in a stack's configuration."""

from __future__ import annotations

import pytest

from infra_kit.errors import ConfigError
from infra_kit.providers.aws.settings import AwsSettings


@pytest.mark.parametrize(
    ("zones", "why"),
    [
        (["a", "a"], "zones: each stands once, given ['a', 'a']."),
        (["eu-west-1a"], "zones.0: a letter from a to h is needed, e.g. 'a', given 'eu-west-1a'."),
        ([], "zones: at least 1 is needed, given []."),
    ],
)
def test_zones_that_are_none_are_refused(zones: list[str], why: str) -> None:
    with pytest.raises(ConfigError) as refused:
        AwsSettings.parse("infra-kit:aws", {"zones": zones})
    assert str(refused.value) == f"infra-kit:aws: {why}"


def test_zones_keep_their_order() -> None:
    assert AwsSettings.parse("infra-kit:aws", {"zones": ["c", "a"]}).zones == ("c", "a")
