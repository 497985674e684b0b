"""The AWS CLI, as commands call it that do without the stack's program: with the user's own rights."""

from __future__ import annotations

from infra_kit.providers.common.standing import Standing


def command(to: Standing) -> list[str]:
    """How it begins: in the region and with the profile that the component was made with."""
    provider = to.provider("aws")
    said = [text for key in ("region", "profile") if (value := provider.get(key)) for text in (f"--{key}", str(value))]
    return ["aws", *said]
