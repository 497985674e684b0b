"""The README's first example, recorded on every target as it stands there."""

import re
from pathlib import Path
from typing import Any

import pytest

from infra_kit.testing import record

README = Path(__file__).parents[2] / "README.md"
PROGRAM, *_ = re.findall(r"```python\n(.*?)```", README.read_text(), re.DOTALL)
CONFIG: dict[str, dict[str, Any]] = {
    "local": {},
    "vps": {
        "infra-kit:vps": {
            "host": "203.0.113.10",
            "host_key": "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIKey",
            "acme_email": "ops@example.com",
        }
    },
    "aws": {"infra-kit:region": "eu-west-1"},
    "gcp": {"infra-kit:region": "europe-west1", "infra-kit:gcp": {"project": "shop-development"}},
}


@pytest.mark.parametrize("target", CONFIG)
def test_the_first_example_is_made_on_every_target(target: str) -> None:
    config = {"infra-kit:target": target, "infra-kit:environment": "development", **CONFIG[target]}
    stack = record(lambda: exec(PROGRAM, {}), config=config)  # noqa: S102  it is the README's
    assert "url" in stack.exports
    assert stack.warnings == ()
