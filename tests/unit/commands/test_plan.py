"""`infra-kit plan`: what is printed, and how it ends."""

import json
import re
from collections.abc import Callable
from datetime import timedelta

import pytest
from typer.testing import CliRunner, Result

from infra_kit.cli import app
from infra_kit.commands.plan_tree import NAMES, short
from infra_kit.planning import creation_times
from tests.unit.planning.conftest import MakeProject

AWS = "config: {infra-kit:target: aws, infra-kit:environment: production, infra-kit:region: eu-west-1}"
VPS = """
    config:
      infra-kit:target: vps
      infra-kit:environment: staging
      infra-kit:vps: {host: 203.0.113.10, host_key: ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIExampleExampleExample}
"""
DB = "from infra_kit import Budget, Postgres\nPostgres('db', memory_gb=2, read_replicas=1)\n"
NESTED = """
    import pulumi
    from infra_kit import Postgres
    from pulumi_aws import sqs
    shop = pulumi.ComponentResource("acme:index:Shop", "shop")
    Postgres("db", memory_gb=2, opts=pulumi.ResourceOptions(parent=shop))
    sqs.Queue("orders", opts=pulumi.ResourceOptions(parent=shop))
"""
SENTRY = "from infra_kit import Budget, ExternalService\nExternalService('errors', vendor='Sentry', plan='Team')\n"
Plan = Callable[..., Result]


@pytest.fixture
def plan(make_project: MakeProject, monkeypatch: pytest.MonkeyPatch) -> Plan:
    def run(program: str, *arguments: str, config: str = AWS) -> Result:
        monkeypatch.chdir(make_project(program, prod=config).root)
        return CliRunner().invoke(app, ["plan", "--stack", "prod", *arguments])

    return run


def line_of(shown: Result, said: str) -> str:
    [line] = [line for line in shown.output.splitlines() if said in line]
    return line


def test_each_component_names_its_resources_those_of_a_type_on_one_line(plan: Plan) -> None:
    shown = plan(DB)
    assert shown.exit_code == 0
    assert line_of(shown, "rds.Instance ").split()[-2:] == ["db-replica-1,", "db-server"]
    assert line_of(shown, "rds.SubnetGroup ").split()[-1] == "db-subnets"
    assert not [line for line in shown.output.splitlines() if line.endswith(" ")]


def test_what_a_component_of_the_programs_own_holds_stands_below_it(plan: Plan) -> None:
    lines = plan(NESTED).output.splitlines()
    [shop] = [place for place, line in enumerate(lines) if "shop Shop" in line]
    [db] = [place for place, line in enumerate(lines) if "db Postgres" in line]
    [queue] = [place for place, line in enumerate(lines) if "sqs.Queue" in line]
    assert shop < db < queue
    assert lines[shop].index("shop") < lines[db].index("db Postgres")
    assert "USD a month" in lines[db]


def test_of_many_of_a_type_some_are_named_and_the_rest_counted_and_json_names_all(plan: Plan) -> None:
    queues = f"from pulumi_aws import sqs\nfor it in range({NAMES + 8}): sqs.Queue(f'q-{{it:02}}')\n"
    line = line_of(plan(queues), "sqs.Queue")
    assert line.endswith(f"q-{NAMES - 2:02} and 9 more")
    told = json.loads(plan(queues, "--json").stdout)["tree"]
    assert [node["name"] for node in told if node["type"] == "aws:sqs/queue:Queue"] == [
        f"q-{it:02}" for it in range(NAMES + 8)
    ]


def test_in_brief_there_are_components_with_their_counts_and_no_resources(plan: Plan) -> None:
    shown = plan(DB, "--brief").output
    assert "db Postgres" in shown
    assert "resources" in shown
    assert "db-subnets" not in shown


@pytest.mark.parametrize(("monthly", "state"), [(20, "over"), (30, "within")])
def test_it_says_whether_the_stack_keeps_its_own_budget_and_ends_with_0(plan: Plan, monthly: int, state: str) -> None:
    program = f"{SENTRY}Budget('budget', monthly={monthly})\n"
    shown = plan(program)
    assert shown.exit_code == 0
    assert f"{state} Budget 'budget': {monthly}.00 USD a month" in shown.output
    [limit] = json.loads(plan(program, "--json").stdout)["budgets"]
    assert (limit["said_by"], limit["over"]) == ("Budget 'budget'", state == "over")


def test_a_stack_without_a_budget_says_nothing_of_one(plan: Plan) -> None:
    assert "Budget" not in plan(SENTRY).output


def test_each_time_on_the_way_of_a_first_deployment_has_its_source(plan: Plan) -> None:
    shown = plan(DB).output
    assert "db-server 10 min[" in shown
    number = shown.partition("db-server 10 min[")[2][0]
    assert f"  [{number}] https://github.com/hashicorp/terraform/issues/498" in shown.splitlines()


def test_what_takes_less_than_a_hundredth_of_the_time_is_not_named(plan: Plan) -> None:
    line = line_of(plan(DB), "A first deployment")
    assert "db-replica-1 10 min" in line
    assert "vpc" not in line


@pytest.mark.parametrize("config", [VPS, "config: {infra-kit:target: local, infra-kit:environment: development}"])
def test_the_parts_of_a_first_deployments_time_make_the_whole(plan: Plan, config: str) -> None:
    line = line_of(plan("from infra_kit import Redis\nRedis('cache', memory_gb=1)\n", config=config), "A first dep")
    whole, *parts = map(int, re.findall(r" (\d+) s\b", line))
    assert parts
    assert sum(parts) == whole


def test_no_time_is_from_an_address_that_does_not_exist() -> None:
    assert not [it for it in creation_times.TIMES.values() if "github.com/infra-kit" in it.source]


def test_on_a_host_what_is_assumed_of_its_line_is_said(plan: Plan) -> None:
    shown = plan("from infra_kit import Redis\nRedis('cache', memory_gb=1)\n", config=VPS).output
    assert "vps-bootstrap 60 s[1] → " in shown
    assert "cache-image 21 s[2]" in shown
    assert "• cache-image: an image of 150 MB" in shown.partition("\nAssumed\n")[2]
    chain = json.loads(plan("from infra_kit import Redis\nRedis('cache', memory_gb=1)\n", "--json", config=VPS).stdout)[
        "deployment"
    ]["chain"]
    assert [step["resource"] for step in chain if step["assumed"]] == ["vps-bootstrap", "cache-image"]


@pytest.mark.parametrize(
    ("token", "said"),
    [
        ("aws:ec2/subnet:Subnet", "ec2.Subnet"),
        ("docker:index/volume:Volume", "docker.Volume"),
        ("pulumi:providers:aws", "pulumi.aws"),
        ("pulumi-python:dynamic/infra-kit:RedisServer", "dynamic.RedisServer"),
        ("acme:Thing", "acme.Thing"),
    ],
)
def test_types_are_named_shortly(token: str, said: str) -> None:
    assert short(token) == said


def test_what_is_left_out_is_told_below_its_component_and_not_again(plan: Plan) -> None:
    program = "from infra_kit import Postgres\nPostgres('db', memory_gb=2, extensions=['postgis'])"
    config = """
        config:
          infra-kit:target: vps
          infra-kit:environment: development
          infra-kit:vps: {host: 203.0.113.10, host_key: ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIExampleExampleExample}
          infra-kit:accepted-gaps: {db: ["extension:postgis"]}
    """
    shown = plan(program, config=config)
    assert "left out: extension:postgis" in line_of(shown, "extension:postgis")


def test_what_its_cost_rests_on_is_said(plan: Plan, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("infra_kit.planning.prices.STALE_AFTER", timedelta(days=-36_500))
    shown = plan("from infra_kit import ObjectStore\nObjectStore('files')")
    assert "a month's usage, on which a part of the cost rests" in shown.output
    assert "Lines whose price is older than 180 days: " in shown.output


def test_amounts_have_their_thousands_marked(plan: Plan) -> None:
    shown = plan("from infra_kit import Postgres\nPostgres('db', memory_gb=256, dedicated_cpu=True)")
    assert re.search(r"about [0-9],[0-9]{3}\.[0-9]{2} USD a month", shown.output)
    assert re.search(r"db Postgres  [0-9],[0-9]{3}\.[0-9]{2} USD a month", shown.output)
