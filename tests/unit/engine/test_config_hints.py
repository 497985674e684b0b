"""What a user is told of a value that nobody has set."""

from __future__ import annotations

import pulumi
import pytest

from infra_kit.engine.config_hints import set_in_full


@pytest.mark.parametrize(
    ("secret", "command"),
    [
        (True, 'eval "$(infra-kit env)" && pulumi config set --secret shop:backup-key <value> --stack shop-dev'),
        (False, 'eval "$(infra-kit env)" && pulumi config set shop:backup-key <value> --stack shop-dev'),
    ],
)
def test_a_missing_value_is_told_with_the_whole_command(secret: bool, command: str) -> None:
    said = set_in_full(str(pulumi.ConfigMissingError("shop:backup-key", secret)), "shop-dev")
    assert said.startswith("Missing required configuration variable 'shop:backup-key'")
    assert said.endswith(f"please set a value using the command `{command}`")


def test_what_says_no_command_stays_as_it_is() -> None:
    assert set_in_full("the disk is full", "shop-dev") == "the disk is full"
