"""Every shell script under Debian's shellcheck. Needs the package `shellcheck`."""

from __future__ import annotations

import subprocess
from importlib import resources

import pytest

from infra_kit.providers import aws
from infra_kit.providers.common import answers, bus_figures, machine_scripts, nats_cluster, opensearch_node
from infra_kit.providers.gcp import machines
from infra_kit.providers.vps import scripts

NAMES = sorted(file.name for file in resources.files(scripts).iterdir() if file.name.endswith(".sh"))
ON_AWS = resources.files(aws).joinpath("nats_machine.sh").read_text()
TEXTS = {
    "answers.sh": answers.script(),
    "bus_figures.sh": bus_figures.script(),
    "nats on aws": machine_scripts.text({}, ON_AWS, nats_cluster.SERVER),
    "nats on gcp": machine_scripts.text({}, machines.of_the_cloud(), nats_cluster.SERVER),
    "opensearch on gcp": machine_scripts.text({}, machines.of_the_cloud(), opensearch_node.SERVER),
    "opensearch.sh": opensearch_node.files()[opensearch_node.START],
    **{name: scripts.script(name) for name in NAMES},
}


@pytest.mark.parametrize("text", TEXTS.values(), ids=TEXTS)
def test_shellcheck_finds_nothing(text: str) -> None:
    command = ["shellcheck", "--severity=warning", "-"]
    checked = subprocess.run(command, input=text, capture_output=True, text=True, check=False)

    assert checked.returncode == 0, checked.stdout
