"""Every shell script under Debian's shellcheck. Needs the package `shellcheck`."""

from __future__ import annotations

import subprocess
from importlib import resources

import pytest

from infra_kit.providers import aws, common, gcp
from infra_kit.providers.common import answers
from infra_kit.providers.vps import scripts

NAMES = sorted(file.name for file in resources.files(scripts).iterdir() if file.name.endswith(".sh"))
SERVER = resources.files(common).joinpath("nats_server.sh").read_text()
TEXTS = {
    "answers.sh": answers.script(),
    "nats_server.sh": SERVER,
    **{
        f"{name}/nats_machine.sh": "#!/bin/sh\n" + resources.files(cloud).joinpath("nats_machine.sh").read_text()
        for name, cloud in {"aws": aws, "gcp": gcp}.items()
    },
    **{name: scripts.script(name) for name in NAMES},
}


@pytest.mark.parametrize("text", TEXTS.values(), ids=TEXTS)
def test_shellcheck_finds_nothing(text: str) -> None:
    command = ["shellcheck", "--severity=warning", "-"]
    checked = subprocess.run(command, input=text, capture_output=True, text=True, check=False)

    assert checked.returncode == 0, checked.stdout
