"""The planner's commands as their user has them: what they print, and how they end."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from infra_kit.engine.project import Project
from tests.unit.planning.conftest import MakeProject
from tests.unit.planning.running import AWS, COMMANDS, PHASES, PUBLIC, Run, of_production

FIELDS = {
    "plan": {"stack", "target", "environment", "parts", "tree", "costs", "budgets", "lock_in", "audit", "deployment",
             "warnings", "assumed", "size"},
    "cost": {"stack", "currency", "items", "total", "budgets", "usage"},
    "lock-in": {"scores", "unscored", "total", "unaccepted", "change", "not_looked_at"},
    "audit": {"looked_at", "findings", "open"},
    "transition": {"before", "after", "changes", "moves", "monthly_before", "monthly_after", "currency"},
}  # fmt: skip
"""What a script may rely on."""


def test_a_plan_says_what_stands_what_it_costs_and_how_long_it_takes(run: Run) -> None:
    shown = of_production(run, "plan")
    assert (shown.code, shown.err) == (0, "")
    for said in ("db Postgres", "files ObjectStore", "the cheapest with at least", "USD a month", "of 10", "resources"):
        assert said in shown.out
    assert "A first deployment takes about" in shown.out
    assert "db-server 10 min" in shown.out


def test_the_bill_has_a_line_for_what_is_billed_and_its_source(run: Run) -> None:
    shown = of_production(run, "cost")
    assert shown.code == 0
    assert "production:" in shown.out
    assert "https://" in shown.out


@pytest.mark.parametrize(("budget", "code", "said"), [("1", 5, "over"), ("100000", 0, "within")])
def test_above_a_budget_the_bill_ends_with_5(run: Run, budget: str, code: int, said: str) -> None:
    ended = of_production(run, "cost", "--budget", budget)
    assert ended.code == code
    assert said in ended.out


@pytest.mark.parametrize(
    "arguments",
    [
        ("cost", "--budget", "-5"),
        ("cost", "--budget", "nan"),
        ("cost", "--currency", "GBP"),
        ("plan", "--set", "phase=2"),
        ("compare", "--set", "infra-kit:target"),
        ("phases", "--now", "users=many"),
        ("phases", "--now", "users"),
    ],
)
def test_what_the_arguments_alone_show_to_be_wrong_is_wrong_usage_before_anything_runs(
    run: Run, project: Project, arguments: tuple[str, ...]
) -> None:
    (project.root / "__main__.py").write_text("raise ValueError('it ran')\n")
    refused = run(*arguments)
    assert (refused.code, refused.out) == (2, "")
    assert arguments[1] in refused.err
    assert "it ran" not in refused.err


def test_the_help_says_what_each_exit_code_means(run: Run) -> None:
    assert "6 findings (`audit`), or something is missing (`doctor`)" in " ".join(run("--help").out.split())


def test_findings_end_an_audit_with_6_and_say_how_to_mend(run: Run, make_project: MakeProject, tmp_path: Path) -> None:
    make_project(PUBLIC, production=AWS)
    found = run("audit", "--stack", "production", "--sarif", str(tmp_path / "found.sarif"))
    assert found.code == 6
    for said in ("open", "why:", "mend:"):
        assert said in found.out
    written = json.loads((tmp_path / "found.sarif").read_text())
    assert written["version"] == "2.1.0"
    assert written["runs"][0]["results"]
    assert run("audit", "--stack", "production", "--fail-on", "never").code == 0


def test_places_stand_side_by_side(run: Run) -> None:
    shown = of_production(run, "compare")
    assert shown.code == 0
    for said in ("infra-kit:region=eu-west-1", "infra-kit:region=us-east-1", "cost a month", "availability"):
        assert said in shown.out
    assert "https://aws.amazon.com/rds/sla/" in shown.out.partition("\nSources\n")[2]


def test_one_place_is_nothing_to_compare(run: Run) -> None:
    refused = run("compare", "--stack", "production", "--set", "infra-kit:region=eu-west-1")
    assert refused.code == 1
    assert "two are needed" in refused.err


def test_phases_say_which_one_fits(run: Run) -> None:
    shown = run("phases", "--now", "users=1200")
    assert shown.code == 0
    assert "phase 1" in shown.out
    assert "What fits: phase 2" in shown.out
    assert json.loads(run("phases", "--now", "users=10", "--json").out)["fits"] == ["1"]


@pytest.mark.parametrize(
    ("form", "begin"), [("mermaid", "flowchart"), ("svg", "<svg"), ("html", "<!doctype html>"), ("json", "{")]
)
def test_a_picture_has_the_form_that_was_asked_for(run: Run, form: str, begin: str, tmp_path: Path) -> None:
    drawn = of_production(run, "graph", "--format", form)
    assert drawn.code == 0
    assert begin in drawn.out.lower()
    assert "db" in drawn.out
    into = of_production(run, "graph", "--format", form, "--out", str(tmp_path / "drawn"))
    assert into.code == 0
    assert (into.out or (tmp_path / "drawn").read_text()).strip() == drawn.out.strip()


def test_what_is_missing_here_ends_the_doctor_with_6_and_has_its_command(run: Run) -> None:
    found = of_production(run, "doctor")
    assert found.code == 6
    assert "credentials" in found.out.lower()
    assert "pulumi plugin install resource aws" in found.out


def test_a_step_that_changes_nothing_says_so(run: Run) -> None:
    shown = of_production(run, "transition", "--set", "infra-kit:region=eu-west-1")
    assert shown.code == 0
    assert "Nothing changes." in shown.out


def test_a_step_that_loses_data_ends_with_3_unless_its_component_is_named(run: Run) -> None:
    refused = of_production(run, "transition", "--set", "infra-kit:phase=2")
    assert refused.code == 3
    assert "db-server" in refused.out
    assert refused.err.rstrip().endswith("--allow-delete aws-network --allow-delete db")
    named = ("--allow-delete", "db", "--allow-delete", "aws-network")
    assert of_production(run, "transition", "--set", "infra-kit:phase=2", *named).code == 0


def test_a_secret_that_replaces_a_database_is_refused_as_everything_that_does(run: Run, project: Project) -> None:
    (project.root / "__main__.py").write_text(
        "import pulumi\nfrom pulumi_aws import rds\nuser = pulumi.Output.secret(pulumi.Config().get('user') or 'one')\n"
        "rds.Instance('raw', instance_class='db.t4g.micro', username=user)\n"
    )
    refused = of_production(run, "transition", "--set", "shop:user=other")
    assert refused.code == 3
    assert "raw (username: [secret] → [secret]) holds data" in refused.out
    assert "because username changes" in refused.err


@pytest.mark.parametrize("settings", [(), ("--set", "infra-kit:phase=2")])
def test_a_name_that_nothing_has_may_not_be_allowed_to_go(run: Run, settings: tuple[str, ...]) -> None:
    mistyped = of_production(run, "transition", *settings, "--allow-delete", "dbb")
    assert (mistyped.code, mistyped.out) == (1, "")
    assert "--allow-delete dbb: production has no component or resource of that name. There are: " in mistyped.err
    named = ("--allow-delete", "db-server", "--allow-delete", "db", "--allow-delete", "aws-network")
    assert of_production(run, "transition", *settings, *named).code == 0


def test_a_plan_that_was_kept_is_what_a_step_begins_at(run: Run, tmp_path: Path) -> None:
    kept = tmp_path / "before.json"
    assert of_production(run, "plan", "--set", "infra-kit:phase=2", "--save", str(kept)).code == 0
    shown = of_production(run, "transition", "--from", str(kept))
    assert shown.code == 0
    assert "created" in shown.out
    assert "db-server" in shown.out


@pytest.mark.parametrize("command", [name for name in COMMANDS if name != "graph"])
def test_json_is_json_alone_and_has_its_fields(run: Run, command: str) -> None:
    printed = of_production(run, command, "--json")
    found: Any = json.loads(printed.out)
    assert printed.err == ""
    assert found
    assert FIELDS.get(command, set()) <= (found.keys() if isinstance(found, dict) else set())


ASKS = """
    import pulumi_aws as aws
    from infra_kit import Secret
    Secret("token", value=aws.s3.get_canonical_user_id().id)
"""


@pytest.mark.parametrize("command", ["plan", "cost", "lock-in", "audit", "transition", "graph"])
def test_what_was_made_up_is_told_by_every_command(run: Run, make_project: MakeProject, command: str) -> None:
    make_project(ASKS, production=AWS)
    ended = of_production(run, command)
    assert "getCanonicalUserId answers" in ended.out + ended.err


def test_what_was_made_up_is_told_of_phases_too(run: Run, make_project: MakeProject) -> None:
    make_project(ASKS, files={"phases.yaml": PHASES}, production=AWS)
    assert "getCanonicalUserId answers" in run("phases").out
