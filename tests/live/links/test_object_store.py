"""What a link to an ObjectStore opens, by a real S3 client; and what it does not."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from infra_kit._dynamic import Props
from infra_kit.providers.local.server import box_of
from infra_kit.providers.local.servers import object_store, seaweed_conf
from infra_kit.providers.local.servers.object_store import HANDLER
from tests.live.links.users import User, changed, delete, ensure, kill, pid, user
from tests.live.servers import s3_client
from tests.live.servers.s3_client import BUCKET, refused

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client


@pytest.fixture(scope="module")
def server(shared_home_dir: Path) -> Props:
    props = s3_client.props(shared_home_dir)
    HANDLER.ensure(props)
    return props


def key(server: Props, *access: str, prefix: str = "", name: str = "api__files") -> Props:
    return user(server, "object_store_key", {"access": sorted(access), "prefix": prefix}, name)


def connect(server: Props, user: User) -> S3Client:
    outs = {"public": {"s3_endpoint": object_store.address(box_of(server).record), "region": "us-east-1"}}
    return s3_client.s3(outs, user.name, user.password)


@pytest.fixture(autouse=True)
def owner(server: Props) -> Iterator[S3Client]:
    """The endpoint's own user, in a bucket with an object inside of the prefix and one outside."""
    client = connect(server, User("INFRAKITAPP", box_of(server).record.secrets["app_key"]))
    for name in ("in/one", "out/one"):
        client.put_object(Bucket=BUCKET, Key=name, Body=b"1")
    yield client
    for found in client.list_objects_v2(Bucket=BUCKET).get("Contents", []):
        client.delete_object(Bucket=BUCKET, Key=found["Key"])


@pytest.fixture
def linked(server: Props, request: pytest.FixtureRequest) -> Iterator[S3Client]:
    """The client of a link; its access and prefix are the test's parameter."""
    props = key(server, *request.param[0], prefix=request.param[1])
    yield connect(server, ensure(props))
    delete(props)


def having(*access: str, prefix: str = "") -> pytest.MarkDecorator:
    return pytest.mark.parametrize("linked", [(access, prefix)], indirect=True, ids=["-".join(access)])


def keys(client: S3Client) -> list[str]:
    return sorted(found["Key"] for found in client.list_objects_v2(Bucket=BUCKET).get("Contents", []))


def tries(client: S3Client, name: str) -> dict[str, bool]:
    """What the client may do with an object, tried."""
    into = {"Bucket": BUCKET, "Key": name}
    calls: dict[str, Any] = {"get": client.get_object, "put": client.put_object, "delete": client.delete_object}
    return {what: _may(call, **into) for what, call in calls.items()}


def _may(call: Any, **arguments: Any) -> bool:
    try:
        call(**arguments)
    except call.__self__.exceptions.ClientError as error:
        return bool(error.response["Error"]["Code"] != "AccessDenied")
    return True


@pytest.mark.parametrize("linked", [(("read",), ""), (("write",), ""), (("delete",), ""), (("read", "write"), "")],
    indirect=True, ids=["read", "write", "delete", "read-write"])  # fmt: skip
def test_a_link_does_what_it_says_and_nothing_else(linked: S3Client, request: pytest.FixtureRequest) -> None:
    access = request.node.callspec.params["linked"][0]
    assert tries(linked, "in/one") == {
        "get": "read" in access, "put": "write" in access, "delete": "delete" in access,
    }  # fmt: skip
    assert _may(linked.list_objects_v2, Bucket=BUCKET) is ("read" in access)


@having("read", "write")
def test_without_delete_many_objects_at_once_are_not_deleted_either(linked: S3Client, owner: S3Client) -> None:
    answer = linked.delete_objects(Bucket=BUCKET, Delete={"Objects": [{"Key": "in/one"}, {"Key": "out/one"}]})
    assert [error.get("Code") for error in answer["Errors"]] == ["AccessDenied", "AccessDenied"]
    assert keys(owner) == ["in/one", "out/one"]


@having("read", "write", "delete", prefix="in/")
def test_a_prefix_is_all_that_a_link_reaches(linked: S3Client, owner: S3Client) -> None:
    assert tries(linked, "out/one") == {"get": False, "put": False, "delete": False}
    assert tries(linked, "in") == {"get": False, "put": False, "delete": False}
    assert refused(linked.list_objects_v2, Bucket=BUCKET) == "AccessDenied"
    assert refused(linked.list_objects_v2, Bucket=BUCKET, Prefix="out/") == "AccessDenied"
    assert refused(linked.list_object_versions, Bucket=BUCKET) == "AccessDenied"
    assert refused(linked.list_multipart_uploads, Bucket=BUCKET) == "AccessDenied"
    source = f"{BUCKET}/out/one"
    assert refused(linked.copy_object, Bucket=BUCKET, Key="in/stolen", CopySource=source) == "AccessDenied"
    listed = linked.list_objects_v2(Bucket=BUCKET, Prefix="in/")["Contents"]
    assert [found["Key"] for found in listed] == ["in/one"]
    assert tries(linked, "in/one") == {"get": True, "put": True, "delete": True}
    assert keys(owner) == ["out/one"]


@having("write", prefix="in/")
def test_a_large_object_is_written_in_parts_by_who_only_writes(linked: S3Client, owner: S3Client) -> None:
    begun = linked.create_multipart_upload(Bucket=BUCKET, Key="in/large")
    part: dict[str, Any] = {"Bucket": BUCKET, "Key": "in/large", "UploadId": begun["UploadId"]}
    etag = linked.upload_part(**part, PartNumber=1, Body=b"x" * 1024)["ETag"]
    linked.complete_multipart_upload(**part, MultipartUpload={"Parts": [{"ETag": etag, "PartNumber": 1}]})
    assert owner.head_object(Bucket=BUCKET, Key="in/large")["ContentLength"] == 1024


@having("read", "write", "delete")
def test_a_link_does_not_administer_the_bucket(linked: S3Client) -> None:
    policy = '{"Version":"2012-10-17","Statement":[]}'
    assert refused(linked.put_bucket_policy, Bucket=BUCKET, Policy=policy) == "AccessDenied"
    assert refused(linked.delete_bucket, Bucket=BUCKET) == "AccessDenied"
    assert refused(linked.create_bucket, Bucket="mine") == "AccessDenied"
    versioning = {"Status": "Enabled"}
    assert refused(linked.put_bucket_versioning, Bucket=BUCKET, VersioningConfiguration=versioning) == "AccessDenied"
    assert refused(linked.delete_bucket_lifecycle, Bucket=BUCKET) == "AccessDenied"
    assert refused(linked.put_object_acl, Bucket=BUCKET, Key="in/one", ACL="public-read") == "AccessDenied"


def test_whoever_is_not_linked_is_refused(server: Props) -> None:
    one, other = key(server, "read"), key(server, "read", name="web__files")
    first, second = ensure(one), ensure(other)
    strangers = {
        "InvalidAccessKeyId": User("nobody", "x"),
        "SignatureDoesNotMatch": User(first.name, second.password),
    }
    for code, stranger in strangers.items():
        assert refused(connect(server, stranger).get_object, Bucket=BUCKET, Key="in/one") == code
    public = {"s3_endpoint": object_store.address(box_of(server).record), "region": "us-east-1"}
    assert refused(s3_client.anonymous({"public": public}).get_object, Bucket=BUCKET, Key="in/one") == "AccessDenied"
    delete(one)
    delete(other)


def test_the_key_that_tells_whether_the_server_has_read_its_file_opens_nothing(server: Props) -> None:
    props = key(server, "read")
    ensure(props)
    generation = seaweed_conf.write_identities(box_of(server), box_of(server).record)
    client = connect(server, User("INFRAKITGENERATION", generation))
    assert client.list_buckets()["Buckets"] == []
    assert tries(client, "in/one") == {"get": False, "put": False, "delete": False}
    assert refused(client.list_objects_v2, Bucket=BUCKET) == "AccessDenied"
    delete(props)


def test_a_narrower_access_takes_the_wider_ones_rights_away_and_keeps_the_key(server: Props) -> None:
    wide, narrow = key(server, "read", "write"), key(server, "read", prefix="in/")
    made = ensure(wide)
    assert ensure(narrow, wide) == made
    assert tries(connect(server, made), "in/one") == {"get": True, "put": False, "delete": False}
    assert tries(connect(server, made), "out/one") == {"get": False, "put": False, "delete": False}
    delete(narrow)


def test_a_link_is_made_once_and_brought_back_when_its_identity_is_lost(server: Props) -> None:
    props, process = key(server, "read"), pid(server)
    made = ensure(props)
    assert not changed(props)
    assert ensure(props) == made
    (box_of(server).path / "links" / "api__files.json").unlink()
    assert changed(props)
    again = ensure(props)
    assert again.password != made.password
    assert not changed(props)
    assert refused(connect(server, made).get_object, Bucket=BUCKET, Key="in/one") == "SignatureDoesNotMatch"
    assert pid(server) == process
    delete(props)


def test_a_revoked_link_is_refused_at_once_and_comes_back_when_it_is_wanted_again(server: Props) -> None:
    one, other = key(server, "read"), key(server, "read", name="web__files")
    gone, staying = ensure(one), connect(server, ensure(other))
    delete(one)
    assert refused(connect(server, gone).get_object, Bucket=BUCKET, Key="in/one") == "InvalidAccessKeyId"
    assert staying.get_object(Bucket=BUCKET, Key="in/one")
    assert connect(server, ensure(one)).get_object(Bucket=BUCKET, Key="in/one")
    delete(one)
    delete(other)


def test_links_outlive_a_kill_and_a_change_of_the_server_which_is_not_restarted_for_them(home_dir: Path) -> None:
    server = s3_client.props(home_dir)
    HANDLER.ensure(server)
    one, other = key(server, "read"), key(server, "read", "write", name="web__files")
    going, staying = ensure(one), ensure(other)
    connect(server, staying).put_object(Bucket=BUCKET, Key="in/one")
    process = pid(server)
    HANDLER.ensure({**server, "versioning": True})
    assert pid(server) == process
    kill(server)
    assert changed(other)
    delete(one)
    HANDLER.ensure(server)
    assert not changed(other)
    assert connect(server, staying).get_object(Bucket=BUCKET, Key="in/one")
    assert refused(connect(server, going).get_object, Bucket=BUCKET, Key="in/one") == "InvalidAccessKeyId"


def test_links_can_be_taken_away_when_the_server_is_gone(home_dir: Path) -> None:
    server = s3_client.props(home_dir)
    HANDLER.ensure(server)
    props = key(server, "read")
    ensure(props)
    HANDLER.delete("", server)
    delete(props)
    assert not list(home_dir.glob("test/*"))
