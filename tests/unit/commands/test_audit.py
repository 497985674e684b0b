"""`infra-kit audit`: what is printed, and how it ends."""

import json
from collections.abc import Callable

import pytest
from typer.testing import CliRunner, Result

from infra_kit.cli import app
from infra_kit.commands.exit_codes import FINDINGS
from tests.unit.planning.conftest import MakeProject

OPEN = """
import pulumi_docker as docker
docker.Container("raw", image="nginx", memory=128, ports=[{"internal": 5432, "external": 5432}],
                 capabilities={"drops": ["ALL"]}, security_opts=["no-new-privileges"])
"""
Audit = Callable[..., Result]


@pytest.fixture
def audit(make_project: MakeProject, monkeypatch: pytest.MonkeyPatch) -> Audit:
    def run(*arguments: str) -> Result:
        project = make_project(OPEN, dev="config: {infra-kit:target: local}")
        monkeypatch.chdir(project.root)
        return CliRunner().invoke(app, ["audit", "--stack", "dev", *arguments])

    return run


def test_it_ends_with_a_code_of_its_own_where_something_that_bad_is_open(audit: Audit) -> None:
    assert audit().exit_code == FINDINGS
    assert audit("--fail-on", "critical").exit_code == 0


def test_json_names_the_severity_as_the_options_do(audit: Audit) -> None:
    [finding] = json.loads(audit("--json").stdout)["findings"]
    assert (finding["rule"], finding["severity"]) == ("published-port", "high")


def test_it_counts_the_resources_that_a_plan_counts(make_project: MakeProject, monkeypatch: pytest.MonkeyPatch) -> None:
    """A component holds others together, and is none itself."""
    program = "from infra_kit import Redis\nRedis('cache')\n"
    monkeypatch.chdir(make_project(program, dev="config: {infra-kit:target: local}").root)
    planned, audited = (
        json.loads(CliRunner().invoke(app, [command, "--stack", "dev", "--json"]).stdout)
        for command in ("plan", "audit")
    )
    assert planned["size"] == audited["looked_at"] == 1


def test_what_no_rule_knows_is_named(make_project: MakeProject, monkeypatch: pytest.MonkeyPatch) -> None:
    program = "import pulumi_docker as docker\ndocker.Plugin('disks', name='vieux/sshfs')\n"
    monkeypatch.chdir(make_project(program, dev="config: {infra-kit:target: local}").root)
    ended = CliRunner().invoke(app, ["audit", "--stack", "dev"])
    assert ended.exit_code == 0
    assert "No rule knows\n  • docker:index/plugin:Plugin (disks)\n" in ended.stdout
