"""What the planner's commands say of bad input, and of what nobody has said yet."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from infra_kit.engine.operations import Step
from infra_kit.engine.project import Project
from infra_kit.planning import preview
from tests.unit.planning.conftest import MakeProject
from tests.unit.planning.running import AWS, COMMANDS, PUBLIC, SHOP, Run, of_production


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


@pytest.mark.parametrize(
    ("file", "said"),
    [(b"config: 5\n", "config"), (b"5\n", "a mapping"), (b"config:\n  infra-kit:target: \xff\n", "UTF-8")],
)
def test_a_stack_file_that_is_none_is_told_without_a_traceback(
    run: Run, project: Project, file: bytes, said: str
) -> None:
    (project.root / "Pulumi.production.yaml").write_bytes(file)
    refused = of_production(run, "plan")
    assert (refused.code, refused.out) == (1, "")
    assert said in refused.err
    assert "Pulumi.production.yaml" in refused.err
    assert "Traceback" not in refused.err


@pytest.mark.parametrize("answers", ['{"calls": 5}', "[1]", '{"calls": {"aws:index/getRegion:getRegion": 5}}', "{"])
def test_a_file_of_answers_that_is_none_is_told_by_its_name(run: Run, tmp_path: Path, answers: str) -> None:
    file = tmp_path / "answers.json"
    file.write_text(answers)
    refused = of_production(run, "plan", "--answers", str(file))
    assert (refused.code, refused.out) == (1, "")
    assert "answers.json" in refused.err
