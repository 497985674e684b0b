"""Backups of a cache, a store and a bus; and of all that a store may do to the copies themselves."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import redis
from botocore.exceptions import ClientError
from nats.aio.client import Client
from nats.js import JetStreamContext

from infra_kit._dynamic import Props
from infra_kit.errors import BackupError, ServerError
from infra_kit.providers.common import seaweed
from infra_kit.providers.local.backups import restore
from infra_kit.providers.local.servers import bucket as buckets
from infra_kit.providers.local.servers import event_bus, object_store, postgres
from infra_kit.providers.local.servers import redis as redis_server
from tests.live.operations.backups import STACK, Safe, bucket, destroy, entries, write
from tests.live.servers import nats_client, s3_client
from tests.live.servers.database import props_in

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

FILES = "shop-files"


def cache(home: Path, *, persistence: bool) -> Props:
    return {
        "kind": "local/redis", "home": str(home), "stack": STACK, "name": "cache", "retain": False, "memory_gb": 0.05,
        "eviction": "noeviction", "databases": 16, "persistence": persistence,
    }  # fmt: skip


@pytest.mark.parametrize("persistence", [True, False])
def test_a_cache_comes_back_with_its_keys_and_its_password(home_dir: Path, persistence: bool) -> None:
    props = cache(home_dir, persistence=persistence)
    _, outs = redis_server.HANDLER.ensure(props)
    with redis.Redis.from_url(outs["private"]["url"]) as client:
        client.mset({f"key-{number}": "x" * 1000 for number in range(2000)})
    safe = Safe(home_dir, ["cache"])
    safe.make()
    safe.take()
    destroy(safe.box_of("cache"))
    restore.into(safe.box, "cache", None, "cache")
    _, again = redis_server.HANDLER.ensure(props)
    assert again["private"]["password"] == outs["private"]["password"]
    with redis.Redis.from_url(again["private"]["url"]) as client:
        assert client.dbsize() == 2000
        assert client.get("key-1999") == b"x" * 1000
    assert safe.drill()["failure"] == ""


def test_a_store_comes_back_with_its_versions_types_and_deletions(home_dir: Path) -> None:
    outs, _ = bucket(home_dir, "files", versioning=True)
    s3 = s3_client.s3(outs)
    s3.put_object(Bucket=FILES, Key="logo.svg", Body=b"<svg>1</svg>", ContentType="image/svg+xml")
    s3.put_object(Bucket=FILES, Key="logo.svg", Body=b"<svg>2</svg>", ContentType="image/svg+xml")
    s3.put_object(Bucket=FILES, Key="gone", Body=b"x")
    s3.delete_object(Bucket=FILES, Key="gone")
    safe = Safe(home_dir, ["files"])
    safe.make()
    safe.take()
    restore.into(safe.box, "files", None, "files-restored")
    there = client_of(safe, "files-restored")
    found = there.get_object(Bucket=FILES, Key="logo.svg")
    assert (found["Body"].read(), found["ContentType"]) == (b"<svg>2</svg>", "image/svg+xml")
    versions = there.list_object_versions(Bucket=FILES, Prefix="logo.svg")["Versions"]
    assert len(versions) == 2
    assert [it["Key"] for it in there.list_objects_v2(Bucket=FILES)["Contents"]] == ["logo.svg"]
    assert safe.drill()["failure"] == ""


def test_an_object_that_did_not_change_is_copied_once(home_dir: Path) -> None:
    outs, _ = bucket(home_dir, "files")
    s3 = s3_client.s3(outs)
    s3.put_object(Bucket=FILES, Key="a", Body=b"same")
    s3.put_object(Bucket=FILES, Key="b", Body=b"same")
    safe = Safe(home_dir, ["files"])
    safe.make()
    safe.take()
    contents = [file for file in safe.files() if file.startswith("objects/")]
    assert len(contents) == 1
    s3.put_object(Bucket=FILES, Key="a", Body=b"other")
    safe.take()
    assert len([file for file in safe.files() if file.startswith("objects/")]) == 2


@pytest.mark.parametrize(
    "damaged", [Path.unlink, lambda file: os.truncate(file, file.stat().st_size // 2)], ids=["gone", "cut-short"]
)
def test_an_object_whose_content_the_copies_have_lost_is_in_the_next_one_again(
    home_dir: Path, damaged: Callable[[Path], None]
) -> None:
    outs, _ = bucket(home_dir, "files")
    for key in ("kept", "lost"):
        s3_client.s3(outs).put_object(Bucket=FILES, Key=key, Body=key.encode() * 1000)
    safe = Safe(home_dir, ["files"])
    safe.make()
    safe.take()
    damaged(safe.stored(next(file for file in safe.files() if file.startswith("objects/"))))
    with pytest.raises(BackupError):
        safe.drill()
    safe.take()
    assert safe.drill()["failure"] == ""


def test_over_a_running_store_what_was_changed_and_deleted_is_as_it_was(home_dir: Path) -> None:
    outs, _ = bucket(home_dir, "files", versioning=True)
    s3 = s3_client.s3(outs)
    for key in ("kept", "changed", "deleted"):
        s3.put_object(Bucket=FILES, Key=key, Body=f"{key} before".encode())
    safe = Safe(home_dir, ["files"])
    safe.make()
    safe.take()
    s3.put_object(Bucket=FILES, Key="changed", Body=b"after")
    s3.delete_object(Bucket=FILES, Key="deleted")
    s3.put_object(Bucket=FILES, Key="new", Body=b"after")
    restore.over(safe.box, "files", None)
    there = {it["Key"] for it in s3.list_objects_v2(Bucket=FILES)["Contents"]}
    assert there == {"kept", "changed", "deleted"}
    assert s3.get_object(Bucket=FILES, Key="changed")["Body"].read() == b"changed before"
    held = s3.list_object_versions(Bucket=FILES, Prefix="new")["Versions"]
    assert len(held) == 1, "what it held is among the older versions"
    shutil.rmtree(safe.box_of("files").data)
    restore.over(safe.box, "files", None)
    assert {it["Key"] for it in s3.list_objects_v2(Bucket=FILES)["Contents"]} == {"kept", "changed", "deleted"}


def test_of_a_damaged_copy_nothing_is_put_over_a_running_store_and_nothing_of_it_is_deleted(home_dir: Path) -> None:
    outs, _ = bucket(home_dir, "files", versioning=True)
    s3 = s3_client.s3(outs)
    for key in ("a", "b"):
        s3.put_object(Bucket=FILES, Key=key, Body=f"{key} before".encode())
    safe = Safe(home_dir, ["files"])
    safe.make()
    safe.take()
    for key in ("a", "b", "new"):
        s3.put_object(Bucket=FILES, Key=key, Body=b"after")
    safe.stored([file for file in safe.files() if file.startswith("objects/")][-1]).unlink()
    with pytest.raises(BackupError, match=r"files: objects/.* is gone"):
        restore.over(safe.box, "files", None)
    assert {key: s3.get_object(Bucket=FILES, Key=key)["Body"].read() for key in ("a", "b", "new")} == dict.fromkeys(
        ("a", "b", "new"), b"after"
    )


def test_over_a_store_without_versions_only_what_loses_nothing_is_restored(home_dir: Path) -> None:
    outs, _ = bucket(home_dir, "files")
    s3 = s3_client.s3(outs)
    s3.put_object(Bucket=FILES, Key="logo", Body=b"before")
    safe = Safe(home_dir, ["files"])
    safe.make()
    safe.take()
    s3.put_object(Bucket=FILES, Key="logo", Body=b"after")
    with pytest.raises(BackupError, match=r"files: 1 objects, 'logo' among them, .* infra-kit restore files"):
        restore.over(safe.box, "files", None)
    assert s3.get_object(Bucket=FILES, Key="logo")["Body"].read() == b"after"
    s3.delete_object(Bucket=FILES, Key="logo")
    restore.over(safe.box, "files", None)
    assert s3.get_object(Bucket=FILES, Key="logo")["Body"].read() == b"before"


def test_what_was_deleted_and_written_again_at_once_is_there_in_the_copy_with_how_it_is_served(home_dir: Path) -> None:
    outs, _ = bucket(home_dir, "files", versioning=True)
    s3 = s3_client.s3(outs)
    served = {"CacheControl": "max-age=60", "ContentDisposition": "attachment", "ContentEncoding": "gzip"}
    s3.put_object(Bucket=FILES, Key="page", Body=b"1")
    s3.delete_object(Bucket=FILES, Key="page")
    s3.put_object(Bucket=FILES, Key="page", Body=b"2", ContentType="text/html", **served)  # type: ignore[arg-type]
    safe = Safe(home_dir, ["files"])
    safe.make()
    safe.take()
    restore.into(safe.box, "files", None, "files-restored")
    found = client_of(safe, "files-restored").get_object(Bucket=FILES, Key="page")
    assert found["Body"].read() == b"2"
    assert found["ContentType"] == "text/html"
    assert {header: found[header] for header in served} == served  # type: ignore[literal-required]


def test_a_bus_comes_back_with_its_events_and_how_far_each_consumer_is(home_dir: Path) -> None:
    props = nats_client.bus(home_dir)
    outs = nats_client.ensure(props)
    address = outs["public"]["consumers"]["crm"]
    for _ in range(3):
        nats_client.publish(outs)
    nats_client.take(outs, address, nats_client.acknowledge)
    safe = Safe(home_dir, ["bus"])
    safe.make()
    safe.take()
    destroy(safe.box_of("bus"))
    restore.into(safe.box, "bus", None, "bus")
    _, again = event_bus.HANDLER.ensure(props)
    assert nats_client.streams(props)["LEAD_EVENTS"].state.messages == 3
    assert nats_client.take(again, address, nats_client.acknowledge).metadata.sequence.stream == 2
    assert nats_client.publish(again) == 4
    assert safe.drill()["failure"] == ""


def test_a_bus_of_which_nats_dropped_a_stream_is_not_copied_without_it(home_dir: Path) -> None:
    props = nats_client.bus(home_dir)
    nats_client.publish(nats_client.ensure(props))
    safe = Safe(home_dir, ["bus"])
    safe.make()
    safe.take()
    before, bus = safe.files(), safe.box_of("bus")
    bus.process.stop()
    (stream,) = bus.data.glob("jetstream/*/streams/LEAD_EVENTS")
    shutil.rmtree(stream)
    with pytest.raises(ServerError, match="LEAD_EVENTS is gone"):
        nats_client.ensure(props)
    assert bus.process.pid, "it runs all the same"
    with pytest.raises(BackupError, match="bus: the stream LEAD_EVENTS is gone"):
        safe.take()
    assert safe.files() == before
    assert "LEAD_EVENTS is gone" in safe.report["failure"]


def test_a_snapshot_that_nats_breaks_off_is_not_taken_for_a_whole_one(
    home_dir: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def more_than_is_sent_at_once(jetstream: JetStreamContext) -> None:
        for _ in range(12):
            await jetstream.publish("lead.created", os.urandom(900_000))

    nats_client.use(nats_client.ensure(nats_client.bus(home_dir)), more_than_is_sent_at_once)
    safe = Safe(home_dir, ["bus"])
    safe.make()
    publish = Client.publish

    async def without_telling_that_a_chunk_came(client: Client, subject: str, *what: Any, **how: Any) -> None:
        if not subject.startswith("$JS.SNAPSHOT.ACK."):
            await publish(client, subject, *what, **how)

    monkeypatch.setattr(Client, "publish", without_telling_that_a_chunk_came)
    with pytest.raises(BackupError, match="bus: NATS broke off the snapshot of LEAD_EVENTS: 408 No Flow Response"):
        safe.take()
    assert [file for file in safe.files() if file.endswith("manifest.json")] == []


def test_a_locked_copy_can_be_deleted_by_nobody_who_has_the_keys_of_the_stack(home_dir: Path) -> None:
    outs, store = bucket(home_dir, "offsite", versioning=True, retention_lock=2)
    safe = Safe(home_dir, ["db"], store, {"lock": {"seconds": 172_800, "spare": 0, "mode": None}})
    safe.make()
    write(safe.box_of("db"), "one")
    safe.take()
    s3 = s3_client.s3(outs)
    versions = s3.list_object_versions(Bucket="shop-offsite")["Versions"]
    for version in versions:
        with pytest.raises(ClientError):
            s3.delete_object(Bucket="shop-offsite", Key=version["Key"], VersionId=version["VersionId"])
    until = s3.get_object_retention(Bucket="shop-offsite", Key=versions[0]["Key"])["Retention"]["RetainUntilDate"]
    assert (until - versions[0]["LastModified"]).total_seconds() > 2 * 86_400 - 60
    assert safe.drill()["failure"] == ""


def test_a_database_that_is_down_stops_the_copies_of_nobody_else_and_has_its_own_when_it_is_up(
    home_dir: Path,
) -> None:
    _, outs = redis_server.HANDLER.ensure(cache(home_dir, persistence=True))
    safe = Safe(home_dir, ["db", "cache"], changes={"keep": {"every": "1s", "daily": None, "weekly": None}})
    safe.make()
    write(safe.box_of("db"), "one")
    safe.take()
    with redis.Redis.from_url(outs["private"]["url"]) as client:
        client.set("since", "x")
    safe.box_of("db").process.stop(postgres.HANDLER.STOP)
    with pytest.raises(BackupError, match=r"^db: ") as told:
        safe.take()
    assert "cache" not in str(told.value)
    assert (list(safe.report["copied"]), safe.report["last_backup"]) == (["cache"], None)
    restore.into(safe.box, "cache", None, "cache-restored")
    record = safe.box_of("cache-restored").record
    with redis_server.connect(record) as session:
        assert session.get("since") == "x"
    restore.into(safe.box, "db", None, "db-restored")
    assert entries(safe.box_of("db-restored")) == ["one"], "its own last copy is kept, old as it is"
    assert safe.drill()["failure"] == ""
    postgres.HANDLER.ensure(props_in(home_dir))
    before = safe.report["copied"]["cache"]
    safe.tick()
    assert safe.report["failure"] == ""
    assert safe.report["last_backup"] == safe.report["copied"]["cache"] == before
    assert safe.report["copied"]["db"] > before


def client_of(safe: Safe, name: str) -> S3Client:
    record = safe.box_of(name).record
    return buckets.client(object_store.address(record), seaweed.REGION, seaweed.ADMIN, record.secrets["admin_key"])
