"""The options of AWS that a stack sets under `infra-kit:aws`."""

from __future__ import annotations

from pydantic import Field

from infra_kit.settings import Settings
from infra_kit.spec import Items


class AwsSettings(Settings):
    profile: str | None = None
    """The named profile of the AWS configuration. Default: Pulumi's own (`aws:profile`, the environment)."""
    zones: Items[str] = Field(default=("a", "b", "c", "d", "e", "f"), min_length=1)
    """The letters of the availability zones to use, in this order. They are said, not looked up: a zone that opens or
    closes for new customers must not move what stands. Name others where an account lacks one of them."""
