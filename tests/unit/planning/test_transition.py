"""A step of a stack: what it does to the data, and what it must not do unasked."""

from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from textwrap import dedent

import pytest

from infra_kit.errors import DataLossRefusedError
from infra_kit.planning import costs, saved
from infra_kit.planning.changes import Fate
from infra_kit.planning.programs import Planned, plan
from infra_kit.planning.transition import Transition, check, transition
from infra_kit.planning.ways import How
from tests.unit.planning.conftest import MakeProject

SHOP = """
    import pulumi
    from infra_kit import ObjectStore, Postgres, Redis, Target
    config = pulumi.Config()
    where = Target(name=config.get("data") or "aws")
    if config.get("db") != "none":
        sizes = {"memory_gb": config.require_int("memory"), "storage_gb": config.require_int("storage")}
        Postgres(config.require("db"), **sizes, target=where)
    ObjectStore("files", target=where)
"""
GONE = {"db": How.NONE, "aws-network": How.LEFT}
"""The network goes with the last that needs it, and leaves the key of its flow logs behind."""
AWS = """
    config:
      infra-kit:target: aws
      infra-kit:environment: production
      infra-kit:region: eu-west-1
      shop:data: aws
      shop:db: db
      shop:memory: 4
      shop:storage: 50
      infra-kit:gcp: {project: shop-123}
"""


VPS = """
    config:
      infra-kit:target: vps
      infra-kit:environment: staging
      infra-kit:vps: {host: 203.0.113.10, host_key: ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIExampleExampleExample}
"""


STORE = (
    "{endpoint: https://s3.example.com, bucket: shop-backups, access_key: a, secret_key: s, "
    "passphrase: long-enough-to-hold}"
)
STORED = VPS.replace("Example}", f"Example, backups: {STORE}}}")
WITH_DB = """
      shop:data: vps
      shop:db: db
      shop:memory: 4
      shop:storage: 50
      infra-kit:region: eu-west-1
"""


@pytest.fixture
def shop(make_project: MakeProject) -> Callable[..., Planned]:
    project = make_project(SHOP, production=AWS)
    return lambda *settings: plan(project, "production", settings)


def moves(found: Transition) -> dict[str, How]:
    return {move.component: move.way.how for move in found.moves}


def test_nothing_changes_from_a_plan_to_itself(shop: Callable[..., Planned]) -> None:
    found = transition(shop(), shop())
    assert found.moves == ()
    assert found.monthly_before == found.monthly_after
    check(found)


def test_a_larger_database_is_changed_in_place_and_its_users_are_told_how_long_they_wait(
    shop: Callable[..., Planned],
) -> None:
    found = transition(shop(), shop("shop:memory=16"))
    [move] = found.moves
    assert (move.component, move.kind, move.way.how) == ("db", "Postgres", How.IN_PLACE)
    assert move.way.downtime
    assert move.way.downtime[1] >= 60
    assert found.downtime == move.way.downtime
    check(found)


def test_what_cannot_be_taken_back_is_said(shop: Callable[..., Planned]) -> None:
    [move] = transition(shop(), shop("shop:storage=200")).moves
    assert any("allocatedStorage stays as it is" in step for step in move.way.back)


def test_another_target_is_a_dual_run_and_refused_until_the_old_data_is_given_up(
    shop: Callable[..., Planned],
) -> None:
    found = transition(shop(), shop("shop:data=gcp"))
    assert moves(found) == {"db": How.DUAL_RUN, "files": How.DUAL_RUN, "aws-network": How.LEFT}
    assert [step.partition(":")[0] for step in found.order][:3] == [
        "Back up, and see that it restores",
        "Make beside the old one, under another name, and copy",
        "Cut over",
    ]
    with pytest.raises(DataLossRefusedError, match="db-server"):
        check(found)
    with pytest.raises(DataLossRefusedError, match=r"files-bucket \(Bucket\), protected, would be forgotten"):
        check(found, ["db"])  # in production buckets and keys are retained, and protected: the engine stops
    check(found, ["db", "files", "aws-network"])


@pytest.mark.parametrize("own", ["", "  aws:region: eu-west-1\n"])
def test_another_region_is_another_place_and_refused(make_project: MakeProject, own: str) -> None:
    """Whether Pulumi's own provider was of the region that is left, or one was made for it."""
    project = make_project(SHOP, production=dedent(AWS) + own)
    found = transition(plan(project, "production"), plan(project, "production", ["infra-kit:region=us-west-2"]))
    assert {moves(found)[name] for name in ("db", "files")} == {How.DUAL_RUN}
    assert {move.why for move in found.moves} == {"it is in eu-west-1, and would be in us-west-2"}
    with pytest.raises(DataLossRefusedError, match="db-server"):
        check(found)


def test_another_host_is_another_place_and_refused(make_project: MakeProject) -> None:
    project = make_project("from infra_kit import Redis\nRedis('cache', memory_gb=1)", prod=VPS)
    found = transition(plan(project, "prod"), plan(project, "prod", ["infra-kit:vps.host=203.0.113.99"]))
    assert moves(found)["cache"] is How.EMPTY
    with pytest.raises(DataLossRefusedError, match="cache-data"):
        check(found)


def test_what_is_retained_and_not_protected_is_let_go_as_up_does_and_nobody_is_asked_for_a_flag(
    make_project: MakeProject,
) -> None:
    """`infra-kit up` ends with 0 there: the engine forgets the volume, which stays (tried)."""
    project = make_project(SHOP, prod=STORED + WITH_DB)
    found = transition(plan(project, "prod"), plan(project, "prod", ["shop:db=none"]))
    check(found)
    [move] = found.moves
    assert (move.resources, move.way.how, move.way.downtime) == (("db-data",), How.LEFT, None)
    said = " ".join(move.way.steps)
    assert "--allow-delete" not in said
    assert "does not delete db-data" in said


def test_what_moves_and_leaves_its_data_behind_is_said_to_begin_empty_without_a_question(
    make_project: MakeProject,
) -> None:
    project = make_project(SHOP, prod=STORED + WITH_DB + "      infra-kit:aws: {}\n")
    found = transition(plan(project, "prod"), plan(project, "prod", ["shop:data=aws"]))
    check(found)
    said = {move.component: move for move in found.moves}
    assert said["db"].way.how is How.DUAL_RUN
    assert "`up` does not stop here" in said["db"].why
    assert "--allow-delete" not in " ".join(said["db"].way.steps)


@pytest.mark.parametrize("gone", ["db", "files"])
def test_what_is_protected_is_refused_as_up_stops_there_and_the_way_begins_with_its_protection(
    make_project: MakeProject, gone: str
) -> None:
    """A bucket is retained and protected, a server protected only: the engine stops at both (tried)."""
    program = "import pulumi\nfrom infra_kit import ObjectStore, Postgres\ngone = pulumi.Config().get('gone')\n"
    program += "for make, name in ((Postgres, 'db'), (ObjectStore, 'files')):\n    if name != gone: make(name)\n"
    project = make_project(program, production=AWS + "      shop:gone: nothing\n")
    found = transition(plan(project, "production"), plan(project, "production", [f"shop:gone={gone}"]))
    with pytest.raises(DataLossRefusedError, match=f"{gone}-.*protected, would be .*\n(?s:.*)--allow-delete {gone}"):
        check(found)
    [steps] = [" ".join(move.way.steps) for move in found.moves if move.component == gone]
    assert steps.index("pulumi state unprotect") < steps.index("`up` with" if gone == "db" else "does not delete")


def test_an_environment_that_needs_no_keys_lets_go_of_them_by_name_and_says_no_component_is_gone(
    shop: Callable[..., Planned],
) -> None:
    found = transition(shop(), shop("infra-kit:environment=staging"))
    assert len({move.component for move in found.moves}) == len(found.moves)
    said = {move.component: move for move in found.moves}
    assert said["db"].way.how is How.IN_PLACE
    assert "the stack no longer has db-key" in said["db"].why
    assert "db-key" in " ".join(said["db"].way.steps)
    assert "the stack no longer has it" not in " ".join(move.why for move in found.moves)


RAW = """
    import pulumi, pulumi_aws as aws
    config = pulumi.Config()
    aws.rds.Instance("db", instance_class=config.require("size"), option_group_name=config.require("options"))
    aws.memorydb.Cluster("people", acl_name="open", node_type="db.t4g.small", name=config.require("pool"))
"""
OPTIONS = "      shop:options: one\n      shop:size: db.t4g.micro\n      shop:pool: one\n"


def test_what_nobody_knows_is_said_to_be_unknown_and_not_to_be_harmless(make_project: MakeProject) -> None:
    project = make_project(
        RAW, prod=AWS + "      shop:options: one\n      shop:size: db.t4g.micro\n      shop:pool: one\n"
    )
    before = plan(project, "prod")
    [options] = transition(before, plan(project, "prod", ["shop:options=two"])).moves
    assert (options.way.how, options.way.downtime) == (How.IN_PLACE, None)
    [pool] = transition(before, plan(project, "prod", ["shop:pool=two"])).moves
    assert (pool.way.how, pool.way.downtime) == (How.UNKNOWN, None)


def test_what_is_known_of_a_downtime_is_said_beside_what_is_not(make_project: MakeProject) -> None:
    project = make_project(
        RAW, prod=AWS + "      shop:options: one\n      shop:size: db.t4g.micro\n      shop:pool: one\n"
    )
    both = plan(project, "prod", ["shop:options=two", "shop:size=db.m7g.large"])
    [move] = transition(plan(project, "prod"), both).moves
    assert (move.way.downtime, move.way.at_least) == ((60, 600), True)
    assert any("not known here (optionGroupName)" in step for step in move.way.steps)


def test_a_step_says_what_a_month_costs_before_and_after(shop: Callable[..., Planned], tmp_path: Path) -> None:
    before, after = shop(), shop("shop:memory=16")
    saved.write(before, tmp_path / "plan.json")
    for side in (before, saved.read(tmp_path / "plan.json")):
        found = transition(side, after)
        assert found.monthly_before == costs.cost(before).total
        assert found.monthly_after == costs.cost(after).total
        assert found.monthly_before < found.monthly_after


def test_costs_of_a_saved_plan_are_in_the_currency_of_the_new_one(shop: Callable[..., Planned], tmp_path: Path) -> None:
    saved.write(shop(), tmp_path / "plan.json")
    euros = transition(saved.read(tmp_path / "plan.json"), shop("infra-kit:currency=EUR"))
    assert euros.currency == "EUR"
    assert abs(euros.monthly_before - euros.monthly_after) < Decimal("0.01")


def test_a_smaller_disk_on_cloud_sql_is_another_server(shop: Callable[..., Planned]) -> None:
    before, after = shop("shop:data=gcp", "shop:storage=200"), shop("shop:data=gcp")
    [move] = transition(before, after).moves
    assert (move.component, move.way.how) == ("db", How.DUAL_RUN)
    with pytest.raises(DataLossRefusedError, match="db-server"):
        check(transition(before, after))
    check(transition(after, before))


def test_what_is_gone_is_refused_unless_it_is_named(shop: Callable[..., Planned]) -> None:
    found = transition(shop(), shop("shop:db=none"))
    assert moves(found) == GONE
    with pytest.raises(DataLossRefusedError, match="--allow-delete db"):
        check(found)
    check(found, ["db", "aws-network"])


NETWORK = """
    import pulumi
    from infra_kit import Network, Postgres, Redis
    net = Network("net", cidr=pulumi.Config().require("cidr"))
    Postgres("db", memory_gb=4, network=net)
    Redis("cache", memory_gb=1, network=net)
"""


def test_what_stands_in_a_network_that_would_be_another_one_is_told_to_go_there_by_hand(
    make_project: MakeProject,
) -> None:
    project = make_project(NETWORK, prod=AWS + "      shop:cidr: 10.0.0.0/16\n")
    found = transition(plan(project, "prod"), plan(project, "prod", ["shop:cidr=10.9.0.0/16"]))
    replaced = {change.resource.name for change in found.of(Fate.REPLACED)}
    assert {"net-vpc", "net-isolated-a", "net-nat-a", "db-security-group"} <= replaced
    assert moves(found) == {"db": How.DUAL_RUN, "cache": How.EMPTY}
    for move in found.moves:
        assert move.why.startswith(
            f"{move.component}-subnets is in use, and cannot leave net-isolated-a, net-isolated-b"
        )
        assert move.way.steps[0].startswith("Leave the network as it is: `up` fails with it.")
    check(found)  # nothing would be lost


def test_a_new_component_is_no_risk(shop: Callable[..., Planned]) -> None:
    found = transition(shop("shop:db=none"), shop())
    assert found.moves == ()
    check(found)
