"""`infra-kit transition`: what is printed, and how it ends."""

import json
import re
from collections.abc import Callable, Sequence

import pytest
from rich.console import Console
from typer.testing import CliRunner, Result

from infra_kit.cli import app
from infra_kit.commands import common
from infra_kit.engine.operations import Step
from infra_kit.errors import DataLossRefusedError
from infra_kit.planning import preview
from tests.unit.planning.conftest import MakeProject

AWS = """
    config:
      infra-kit:target: aws
      infra-kit:environment: staging
      infra-kit:region: eu-west-1
      shop:memory: 4
      shop:key: one
      shop:options: one
"""
SHOP = """
    import pulumi
    from infra_kit import Budget, Postgres
    from pulumi_aws import ec2, rds, workspaces
    config = pulumi.Config()
    options = config.require("options")
    ec2.KeyPair("pair", public_key=options)
    Budget("all", monthly=100)
    Postgres("db", memory_gb=config.require_int("memory"), overrides={"server": {"option_group_name": options}})
    if config.require("key") == "desks":
        workspaces.IpGroup("desks")
    if config.require("key") not in {"none", "desks"}:
        rds.Instance("raw", instance_class="db.t4g.micro", db_name=config.require("key"))
"""
LARGER = ("--set", "shop:memory=16")
DESKS = ("--set", "shop:key=desks")
RENAMED = ("--set", "shop:key=two")
Transition = Callable[..., Result]


@pytest.fixture
def transition(make_project: MakeProject, monkeypatch: pytest.MonkeyPatch) -> Transition:
    def run(*arguments: str) -> Result:
        monkeypatch.chdir(make_project(SHOP, prod=AWS).root)
        return CliRunner().invoke(app, ["transition", "--stack", "prod", *arguments])

    return run


def test_a_downtime_has_the_vendors_page_below(transition: Transition) -> None:
    shown = transition(*LARGER).output
    assert "db Postgres: in place, 60 s to 10 min of downtime [1]" in shown
    assert "  [1] https://docs.aws.amazon.com/AmazonRDS/" in shown


def test_it_says_that_the_guard_lets_it_through_and_why(transition: Transition) -> None:
    assert "lets `infra-kit up` through: nothing that holds data is replaced or deleted." in transition(*LARGER).output
    assert "lets `infra-kit up` through" not in transition(*RENAMED).output
    allowed = transition(*RENAMED, "--allow-delete", "raw").output
    assert "lets `infra-kit up` through: what would be lost is allowed." in allowed


def test_it_warns_of_what_up_warns_of(make_project: MakeProject, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(make_project(SHOP, prod=AWS.replace("shop:key: one", "shop:key: desks")).root)
    said = CliRunner().invoke(app, ["transition", "--set", "shop:key=none"])
    assert said.exit_code == 0
    assert "desks (aws:workspaces/ipGroup:IpGroup): replaced or deleted, and nobody here knows" in said.stderr
    assert "through: nothing that is known to hold data is replaced or deleted." in said.stdout


LETS = "lets `infra-kit up` through"


def test_a_program_beside_itself_is_no_comparison(transition: Transition) -> None:
    shown = transition()
    assert shown.exit_code == 0
    assert "Nothing was compared: the program is held against itself." in shown.output
    assert LETS not in shown.output
    assert "Nothing changes." not in shown.output
    same = transition("--set", "shop:memory=4").output
    assert "Nothing changes." in same
    assert LETS in same


NOTES = """
    import pulumi
    from pulumi_aws import dynamodb
    key = pulumi.Config().require("key")
    for name in ("notes", "drafts"):
        dynamodb.Table(name, hash_key=key, attributes=[{"name": key, "type": "S"}], billing_mode="PAY_PER_REQUEST")
"""


@pytest.fixture
def of_tables(make_project: MakeProject, monkeypatch: pytest.MonkeyPatch) -> Transition:
    """Of two tables, of whose key nobody here knows whether another one replaces them; all that the engine previews is
    given."""

    def run(*arguments: str, previewed: Sequence[Step] = ()) -> Result:
        monkeypatch.chdir(make_project(NOTES, prod=AWS).root)
        monkeypatch.setattr(preview, "steps", lambda *_: list(previewed))
        return CliRunner().invoke(app, ["transition", "--stack", "prod", *arguments])

    return run


def table(name: str, op: str = "update", *, retained: bool = False) -> Step:
    type_ = "aws:dynamodb/table:Table"
    return Step(f"urn:pulumi:prod::shop::{type_}::{name}", type_, op, retained=retained)


OTHER_KEY = ("--set", "shop:key=two")


def test_what_may_be_replaced_and_holds_data_is_not_let_through(of_tables: Transition) -> None:
    shown = of_tables(*OTHER_KEY)
    assert shown.exit_code == 0
    assert LETS not in shown.output
    assert shown.output.endswith(
        "\nNot known: whether drafts, notes would be replaced; ask the engine (`--engine`), or name what may be lost "
        "(`--allow-delete`).\n"
    )
    assert "Not known: whether drafts would be" in of_tables(*OTHER_KEY, "--allow-delete", "notes").output
    named = of_tables(*OTHER_KEY, "--allow-delete", "notes", "--allow-delete", "drafts").output
    assert f"{LETS}: what would be lost is allowed." in named


def test_what_the_engine_changes_in_place_is_let_through(of_tables: Transition) -> None:
    both = of_tables(*OTHER_KEY, "--engine", previewed=[table("notes"), table("drafts")]).output
    assert "Pulumi's engine says the same of all that holds data." in both
    assert f"{LETS}: nothing that holds data is replaced or deleted." in both
    one = of_tables(*OTHER_KEY, "--engine", previewed=[table("notes")]).output
    assert "drafts (aws:dynamodb/table:Table): the engine has previewed nothing of it" in one
    assert "Not known: whether drafts would be replaced" in one


def test_what_the_engine_replaces_and_may_be_lost_is_not_said_to_stay(of_tables: Transition) -> None:
    steps = [table("notes", "replace"), table("drafts")]
    assert isinstance(of_tables(*OTHER_KEY, "--engine", previewed=steps).exception, DataLossRefusedError)
    shown = of_tables(*OTHER_KEY, "--engine", "--allow-delete", "notes", previewed=steps).output
    assert "notes (aws:dynamodb/table:Table): the engine replaces it" in shown
    assert f"{LETS}: what would be lost is allowed." in shown


def test_an_engine_that_previews_nothing_that_holds_data_says_the_same_of_nothing(of_tables: Transition) -> None:
    shown = of_tables("--engine").output
    assert "the same of all that holds data" not in shown
    assert "notes (aws:dynamodb/table:Table): the engine has previewed nothing of it" in shown
    assert LETS not in shown


def test_what_only_the_engine_knows_and_lets_go_of_is_told(of_tables: Transition) -> None:
    steps = [table("notes"), table("drafts"), table("gone", "delete", retained=True)]
    shown = of_tables("--engine", previewed=steps).output
    assert "gone (aws:dynamodb/table:Table): the engine lets go of it" in shown
    assert "the same of all that holds data" not in shown
    assert f"{LETS}: nothing that holds data is replaced or deleted." in shown


def test_what_is_not_known_of_a_downtime_is_told_beside_what_is(transition: Transition) -> None:
    shown = transition(*LARGER, "--set", "shop:options=two").output
    assert "60 s to 10 min of downtime, or longer: a part of it is not known [1]" in shown


def test_what_may_or_may_not_be_replaced_is_told_as_that(transition: Transition) -> None:
    shown = transition("--set", "shop:options=two").output
    assert "1 changed (whether in place is not known)\n  beside the components: pair (publicKey)" in shown


def test_why_something_is_replaced_has_the_vendors_page_below(transition: Transition) -> None:
    shown = transition(*RENAMED)
    assert isinstance(shown.exception, DataLossRefusedError)
    assert "  Why: dbName cannot be changed [" in shown.output
    assert "API_ModifyDBInstance.html" in shown.output.partition("\nSources\n")[2]


def test_machines_get_the_page_of_each_way(transition: Transition) -> None:
    [move] = json.loads(transition(*LARGER, "--json").stdout)["moves"]
    assert move["way"]["source"].startswith("https://docs.aws.amazon.com/")


def test_a_step_without_a_way_has_no_sources(transition: Transition) -> None:
    assert "Sources" not in transition().output


def test_a_larger_machine_is_told_with_the_old_and_the_new_size(transition: Transition) -> None:
    assert re.search(r"instanceClass: db\.\S+ → db\.\S+\)", transition(*LARGER).output)


def test_what_is_given_up_is_named_and_not_said_to_be_without_downtime(transition: Transition) -> None:
    shown = transition("--set", "shop:key=none").output
    [line] = [line for line in shown.splitlines() if "its data is given up" in line]
    assert "(raw)" in line
    assert "downtime" not in line


def test_a_step_that_breaks_the_stacks_own_budget_says_so(transition: Transition) -> None:
    assert "undecided Budget 'all': 100.00 USD a month" in transition().output
    assert "over Budget 'all': 100.00 USD a month" in transition(*LARGER).output


def test_lines_without_a_price_are_said_of_which_plan_they_are(transition: Transition) -> None:
    assert json.loads(transition(*DESKS, "--json").stdout)["unpriced"] == [2, 1]
    assert "; without 2 lines before and 1 line after, which nobody here has a price of" in transition(*DESKS).output


def test_on_a_terminal_no_word_is_broken(transition: Transition, monkeypatch: pytest.MonkeyPatch) -> None:
    """100 columns, as the table of what changes is much longer than that."""
    words = set(transition(*LARGER).output.split())
    narrow = Console(force_terminal=True, width=100, color_system=None, highlight=False)
    monkeypatch.setattr(common, "out", lambda: narrow)
    with narrow.capture() as captured:
        transition(*LARGER)
    assert captured.get()
    assert set(captured.get().split()) - words == set()
