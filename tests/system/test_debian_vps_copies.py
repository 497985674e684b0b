"""Backup and RestoreDrill of a Redis, an ObjectStore and an EventBus on a VPS: what their containers get, run with the
real servers and rclone; the copies go to a folder instead of S3, encrypted as there.

Needs root (or sudo) and the packages `redis-tools`, `jq`, `curl`, `openssl` and `iproute2`; the servers and rclone are
those of the wheels.
"""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from infra_kit import Backup, Environment, EventBus, Keep, ObjectStore, Redis, RestoreDrill, Stream, Target
from infra_kit.providers.local import builds
from infra_kit.testing import Recording, record
from tests.system import nats_cli
from tests.system.copying_host import WAITS, Copying
from tests.system.linked_host import SETTINGS, begin, begin_store, server_programs, step
from tests.system.recorded_containers import Host, sh

KINDS = ("cache", "bus", "files")
NAMES = [f"{kind}-server" for kind in KINDS] + [f"safe-{kind}-copy" for kind in KINDS]
NAMES += [f"drill-{kind}-restore" for kind in KINDS] + ["drill-cache-proof", "drill-bus-proof"]
DAMAGES: dict[str, Callable[[Path, bytes], object]] = {
    "truncated": lambda file, content: file.write_bytes(content[: len(content) // 2]),
    "changed": lambda file, content: file.write_bytes(content[:-20] + b"~" * 20),
    "missing": lambda file, _: file.unlink(),
}
"""By the check that finds it."""


def recording() -> Recording:
    def program() -> None:
        target = Target(name="vps", app="shop", environment=Environment.DEVELOPMENT, settings=SETTINGS)
        cache = Redis("cache", target=target, memory_gb=0.25)
        bus = EventBus("bus", target=target, streams={"LEADS": Stream(subjects=["lead.*"])})
        files = ObjectStore("files", target=target)
        bucket = ObjectStore.existing(
            "offsite", target=target, bucket="copies", s3_endpoint="https://s3.example.org", access_key="k",
            secret_key="s",
        )  # fmt: skip
        keep = Keep(every="7d", daily=None, weekly=None)
        safe = Backup("safe", target=target, of=[cache, bus, files], to=bucket, key="the-passphrase", keep=keep)
        RestoreDrill("drill", target=target, of=safe)

    return record(program)


def programs(folder: Path) -> Path:
    """Those of the images."""
    made = server_programs(folder)
    shutil.copy(builds.script("rclone"), made)
    # One program, which looks what it is called.
    (made / "valkey-check-rdb").symlink_to("valkey-server")
    nats_cli.install(made)
    return made


def fill(copying: Copying) -> None:
    copying.redis("set", "name", "Ada")
    copying.publish("first", "second")
    copying.s3.put_object(
        Bucket="shop-files", Key="a/one.txt", Body=b"one", ContentType="text/x-one", Metadata={"by": "Ada"}
    )
    copying.s3.put_object(Bucket="shop-files", Key="two words", Body=b"two" * 100_000)


@pytest.fixture(scope="module")
def copying() -> Iterator[Copying]:
    folder = Path(tempfile.mkdtemp(prefix="infra-kit-vps-", dir="/var/tmp"))
    folder.chmod(0o755)
    host = Host(folder, recording(), NAMES, programs=str(programs(folder)))
    try:
        it = Copying(host)
        begin(host, "cache-server")
        # A server waits so long for other replicas.
        it.redis("--user", "admin", "config", "set", "repl-diskless-sync-delay", "0")
        begin(host, "bus-server")
        it.settle_streams()
        begin_store(host)
        fill(it)
        for kind in KINDS:
            step(host, f"safe-{kind}-user")
            it.start(f"safe-{kind}-copy", WAITS)
            it.copy(kind, "once")
            it.start_drill(kind)
        for kind in ("cache", "bus"):
            it.start(f"drill-{kind}-proof", restored=f"restored-{kind}")
        yield it
    finally:
        host.end()
        sh("rm", "-rf", str(folder))


def test_there_is_a_copy_of_each_at_once_encrypted_and_told(copying: Copying) -> None:
    report = copying.report()
    for kind in KINDS:
        copying.copy(kind, "once")

    assert report["last_backup"]
    assert report["failure"] == ""
    assert copying.report() == report, "there was one, and another was taken"
    contents = [path.read_bytes() for path in copying.repository.rglob("*") if path.is_file()]
    assert contents
    assert all(content.startswith(b"RCLONE") for content in contents)
    assert not any("one.txt" in str(path) or "LEADS" in str(path) for path in copying.repository.rglob("*"))


def test_what_was_deleted_or_overwritten_since_can_be_gone_back_to(copying: Copying) -> None:
    then = copying.later()
    copying.s3.delete_object(Bucket="shop-files", Key="a/one.txt")
    copying.s3.put_object(Bucket="shop-files", Key="two words", Body=b"other")
    copying.copy("files")
    copying.restore("files", then, "/scratch/then")
    copying.by_hand("put_back.sh", "/scratch/then", "there:shop-files")

    back = copying.s3.get_object(Bucket="shop-files", Key="a/one.txt")
    assert (back["Body"].read(), back["ContentType"], back["Metadata"]["by"]) == (b"one", "text/x-one", "Ada")
    assert copying.s3.get_object(Bucket="shop-files", Key="two words")["Body"].read() == b"two" * 100_000


def test_copies_beyond_their_time_go_with_what_no_other_needs(copying: Copying) -> None:
    copying.later()
    copying.s3.delete_object(Bucket="shop-files", Key="a/one.txt")
    copying.copy("files", EVERY="0")
    first, _ = copying.held()
    copying.later()
    # What is locked for no longer than this copy has to be, it cannot share.
    copying.copy("files", EVERY="0", SPARE="0")
    second, manifest = copying.held()

    assert first < second == manifest


@pytest.mark.parametrize("kind", KINDS)
def test_a_drill_tells_a_file_that_is_not_what_it_was(copying: Copying, kind: str) -> None:
    file = copying.largest(kind)
    content = file.read_bytes()
    for check, damage in DAMAGES.items():
        damage(file, content)
        assert copying.drill(kind).startswith(f"{check}: ")
    file.write_bytes(content)
    sh("chown", "999:999", str(file))


@pytest.mark.parametrize("kind", KINDS)
def test_a_drill_proves_the_newest_copy(copying: Copying, kind: str) -> None:
    assert copying.drill(kind) == ""
    assert kind != KINDS[-1] or copying.report("drill-report")["last_proven_restore"]


def test_what_the_copies_have_lost_is_told_where_all_else_is_put_back_and_goes_to_them_again(copying: Copying) -> None:
    copying.later()
    DAMAGES["missing"](copying.largest("files"), b"")
    copying.restore("files", "", "/scratch/lost")
    with pytest.raises(AssertionError, match="fault: missing: what the object two words held is gone"):
        copying.by_hand("put_back.sh", "/scratch/lost", "there:shop-files")

    copying.copy("files")
    assert copying.drill("files") == ""


def test_a_drill_tells_a_wrong_key(copying: Copying) -> None:
    copying.start_drill("files", key="another-passphrase")
    assert copying.drill("files").startswith("wrong-key: ")


@pytest.mark.parametrize(("kind", "check"), [("cache", "keys"), ("bus", "events")])
def test_a_drill_tells_what_came_back_and_is_not_what_was_copied(copying: Copying, kind: str, check: str) -> None:
    copying.forge(kind)
    assert copying.drill(kind).startswith(f"{check}: ")


def test_a_bucket_that_is_gone_is_told_and_its_copies_stay(copying: Copying) -> None:
    good = sorted(copying.rclone("lsf", "-R", "copies:").splitlines())
    copying.s3_admin.delete_object(Bucket="shop-files", Key="two words")
    copying.s3_admin.delete_bucket(Bucket="shop-files")
    copying.later()
    with pytest.raises(AssertionError):
        copying.copy("files", EVERY="0")

    assert copying.report()["failure"].startswith("files: copy: missing: the bucket is gone from its store")
    assert sorted(copying.rclone("lsf", "-R", "copies:").splitlines()) == good


def test_a_copy_that_fails_is_told_and_the_last_good_one_stays(copying: Copying) -> None:
    good = copying.report()["last_backup"]
    copying.host.stop("cache-server")
    sh(*copying.host._entered("safe-cache-copy", ["sh", "/run/infra-kit/copy.sh"]), check=False)
    report = copying.report()

    assert report["failure"].startswith("cache: copy: ")
    assert report["last_backup"] == good
