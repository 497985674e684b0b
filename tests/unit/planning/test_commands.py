"""The planner's commands as their user has them: what they print, how they end, what they say of bad input."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from infra_kit import cli
from infra_kit.engine.operations import Step
from infra_kit.engine.project import Project
from infra_kit.planning import preview
from tests.unit.planning.conftest import MakeProject

SHOP = """
    import pulumi
    from infra_kit import ObjectStore, Postgres
    ObjectStore("files")
    if pulumi.Config("infra-kit").get("phase") != "2":
        Postgres("db", memory_gb=2)
"""
PHASES = """
    "1": {title: Start, stack: production, until: {users: 1000}}
    "2": {title: Growth, stack: production}
"""
AWS = "config: {infra-kit:target: aws, infra-kit:environment: production, infra-kit:region: eu-west-1}"
COMMANDS: dict[str, tuple[str, ...]] = {
    "plan": (),
    "cost": (),
    "lock-in": (),
    "audit": ("--fail-on", "never"),
    "compare": ("--set", "infra-kit:region=eu-west-1", "--set", "infra-kit:region=us-east-1"),
    "transition": (),
    "doctor": (),
    "graph": (),
}
"""All that plan one stack."""
FIELDS = {
    "plan": {"stack", "target", "environment", "parts", "tree", "costs", "budgets", "lock_in", "audit", "deployment",
             "warnings", "assumed", "size"},
    "cost": {"stack", "currency", "items", "total", "budgets", "usage"},
    "lock-in": {"scores", "unscored", "total", "unaccepted", "change", "not_looked_at"},
    "audit": {"looked_at", "findings", "open"},
    "transition": {"before", "after", "changes", "moves", "monthly_before", "monthly_after", "currency"},
}  # fmt: skip
"""What a script may rely on."""


class Ended(NamedTuple):
    code: int
    out: str
    err: str


Run = Callable[..., Ended]


@pytest.fixture
def project(make_project: MakeProject) -> Project:
    return make_project(SHOP, files={"phases.yaml": PHASES}, production=AWS, staging=AWS)


@pytest.fixture
def run(project: Project, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path) -> Run:
    """Runs `infra-kit` with arguments in the project's folder, on a machine that has nothing for a cloud."""
    for name in [name for name in os.environ if name.startswith(("AWS_", "STACK", "PULUMI_", "INFRA_KIT_"))]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.chdir(project.root)

    def ended(*arguments: str) -> Ended:
        monkeypatch.setattr("sys.argv", ["infra-kit", *arguments])
        with pytest.raises(SystemExit) as done:
            cli.main()
        return Ended(int(done.value.code or 0), *capsys.readouterr())

    return ended


def of_production(run: Run, command: str, *arguments: str) -> Ended:
    return run(command, "--stack", "production", *COMMANDS[command], *arguments)


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


PUBLIC = """
    from pulumi_aws import rds
    rds.Instance("open", instance_class="db.t4g.micro", publicly_accessible=True)
"""


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
    shown = of_production(run, "transition")
    assert shown.code == 0
    assert "Nothing changes." in shown.out


def test_a_step_that_loses_data_ends_with_3_unless_its_component_is_named(run: Run) -> None:
    refused = of_production(run, "transition", "--set", "infra-kit:phase=2")
    assert refused.code == 3
    assert "db-server" in refused.out
    assert refused.err.rstrip().endswith("--allow-delete aws-network --allow-delete db")
    named = ("--allow-delete", "db", "--allow-delete", "aws-network")
    assert of_production(run, "transition", "--set", "infra-kit:phase=2", *named).code == 0


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


@pytest.mark.parametrize("command", COMMANDS)
def test_an_unknown_stack_is_refused_with_those_there_are(run: Run, command: str) -> None:
    refused = run(command, "--stack", "prod", *COMMANDS[command])
    assert (refused.code, refused.out) == (1, "")
    assert "no stack 'prod'" in refused.err
    assert "Stacks: production, staging." in refused.err


@pytest.mark.parametrize("command", COMMANDS)
def test_a_file_that_is_no_yaml_is_told_with_its_line(run: Run, project: Project, command: str) -> None:
    (project.root / "Pulumi.production.yaml").write_text("config:\n  infra-kit:target: aws\n  broken: [1, 2\n")
    refused = of_production(run, command)
    assert (refused.code, refused.out) == (1, "")
    assert "Pulumi.production.yaml" in refused.err
    assert "line 4" in refused.err


@pytest.mark.parametrize("command", [name for name in COMMANDS if name != "compare"])
def test_a_key_that_nothing_reads_is_refused_with_the_nearest(run: Run, command: str) -> None:
    refused = of_production(run, command, "--set", "infra-kit:phse=2")
    assert (refused.code, refused.out) == (1, "")
    assert "nothing reads infra-kit:phse" in refused.err
    assert "Did you mean infra-kit:phase?" in refused.err


@pytest.mark.parametrize(
    ("program", "said"),
    [
        ("from infra_kit import Postgres\nPostgres('db', memory_gb=\n", "SyntaxError"),
        ("from infra_kit import Postgres\nPostgres('db', memory=2)\n", "unknown 'memory'"),
        ("import pulumi\nraise ValueError('no zones')\n", "ValueError: no zones"),
        ("import pulumi\nimport missing_module\n", "missing_module"),
    ],
)
def test_a_program_that_fails_says_its_own_error_its_file_and_its_line(
    run: Run, project: Project, program: str, said: str
) -> None:
    (project.root / "__main__.py").write_text(program)
    refused = of_production(run, "plan")
    assert (refused.code, refused.out) == (1, "")
    assert said in refused.err
    assert f"{project.root / '__main__.py'}, line 2" in refused.err
    assert "Traceback" not in refused.err


def test_what_a_program_prints_is_not_in_what_a_script_reads(run: Run, project: Project) -> None:
    (project.root / "__main__.py").write_text("print('hello')\n")
    printed = of_production(run, "plan", "--json")
    assert json.loads(printed.out)["parts"] == []
    assert printed.err == "program: hello\n"


URN = "urn:pulumi:production::shop::infra-kit:index:Postgres$aws:rds/instance:Instance::db-server"


@pytest.mark.parametrize(("op", "code"), [("replace", 3), ("delete", 3), ("update", 0)])
def test_what_the_engine_would_lose_is_refused_though_our_table_knows_nothing_of_it(
    run: Run, monkeypatch: pytest.MonkeyPatch, op: str, code: int
) -> None:
    step = Step(urn=URN, type="aws:rds/instance:Instance", op=op, parent="db", replace_keys=("instanceClass",))
    monkeypatch.setattr(preview, "steps", lambda *_: [step])
    ended = of_production(run, "transition", "--engine")
    assert ended.code == code
    assert ("db-server" in ended.err) == (code == 3)
    assert of_production(run, "transition", "--engine", "--allow-delete", "db").code == 0


def test_a_place_that_has_no_plan_says_why_and_ends_with_1(run: Run) -> None:
    places = ("--set", "infra-kit:target=aws", "--set", "infra-kit:target=nowhere")
    ended = run("compare", "--stack", "production", *places)
    assert ended.code == 1
    assert "nowhere" in ended.out
    assert "cost a month" in ended.out


NOWHERE = AWS.replace(", infra-kit:region: eu-west-1", "")


@pytest.mark.parametrize(
    ("config", "said"),
    [
        (NOWHERE, "infra-kit:region is not set"),
        (AWS.replace("eu-west-1", "eu-central-1"), "there is no price book of aws in eu-central-1"),
        (AWS.replace("eu-west-1", "eu-wset-9"), "(try --set infra-kit:region=eu-west-1)"),
    ],
)
@pytest.mark.parametrize("command", ["plan", "cost"])
def test_a_cloud_in_a_region_without_prices_is_told_once_with_the_way_out(
    run: Run, make_project: MakeProject, config: str, said: str, command: str
) -> None:
    make_project(SHOP, production=config)
    shown = of_production(run, command)
    [line] = [line for line in shown.out.splitlines() if said in line]
    assert "regions with prices: eu-west-1, sa-east-1, us-east-1 (try --set infra-kit:region=" in line
    assert "unknown region" not in shown.out


def test_a_budget_beside_lines_without_a_price_is_undecided(run: Run, make_project: MakeProject) -> None:
    make_project(SHOP, production=NOWHERE)
    shown = of_production(run, "cost", "--budget", "100000")
    assert shown.code == 0
    assert "undecided --budget: 100,000.00 USD a month: " in shown.out
    assert "within" not in shown.out


def test_a_raw_resource_is_priced_where_its_own_providers_key_says(run: Run, make_project: MakeProject) -> None:
    make_project(PUBLIC, production=AWS)
    told = of_production(run, "cost").out
    assert "aws:region is not set; regions with prices: eu-west-1, sa-east-1, us-east-1 (try --set aws:region=" in told
    mended = of_production(run, "cost", "--set", "aws:region=eu-west-1").out
    assert "production: 0.00 USD" in told
    assert "production: 0.00 USD" not in mended
    assert "unpriced" not in mended


def test_the_stack_of_a_host_that_nobody_owns_yet_can_be_planned_and_the_doctor_says_what_to_set(
    run: Run, make_project: MakeProject
) -> None:
    make_project(SHOP, production="config: {infra-kit:target: vps, infra-kit:environment: production}")
    shown = of_production(run, "plan")
    assert shown.code == 0
    assert "the setting infra-kit:vps.host, which nobody has set yet" in shown.out
    missing = of_production(run, "doctor")
    assert missing.code == 6
    assert "pulumi config set --path 'infra-kit:vps.host' '<host>' --stack production" in missing.out
    assert "pulumi config set --path 'infra-kit:vps.backups.bucket' '<bucket>' --stack production" in missing.out


def test_a_region_that_is_missing_is_something_that_the_doctor_misses(run: Run, make_project: MakeProject) -> None:
    make_project(SHOP, production=NOWHERE)
    missing = of_production(run, "doctor")
    assert "pulumi config set --path 'infra-kit:region' '<region>' --stack production" in missing.out


def test_an_empty_file_of_a_stack_says_what_it_is_planned_as(run: Run, make_project: MakeProject) -> None:
    make_project(SHOP, production="")
    shown = of_production(run, "plan")
    assert "the target is local: nobody has said infra-kit:target, in Pulumi.production.yaml" in shown.out


def test_a_program_that_does_not_ask_for_a_key_is_told_with_what_it_asks_for(
    run: Run, make_project: MakeProject
) -> None:
    asks = "import pulumi\npulumi.Config().get('stripe-plan')\npulumi.Config('pay').get('plan')\n"
    make_project(asks, production="config: {infra-kit:target: local}")
    for key in ("shop:stripe-plan", "pay:plan"):
        assert of_production(run, "plan", "--set", f"{key}=x").code == 0
    refused = of_production(run, "plan", "--set", "shop:strip-plan=x")
    assert (refused.code, refused.out) == (1, "")
    assert "reads shop:strip-plan. Did you mean shop:stripe-plan? The program reads: pay:plan, shop:st" in refused.err
