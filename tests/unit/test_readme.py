"""The README: its first example, recorded on every target as it stands there; the commands of its first screen."""

import re
from pathlib import Path
from typing import Any

import pytest

from infra_kit.testing import record

ROOT = Path(__file__).parents[2]
README = ROOT / "README.md"
MAKEFILE = (ROOT / "Makefile").read_text()
FIRST_SCREEN = 30
"""Lines."""
PROGRAM, _, OPERATIONS, *_ = re.findall(r"```python\n(.*?)```", README.read_text(), re.DOTALL)
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


def test_what_keeps_it_running_is_made_as_it_stands_there() -> None:
    keys = ("offsite-access-key", "offsite-secret-key", "backup-key", "slack")
    asked = {f"test:{key}": "https://value.example.com/it" for key in keys}
    config = {"infra-kit:target": "local", "infra-kit:environment": "development", **asked}
    stack = record(lambda: exec(PROGRAM + OPERATIONS, {}), config=config)  # noqa: S102  it is the README's
    made = {it.type.rpartition(":")[2] for it in stack.resources if it.type.startswith("infra-kit:")}
    assert made >= {"Backup", "RestoreDrill", "Uptime", "Alerts", "Dashboard", "Logs", "Panel"}


def test_every_target_of_make_that_it_names_is_there_and_does_its_own_set_up() -> None:
    """What a clean clone has is `make`: nothing of `.venv` stands before."""
    for name in set(re.findall(r"^(?:    |\| `)make ([a-z-]+)", README.read_text(), re.MULTILINE)):
        assert re.search(rf"^{name}: (\$\((READY|ALL)\)|style)", MAKEFILE, re.MULTILINE), name


def test_planning_is_on_the_first_screen_and_its_first_command_works_in_a_clean_clone() -> None:
    assert "make plan STACK=" in "\n".join(README.read_text().splitlines()[:FIRST_SCREEN])
    section = README.read_text().partition("## See it before you take the step")[2].partition("\n## ")[0]
    first, *_ = re.findall(r"^    (.+)", section, re.MULTILINE)
    assert first.startswith("make plan STACK=")


def test_a_secret_can_be_set_before_the_first_up() -> None:
    """Pulumi sets none of a stack that it does not know."""
    before, command, _ = README.read_text().partition("    pulumi config set --secret backup-key")
    assert command
    assert before.splitlines()[-1].startswith('    eval "$(infra-kit env)" && pulumi stack select --create dev ')
