"""The shell scripts of a VPS: each is POSIX shell, stops at the first failure, and is in the package."""

from __future__ import annotations

import subprocess
from importlib import resources

import pytest

from infra_kit.providers.vps import scripts

NAMES = sorted(file.name for file in resources.files(scripts).iterdir() if file.name.endswith(".sh"))


def test_there_are_scripts() -> None:
    assert {"bootstrap.sh", "bucket.sh", "event_bus.sh", "site.sh"} <= set(NAMES)


@pytest.mark.parametrize("name", NAMES)
def test_a_script_is_posix_shell_and_stops_at_the_first_failure(name: str) -> None:
    text = scripts.script(name)

    subprocess.run(["sh", "-n"], input=text, text=True, check=True)
    assert text.startswith("#!/bin/sh\n")
    assert "\nset -eu\n" in text
