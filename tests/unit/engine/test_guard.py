from __future__ import annotations

import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from infra_kit import target
from infra_kit.engine import guard
from infra_kit.engine.operations import Step
from infra_kit.errors import ConfigError, DataLossRefusedError

POSTGRES = "pulumi-python:dynamic/infra-kit:PostgresServer"
CDN = "pulumi-python:dynamic/infra-kit:CdnServer"
ROOT = "urn:pulumi:shop::app::"
COMPONENT = f"{ROOT}infra-kit:index:Postgres::db"
STACK = f"{ROOT}pulumi:pulumi:Stack::app-shop"


def recorded(op: str, token: str = POSTGRES, *, name: str = "db-server", parent: str = COMPONENT, **more: Any) -> Step:
    """A step as the engine's events carry it (recorded from `pulumi preview --json`)."""
    state = {
        "parent": parent,
        "inputs": more.pop("inputs", {}),
        "custom": True,
        "retainOnDelete": more.pop("retained", False),
        "protect": more.pop("protected", False),
    }
    old = None if op == "create" else state
    new = None if op == "delete" else state
    urn = f"{ROOT}infra-kit:index:Postgres${token}::{name}"
    return Step.from_metadata({"urn": urn, "type": token, "op": op, "old": old, "new": new, **more})


def test_a_name_that_nothing_has_is_refused_with_those_there_are() -> None:
    guard.check_names(["db", "db-server"], {"db", "db-server"}, "shop")
    with pytest.raises(ConfigError, match=r"--allow-delete dbb: shop has no .* There are: db, db-server."):
        guard.check_names(["db", "dbb"], {"db", "db-server"}, "shop")


@pytest.mark.parametrize("op", ["create", "same", "update", "refresh"])
def test_what_keeps_the_data_passes(op: str) -> None:
    guard.check([recorded(op)])


def test_a_replacement_is_refused_once_with_what_forces_it_and_the_safe_way() -> None:
    steps = [
        recorded("create-replacement", keys=["version"]),
        recorded("replace", keys=["version"]),
        recorded("delete-replaced"),
    ]
    with pytest.raises(DataLossRefusedError) as refused:
        guard.check(steps)
    message = str(refused.value)
    assert message.count("db-server") == 1
    assert "db-server (PostgresServer) would be replaced by an empty one, because version changes." in message
    assert "make a second component beside the first, move the data" in message
    assert message.endswith("--allow-delete db")


def test_a_deletion_is_refused_and_a_rename_is_shown_the_alias() -> None:
    with pytest.raises(DataLossRefusedError, match=r"(?s)the program no longer has it.*pulumi.Alias\(name="):
        guard.check([recorded("delete")])


@pytest.mark.parametrize("name", ["db", "db-server"])
def test_what_the_user_names_may_go(name: str) -> None:
    guard.check([recorded("delete"), recorded("replace")], allowed=[name])


def test_naming_another_one_allows_nothing() -> None:
    with pytest.raises(DataLossRefusedError):
        guard.check([recorded("delete")], allowed=["cache"])


def test_what_the_engine_only_forgets_is_not_lost() -> None:
    guard.check([recorded("delete", retained=True)])


@pytest.mark.parametrize("retained", [True, False])
@pytest.mark.parametrize("token", [POSTGRES, CDN])
def test_what_is_protected_is_refused_though_it_would_only_be_forgotten_or_holds_no_data(
    token: str, *, retained: bool
) -> None:
    """As the engine does, which stops its preview there (tried: its exit code is 1, whatever is named)."""
    with pytest.raises(DataLossRefusedError, match=r"(?s), protected, would be .*stops `up`, .*pulumi state unprotect"):
        guard.check([recorded("delete", token, retained=retained, protected=True)])
    guard.check([recorded("same", token, protected=True), recorded("update", token, protected=True)])


def test_what_is_protected_and_would_only_be_forgotten_is_not_called_lost() -> None:
    with pytest.raises(DataLossRefusedError) as refused:
        guard.check([recorded("delete", retained=True, protected=True)])
    assert "lose data" not in str(refused.value)
    assert "would be forgotten, and left where it is" in str(refused.value)


def test_what_is_no_longer_to_be_protected_is_not_stopped_by_it() -> None:
    step = recorded("replace", CDN, protected=True)
    assert step.protected
    old = {"parent": COMPONENT, "protect": True, "inputs": {}}
    metadata = {"urn": step.urn, "type": CDN, "op": "replace", "old": old, "new": {**old, "protect": False}}
    guard.check([Step.from_metadata(metadata)])


def test_a_retained_resource_may_still_not_be_replaced_by_an_empty_one() -> None:
    with pytest.raises(DataLossRefusedError):
        guard.check([recorded("replace", retained=True)])


def test_a_cache_may_be_replaced() -> None:
    guard.check([recorded("replace", CDN), recorded("delete", CDN)])


GENERATED = "random:index/randomPassword:RandomPassword"


@pytest.mark.parametrize("key", ["length", "keepers", "keepers.since"])
def test_a_generated_secret_that_is_kept_for_good_is_not_made_anew_by_a_rotation_that_begins(key: str) -> None:
    inputs = {"length": 32, "keepers": {"infra-kit": "original"}}
    step = recorded("replace", GENERATED, name="jwt-value", keys=[key], inputs=inputs)
    with pytest.raises(DataLossRefusedError, match=f"jwt-value .* because {key} changes"):
        guard.check([step])
    guard.check([step], allowed=["jwt-value"])


@pytest.mark.parametrize("key", ["length", "keepers", "keepers.since"])
def test_a_generated_secret_that_rotates_is_made_anew(key: str) -> None:
    inputs = {"length": 32, "keepers": {"since": "2026-09-01T00:00:00+00:00"}}
    guard.check([recorded("replace", GENERATED, name="jwt-value", keys=[key], inputs=inputs)])


def test_every_loss_is_named() -> None:
    other = Step(urn=f"{ROOT}aws:s3/bucket:Bucket::files", type="aws:s3/bucket:Bucket", op="delete")
    with pytest.raises(DataLossRefusedError) as refused:
        guard.check([recorded("replace"), other])
    assert "files (Bucket) would be deleted" in str(refused.value)
    assert "--allow-delete db --allow-delete files" in str(refused.value)


def test_only_the_resource_is_named_where_its_component_has_more_data() -> None:
    steps = [recorded("replace", name="db-a"), recorded("same", name="db-b")]
    with pytest.raises(DataLossRefusedError) as refused:
        guard.check(steps)
    assert str(refused.value).endswith("--allow-delete db-a")
    with pytest.raises(DataLossRefusedError) as missed:
        guard.check_gone([recorded("delete", name="db-a"), recorded("same", name="db-b")])
    assert str(missed.value).endswith("--allow-delete db-a")


def test_the_component_is_named_where_all_its_data_would_be_lost() -> None:
    steps = [recorded("replace", name="db-a"), recorded("delete", name="db-b"), recorded("same", CDN, name="db-c")]
    with pytest.raises(DataLossRefusedError) as refused:
        guard.check(steps)
    assert str(refused.value).endswith("say so: --allow-delete db")


def test_naming_the_stack_gives_up_nothing_that_stands_at_its_top() -> None:
    with pytest.raises(DataLossRefusedError) as refused:
        guard.check([recorded("replace", parent=STACK)], allowed=["app-shop"])
    assert str(refused.value).endswith("--allow-delete db-server")


def test_a_replica_of_a_managed_database_may_go_but_not_its_primary() -> None:
    rds = "aws:rds/instance:Instance"
    replica = {"replicateSourceDb": "db-primary"}
    guard.check([recorded("delete", rds, inputs=replica), recorded("replace", rds, inputs=replica)])
    guard.check_gone([recorded("delete", rds, inputs=replica)])
    with pytest.raises(DataLossRefusedError):
        guard.check([recorded("delete", rds, inputs={"instanceClass": "db.t4g.micro"})])


@pytest.fixture
def third_party(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """An installed distribution that adds the target `moon`, and says which of its types hold data."""
    (tmp_path / "moon_target.py").write_text('STATEFUL = frozenset({"moon:index/crater:Crater"})\n')
    metadata = tmp_path / "moon-1.0.dist-info"
    metadata.mkdir()
    (metadata / "METADATA").write_text("Metadata-Version: 2.1\nName: moon\nVersion: 1.0\n")
    (metadata / "entry_points.txt").write_text("[infra_kit.targets]\nmoon = moon_target\nsun = no_such_module\n")
    monkeypatch.syspath_prepend(str(tmp_path))
    guard.packages.cache_clear()
    yield
    guard.packages.cache_clear()
    target.package.cache_clear()
    sys.modules.pop("moon_target", None)


@pytest.mark.usefixtures("third_party")
def test_what_a_third_partys_target_says_holds_data_is_guarded_too() -> None:
    guard.check([recorded("delete", "moon:index/rover:Rover")])
    with pytest.raises(DataLossRefusedError, match=r"db-server \(Crater\) would be deleted"):
        guard.check([recorded("delete", "moon:index/crater:Crater")])
    with pytest.raises(DataLossRefusedError, match=r"db-server \(Crater\) is gone"):
        guard.check_gone([recorded("delete", "moon:index/crater:Crater")])


@pytest.mark.usefixtures("third_party")
def test_what_only_a_target_knows_that_cannot_be_read_here_is_refused_with_its_name() -> None:
    """Its types may be of a package of any name."""
    flare = "helios:index/flare:Flare"
    for check in (guard.check, guard.check_gone):
        with pytest.raises(DataLossRefusedError, match=r"(?s)db-server \(Flare\) .*target 'sun' .* no_such_module"):
            check([recorded("delete", flare)])
        check([recorded("delete", flare)], ["db"])
    guard.check([recorded("update", flare), recorded("delete", "moon:index/rover:Rover"), recorded("delete", CDN)])
    guard.check([replace(recorded("delete", "sun:index:Flares"), custom=False)])


@pytest.mark.usefixtures("third_party")
def test_no_third_partys_package_is_loaded_for_a_plan_that_loses_nothing() -> None:
    guard.check([recorded("create", "moon:index/crater:Crater"), recorded("same"), recorded("update", CDN)])
    assert "moon_target" not in sys.modules


def gone(**more: Any) -> Step:
    """What a `look` finds: what is no longer there is a `delete`, of which the new state is missing."""
    step = recorded("delete", **more)
    return replace(step, inputs={"home": "/srv/data", "stack": "shop", "name": "db", "version": 18})


def test_data_that_is_gone_is_named_with_its_place_and_both_ways_out() -> None:
    with pytest.raises(DataLossRefusedError) as refused:
        guard.check_gone([gone(), recorded("same", CDN)])
    message = str(refused.value)
    assert "db-server (PostgresServer) is gone: its data was looked for in /srv/data/shop/db." in message
    assert "mount its disk" in message
    assert message.endswith("--allow-delete db")


def test_data_that_is_gone_is_missed_even_where_the_engine_would_only_forget_it() -> None:
    with pytest.raises(DataLossRefusedError):
        guard.check_gone([gone(retained=True)])


def test_what_is_still_there_and_what_held_no_data_is_not_missed() -> None:
    guard.check_gone([recorded("same"), recorded("update"), recorded("delete", CDN)])


def test_what_the_user_names_may_begin_anew() -> None:
    guard.check_gone([gone()], allowed=["db"])


RDS = "aws:rds/instance:Instance"


def retaining(before: int, after: int, op: str = "update") -> Step:
    metadata = {"urn": f"{ROOT}{RDS}::db-server", "type": RDS, "op": op}
    sides = ({"parent": COMPONENT, "inputs": {"backupRetentionPeriod": days}} for days in (before, after))
    return Step.from_metadata({**metadata, **dict(zip(("old", "new"), sides, strict=True))})


def test_a_database_that_is_to_keep_no_backups_is_warned_of_and_may_go_on() -> None:
    guard.check([retaining(7, 0)])
    [said] = guard.warnings([retaining(7, 0)])
    assert "db-server" in said
    assert "every automated backup" in said


@pytest.mark.parametrize(("before", "after", "op"), [(7, 1, "update"), (0, 7, "update"), (0, 0, "same")])
def test_a_database_that_keeps_backups_or_had_none_is_not_warned_of(before: int, after: int, op: str) -> None:
    assert list(guard.warnings([retaining(before, after, op)])) == []


UNKNOWN = "acme:index/database:Database"


def test_of_a_type_that_nobody_knows_it_is_said_that_it_may_hold_data() -> None:
    steps = [
        recorded("create-replacement", UNKNOWN),
        recorded("replace", UNKNOWN),
        recorded("delete-replaced", UNKNOWN),
    ]
    guard.check(steps)
    assert [UNKNOWN in said for said in guard.warnings(steps)] == [True]
    assert [UNKNOWN in said for said in guard.warnings([recorded("delete", UNKNOWN)])] == [True]


def test_of_what_stays_or_may_go_or_only_holds_others_together_nothing_is_said() -> None:
    component = replace(recorded("delete", UNKNOWN), custom=False)
    kept = [recorded(op, UNKNOWN) for op in ("create", "same", "update")]
    assert list(guard.warnings([*kept, component, recorded("delete", UNKNOWN, retained=True)])) == []
    assert list(guard.warnings([recorded("delete", UNKNOWN)], allowed=["db"])) == []


@pytest.mark.usefixtures("third_party")
def test_of_what_a_third_partys_target_answers_for_nothing_is_said() -> None:
    assert list(guard.warnings([recorded("delete", "moon:index/rover:Rover")])) == []


def test_an_engines_step_says_whether_it_is_a_component() -> None:
    component = {"urn": COMPONENT, "type": "infra-kit:index:Postgres", "op": "delete", "old": {"custom": False}}
    assert not Step.from_metadata(component).custom
    assert recorded("delete").custom
