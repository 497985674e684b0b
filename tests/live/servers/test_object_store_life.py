"""The object store's server over its life: started again, damaged, deleted."""

from __future__ import annotations

import shutil
from pathlib import Path
from signal import SIGKILL

import psutil
import pytest

from infra_kit.errors import ServerError
from infra_kit.providers.local import server
from infra_kit.providers.local.box import Box
from infra_kit.providers.local.servers import seaweed_conf
from infra_kit.providers.local.servers.object_store import HANDLER
from tests.live.servers.s3_client import BUCKET, props, refused, s3


def pid(home: Path) -> int:
    found = Box(home, "test", "files").process.pid
    assert found is not None
    return found


def test_objects_are_kept_over_kill_9_with_the_same_address_and_keys(home_dir: Path) -> None:
    _, outs = HANDLER.ensure(props(home_dir))
    s3(outs).put_object(Bucket=BUCKET, Key="a/b.txt", Body=b"hello")
    process = psutil.Process(pid(home_dir))
    process.kill()
    process.wait(10)

    _, again = HANDLER.ensure(props(home_dir))

    assert again == outs
    assert s3(outs).get_object(Bucket=BUCKET, Key="a/b.txt")["Body"].read() == b"hello"


def test_a_second_ensure_of_the_same_props_restarts_nothing(home_dir: Path) -> None:
    HANDLER.ensure(props(home_dir))
    first = pid(home_dir)

    HANDLER.ensure(props(home_dir))

    assert pid(home_dir) == first
    assert not HANDLER.changed(props(home_dir), props(home_dir))


def test_the_bucket_keeps_its_name_when_the_application_is_renamed(home_dir: Path) -> None:
    HANDLER.ensure(props(home_dir))
    _, outs = HANDLER.ensure(props(home_dir, bucket="new-name-files"))

    assert outs["public"]["bucket"] == "shop-files"


def test_a_store_that_lost_its_index_is_an_error_and_not_a_fresh_bucket(home_dir: Path) -> None:
    _, outs = HANDLER.ensure(props(home_dir))
    s3(outs).put_object(Bucket=BUCKET, Key="a/b.txt", Body=b"hello")
    box = Box(home_dir, "test", "files")
    box.process.stop()
    for file in filter(Path.is_file, box.data.glob("filerldb2/**/*")):
        file.write_bytes(b"\xfe garbage \x00" * 50)

    for _ in range(2):
        with pytest.raises(
            ServerError, match=f"files: the bucket {BUCKET} is gone.*{box.data}.*deleted nothing.*a copy"
        ):
            HANDLER.ensure(props(home_dir))

    assert refused(s3(outs).put_object, Bucket=BUCKET, Key="new", Body=b"1") in ("NoSuchBucket", "AccessDenied")
    assert list(box.data.glob("*.dat"))


def test_a_store_whose_data_is_gone_is_no_empty_one_until_it_is_given_up(home_dir: Path) -> None:
    asked = props(home_dir)
    _, outs = HANDLER.ensure(asked)
    s3(outs).put_object(Bucket=BUCKET, Key="a/b.txt", Body=b"hello")
    shutil.rmtree(Box(home_dir, "test", "files").data)  # while it runs

    assert HANDLER.changed(asked, asked)
    with pytest.raises(ServerError, match="files: its data is gone"):
        HANDLER.ensure(asked, asked)
    assert HANDLER.read("", asked) is None

    _, anew = HANDLER.ensure({**asked, "bucket": "new-name-files"})

    assert anew == {**outs, "bucket": "new-name-files"}
    assert "Contents" not in s3(anew).list_objects_v2(Bucket=BUCKET)


def test_a_store_that_cannot_read_its_objects_is_not_ready(home_dir: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    HANDLER.ensure(props(home_dir))
    box = Box(home_dir, "test", "files")
    box.process.stop()
    for file in box.data.glob("*.dat"):
        file.unlink()
    monkeypatch.setattr(server, "READY_SECONDS", 3)

    with pytest.raises(ServerError, match="files"):
        HANDLER.ensure(props(home_dir))

    assert HANDLER.changed(props(home_dir), props(home_dir))


def test_no_client_but_ours_sees_the_probe(home_dir: Path) -> None:
    _, outs = HANDLER.ensure(props(home_dir))

    assert [found["Name"] for found in s3(outs).list_buckets()["Buckets"]] in ([], [BUCKET])


def test_what_a_killed_server_left_in_tmp_is_gone_before_the_next_one_starts(home_dir: Path) -> None:
    HANDLER.ensure(props(home_dir))
    box = Box(home_dir, "test", "files")
    box.process.stop(SIGKILL)  # one that is asked to may take them along
    assert _sockets(box.record.ports)

    HANDLER.prepare(box, box.record, props(home_dir))

    assert not _sockets(box.record.ports)
    HANDLER.ensure(props(home_dir))
    running = _sockets(box.record.ports)
    assert running

    HANDLER.prepare(box, box.record, props(home_dir))

    assert _sockets(box.record.ports) == running


def test_delete_leaves_no_process_no_data_and_nothing_in_tmp(home_dir: Path) -> None:
    resource_id, outs = HANDLER.ensure(props(home_dir))
    process = psutil.Process(pid(home_dir))

    ports_ = Box(home_dir, "test", "files").record.ports
    assert _sockets(ports_)

    HANDLER.delete(resource_id, outs)

    assert not _sockets(ports_)
    assert not process.is_running() or process.status() == psutil.STATUS_ZOMBIE
    assert not Box(home_dir, "test", "files").path.exists()


def _sockets(ports_: list[int]) -> list[Path]:
    """Its own ones: of a port's earlier life, in another role, there may be more."""
    return [file for file in seaweed_conf.shared_sockets(ports_) if file.exists()]
