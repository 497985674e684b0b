"""The way of data that has to be made anew and no other way fits: snapshot and restore."""

from collections.abc import Callable

import pytest

from infra_kit.errors import DataLossRefusedError
from infra_kit.planning import ways
from infra_kit.planning.programs import Planned, plan
from infra_kit.planning.transition import check, transition
from infra_kit.planning.ways import How
from tests.unit.planning.conftest import MakeProject

FORUM = """
    import pulumi
    from infra_kit import Postgres, Service
    if pulumi.Config().get_bool("database"):
        Postgres("db", memory_gb=1)
    Service("forum", image="registry.example/forum:1", port=80, volumes={"uploads": {"path": "/uploads"}})
"""
HOSTED = """
    config:
      infra-kit:target: vps
      infra-kit:environment: development
      infra-kit:vps: {host: 203.0.113.10, host_key: ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIExampleExampleExample}
      shop:database: false
"""
ELSEWHERE = "infra-kit:vps.host=203.0.113.99"
WITH_DATABASE = "shop:database=true"
Forum = Callable[..., Planned]


@pytest.fixture
def forum(make_project: MakeProject) -> Forum:
    project = make_project(FORUM, prod=HOSTED)
    return lambda *settings: plan(project, "prod", settings)


def test_the_files_of_a_service_go_to_another_host_by_snapshot_and_restore(forum: Forum) -> None:
    [move] = transition(forum(), forum(ELSEWHERE)).moves
    assert (move.component, move.kind, move.way.how) == ("forum", "Service", How.RESTORE)
    assert move.why == "it is in ssh://root@203.0.113.10:22, and would be in ssh://root@203.0.113.99:22"
    snapshot, replaced, restored = move.way.steps
    assert "Stop the writers, and take a snapshot" in snapshot
    assert "--allow-delete" in replaced
    assert "Restore the snapshot" in restored
    assert move.way.downtime == (600, 3600)
    assert move.way.back == ("Undo the change, `up`, and restore the same snapshot: what was written since is lost.",)
    assert move.way.source.startswith("https://docs.docker.com/engine/storage/volumes/")


def test_it_is_refused_until_the_service_is_named(forum: Forum) -> None:
    found = transition(forum(), forum(ELSEWHERE))
    with pytest.raises(DataLossRefusedError, match="--allow-delete forum"):
        check(found)
    check(found, ["forum"])


def test_what_runs_beside_each_other_is_copied_and_cut_over_before_anything_is_replaced(forum: Forum) -> None:
    found = transition(forum(WITH_DATABASE), forum(WITH_DATABASE, ELSEWHERE))
    assert [(step.partition(":")[0], step.partition(": ")[2]) for step in found.order] == [
        ("Back up, and see that it restores", "db, forum."),
        ("Make beside the old one, under another name, and copy", "db."),
        ("Cut over", "db."),
        ("Replace, and restore the snapshot", "forum."),
        ("Let go, when nobody asks for it any more", "db."),
    ]
    low, high = found.downtime
    assert (low, high) == (30 + 600, 300 + 3600)


DISK = """
    import pulumi
    from pulumi_gcp import compute
    compute.Disk("scratch", zone="europe-west1-b", size=10,
                 opts=pulumi.ResourceOptions(replace_on_changes=["zone", "size"]))
"""


def test_a_disk_of_the_programs_own_has_its_vendors_page(make_project: MakeProject) -> None:
    gcp = "config: {infra-kit:target: gcp, infra-kit:environment: staging, infra-kit:region: europe-west1}"
    before = plan(make_project(DISK, prod=gcp), "prod")
    after = plan(make_project(DISK.replace("size=10", "size=20"), prod=gcp), "prod")
    [move] = transition(before, after).moves
    assert (move.way.how, move.way.source) == (
        How.RESTORE,
        "https://cloud.google.com/compute/docs/disks/create-snapshots",
    )


VOLUME, BUCKET, KEY = "docker:index/volume:Volume", "aws:s3/bucket:Bucket", "aws:kms/key:Key"


@pytest.mark.parametrize(
    ("kind", "types", "how"),
    [
        ("Postgres", [VOLUME], How.DUAL_RUN),
        ("Service", [KEY, "aws:efs/fileSystem:FileSystem"], How.RESTORE),
        ("Network", [KEY], How.NONE),
        ("Gateway", [KEY, BUCKET], How.NONE),
        (BUCKET, [BUCKET], How.DUAL_RUN),
        ("aws:rds/instance:Instance", ["aws:rds/instance:Instance"], How.RESTORE),
        ("gcp:kms/cryptoKey:CryptoKey", ["gcp:kms/cryptoKey:CryptoKey"], How.NONE),
    ],
)
def test_what_has_no_way_of_its_own_goes_as_what_holds_its_data_does(kind: str, types: list[str], how: How) -> None:
    assert ways.moved(kind, types).how is how


def test_nobody_is_told_to_take_a_snapshot_of_a_key_or_of_logs() -> None:
    for way in (ways.moved("Network", [KEY]), ways.moved("Gateway", [KEY, BUCKET])):
        assert "snapshot" not in " ".join(way.steps)
        assert way.source.startswith("https://")


@pytest.mark.parametrize("kind", ["Auth", "aws:cognito/userPool:UserPool"])
def test_no_password_is_copied_out_of_a_user_pool_so_people_move_as_they_log_in(kind: str) -> None:
    way = ways.moved(kind, ["aws:cognito/userPool:UserPool"])
    assert way.how is How.DUAL_RUN
    assert not any("snapshot" in step for step in (*way.steps, *way.back))
    assert way.steps[0].startswith("No password leaves a user pool of Cognito")
    assert way.source.startswith("https://docs.aws.amazon.com/cognito/")
