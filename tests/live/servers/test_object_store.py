"""The object store's server, driven by its handler and used with boto3."""

from __future__ import annotations

import socket
import ssl
import time
from functools import partial
from pathlib import Path
from typing import Any

import httpx
import psutil
import pytest

from infra_kit._dynamic import Props
from infra_kit.errors import ServerError
from infra_kit.providers.local import ports
from infra_kit.providers.local.box import Box
from infra_kit.providers.local.servers.object_store import HANDLER
from tests.live.servers.s3_client import BUCKET, anonymous, props, refused, s3


def pid(home: Path) -> int:
    found = Box(home, "test", "files").process.pid
    assert found is not None
    return found


def test_nobody_gets_in_without_the_right_key_on_any_port(home_dir: Path) -> None:
    _, outs = HANDLER.ensure(props(home_dir))
    s3(outs).put_object(Bucket=BUCKET, Key="secret.txt", Body=b"topsecret")

    assert refused(anonymous(outs).get_object, Bucket=BUCKET, Key="secret.txt") == "AccessDenied"
    assert refused(anonymous(outs).list_objects_v2, Bucket=BUCKET) == "AccessDenied"
    wrong = s3(outs, secret_key="wrong")
    assert refused(wrong.get_object, Bucket=BUCKET, Key="secret.txt") == "SignatureDoesNotMatch"
    assert refused(s3(outs, "NOBODY").list_objects_v2, Bucket=BUCKET) == "InvalidAccessKeyId"
    for port in Box(home_dir, "test", "files").record.ports:
        for path in (
            f"/{BUCKET}/secret.txt", f"/buckets/{BUCKET}/secret.txt", "/dir/assign", "/dir/status", "/dir/lookup",
            "/vol/grow", "/1,01", "/2,01", "/api/plugin/status", "/api/s3/buckets", "/etc/",
        ):  # fmt: skip
            assert _status(f"http://127.0.0.1:{port}{path}") in (400, 401, 403, 404, 405, None)


def _status(url: str) -> int | None:
    """None where something listens that speaks no plain HTTP (gRPC over mutual TLS)."""
    try:
        return httpx.get(url, timeout=5).status_code
    except (httpx.RemoteProtocolError, httpx.ReadError):
        return None


def test_its_internal_grpc_ports_want_a_certificate(home_dir: Path) -> None:
    HANDLER.ensure(props(home_dir))
    box = Box(home_dir, "test", "files")
    for port in (box.record.ports[at] for at in (1, 3, 5, 7, 8)):
        box.process.wait(partial(ports.answers, port), seconds=60)
        assert _grpc_greets(port, box.conf / "weed.crt", box.conf / "weed.key")
        assert not _grpc_greets(port)


def _grpc_greets(port: int, certificate: Path | None = None, key: Path | None = None) -> bool:
    """Whether the server takes this client: then it speaks first, with HTTP/2 settings."""
    context = ssl.create_default_context()
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    context.set_alpn_protocols(["h2"])
    if certificate and key:
        context.load_cert_chain(certificate, key)
    with socket.create_connection(("127.0.0.1", port), timeout=5) as plain:
        try:
            with context.wrap_socket(plain) as secured:
                secured.sendall(b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" + bytes.fromhex("000000040000000000"))
                return len(secured.recv(9)) > 0
        except ssl.SSLError:
            return False


def test_it_listens_on_the_loopback_and_on_kept_ports_only(home_dir: Path) -> None:
    HANDLER.ensure(props(home_dir))
    box = Box(home_dir, "test", "files")

    kept = set(box.record.ports)
    box.process.wait(lambda: {address.port for address in _listening(home_dir)} >= kept, seconds=60)

    assert {address.ip for address in _listening(home_dir)} == {"127.0.0.1"}
    assert {address.port for address in _listening(home_dir)} == kept


def _listening(home: Path) -> list[Any]:
    connections = psutil.Process(pid(home)).net_connections("inet")
    return [connection.laddr for connection in connections if connection.status == psutil.CONN_LISTEN]


def test_the_application_works_with_objects_and_cannot_change_the_bucket(home_dir: Path) -> None:
    _, outs = HANDLER.ensure(props(home_dir))
    app = s3(outs)
    app.put_object(Bucket=BUCKET, Key="x", Body=b"1", Tagging="a=b")
    assert [found["Key"] for found in app.list_objects_v2(Bucket=BUCKET)["Contents"]] == ["x"]
    app.delete_object(Bucket=BUCKET, Key="x")

    assert refused(app.create_bucket, Bucket="other") == "AccessDenied"
    assert refused(app.delete_bucket, Bucket=BUCKET) == "AccessDenied"
    assert refused(app.put_bucket_policy, Bucket=BUCKET, Policy="{}") == "AccessDenied"
    assert refused(app.put_bucket_acl, Bucket=BUCKET, ACL="public-read") == "AccessDenied"
    assert refused(app.delete_bucket_lifecycle, Bucket=BUCKET) == "AccessDenied"
    status: Any = {"Status": "Suspended"}
    assert refused(app.put_bucket_versioning, Bucket=BUCKET, VersioningConfiguration=status) == "AccessDenied"


def test_the_application_cannot_touch_another_bucket(home_dir: Path) -> None:
    _, outs = HANDLER.ensure(props(home_dir))
    record = Box(home_dir, "test", "files").record
    admin = s3(outs, "INFRAKITADMIN", record.secrets["admin_key"])
    admin.create_bucket(Bucket="another")
    admin.put_object(Bucket="another", Key="k", Body=b"1")

    assert refused(s3(outs).get_object, Bucket="another", Key="k") == "AccessDenied"
    assert refused(s3(outs).put_object, Bucket="another", Key="k", Body=b"2") == "AccessDenied"
    assert refused(s3(outs).copy_object, Bucket=BUCKET, Key="c", CopySource="another/k") == "AccessDenied"


def test_the_cdn_reads_objects_and_nothing_more(home_dir: Path) -> None:
    _, outs = HANDLER.ensure(props(home_dir))
    s3(outs).put_object(Bucket=BUCKET, Key="x", Body=b"1")
    cdn = s3(outs, outs["public"]["cdn_access_key"], outs["private"]["cdn_secret_key"])

    assert cdn.get_object(Bucket=BUCKET, Key="x")["Body"].read() == b"1"
    assert refused(cdn.list_objects_v2, Bucket=BUCKET) == "AccessDenied"
    assert refused(cdn.put_object, Bucket=BUCKET, Key="x", Body=b"2") == "AccessDenied"
    assert refused(cdn.delete_object, Bucket=BUCKET, Key="x") == "AccessDenied"


def test_settings_are_changed_in_place_and_removed_again(home_dir: Path) -> None:
    rules = {
        "tmp": {"prefix": "tmp/", "expire_after_days": 7.0},
        "old": {"prefix": "", "noncurrent_expire_after_days": 30.0},
    }
    cors = [
        {"origins": ["https://a.example"], "methods": ["PUT"], "headers": ["content-type"], "max_age_seconds": 60.0}
    ]
    _, outs = HANDLER.ensure(props(home_dir))
    first = pid(home_dir)
    admin = s3(outs, "INFRAKITADMIN", Box(home_dir, "test", "files").record.secrets["admin_key"])

    HANDLER.ensure(props(home_dir, versioning=True, lifecycle=rules, cors=cors, public_read=True))
    s3(outs).put_object(Bucket=BUCKET, Key="x", Body=b"1")
    s3(outs).put_object(Bucket=BUCKET, Key="x", Body=b"2")

    found = {rule["ID"]: rule for rule in admin.get_bucket_lifecycle_configuration(Bucket=BUCKET)["Rules"]}
    assert found["tmp"]["Expiration"] == {"Days": 7}
    assert found["tmp"]["Filter"] == {"Prefix": "tmp/"}
    assert found["old"]["NoncurrentVersionExpiration"] == {"NoncurrentDays": 30}
    assert len(s3(outs).list_object_versions(Bucket=BUCKET)["Versions"]) == 2
    assert _preflight(outs, "https://a.example").headers["access-control-allow-methods"] == "PUT"
    assert _preflight(outs, "https://b.example").status_code == 403
    assert anonymous(outs).get_object(Bucket=BUCKET, Key="x")["Body"].read() == b"2"
    assert refused(anonymous(outs).list_objects_v2, Bucket=BUCKET) == "AccessDenied"
    assert refused(anonymous(outs).put_object, Bucket=BUCKET, Key="x") == "AccessDenied"

    HANDLER.ensure(props(home_dir))

    assert refused(admin.get_bucket_lifecycle_configuration, Bucket=BUCKET) == "NoSuchLifecycleConfiguration"
    assert admin.get_bucket_versioning(Bucket=BUCKET)["Status"] == "Suspended"
    assert "access-control-allow-origin" not in _preflight(outs, "https://a.example").headers
    assert refused(anonymous(outs).get_object, Bucket=BUCKET, Key="x") == "AccessDenied"
    assert pid(home_dir) == first


def _preflight(outs: Props, origin: str) -> httpx.Response:
    headers = {"Origin": origin, "Access-Control-Request-Method": "PUT"}
    return httpx.options(f"{outs['public']['s3_endpoint']}/{BUCKET}/x", headers=headers)


def test_a_locked_version_cannot_be_deleted_even_by_us_and_the_lock_never_gets_shorter(home_dir: Path) -> None:
    HANDLER.ensure(props(home_dir, versioning=True))
    locked = props(home_dir, versioning=True, retention_lock=1825.0)
    _, outs = HANDLER.ensure(locked)
    version = s3(outs).put_object(Bucket=BUCKET, Key="cfdi.xml", Body=b"<cfdi/>")["VersionId"]
    admin = s3(outs, "INFRAKITADMIN", Box(home_dir, "test", "files").record.secrets["admin_key"])

    for client in (s3(outs), admin):
        assert refused(client.delete_object, Bucket=BUCKET, Key="cfdi.xml", VersionId=version) == "AccessDenied"
    bypass: Any = {"Bucket": BUCKET, "Key": "cfdi.xml", "VersionId": version, "BypassGovernanceRetention": True}
    assert refused(admin.delete_object, **bypass) == "AccessDenied"
    until = s3(outs).head_object(Bucket=BUCKET, Key="cfdi.xml")["ObjectLockRetainUntilDate"]
    assert until.timestamp() - time.time() > 1824 * 86_400

    assert [failure.property for failure in HANDLER.check(locked, props(home_dir, versioning=True))] == [
        "retention_lock"
    ]
    with pytest.raises(ServerError, match="never shorter"):
        HANDLER.ensure(props(home_dir, versioning=True, retention_lock=10.0))
    HANDLER.ensure(props(home_dir, versioning=True, retention_lock=3650.0))


def test_outside_of_production_its_owner_lifts_a_lock_and_the_application_cannot(home_dir: Path) -> None:
    _, outs = HANDLER.ensure(props(home_dir, versioning=True, retention_lock=30.0, lock_mode="GOVERNANCE"))
    version = s3(outs).put_object(Bucket=BUCKET, Key="cfdi.xml", Body=b"<cfdi/>")["VersionId"]
    admin = s3(outs, "INFRAKITADMIN", Box(home_dir, "test", "files").record.secrets["admin_key"])

    there: Any = {"Bucket": BUCKET, "Key": "cfdi.xml", "VersionId": version}
    assert refused(admin.delete_object, **there) == "AccessDenied"
    assert refused(s3(outs).delete_object, **there, BypassGovernanceRetention=True) == "AccessDenied"
    admin.delete_object(**there, BypassGovernanceRetention=True)
    assert "Versions" not in admin.list_object_versions(Bucket=BUCKET, Prefix="cfdi.xml")


def test_large_objects_go_up_in_parts_and_come_down_in_ranges(home_dir: Path) -> None:
    import io

    _, outs = HANDLER.ensure(props(home_dir))
    s3(outs).upload_fileobj(io.BytesIO(b"0123456789" * 2_000_000), BUCKET, "big")

    assert s3(outs).head_object(Bucket=BUCKET, Key="big")["ContentLength"] == 20_000_000
    part = s3(outs).get_object(Bucket=BUCKET, Key="big", Range="bytes=10000005-10000009")
    assert part["Body"].read() == b"56789"


def test_no_secret_stands_in_arguments_environment_or_logs_and_files_are_private(home_dir: Path) -> None:
    _, outs = HANDLER.ensure(props(home_dir))
    s3(outs).put_object(Bucket=BUCKET, Key="x", Body=b"1")
    box = Box(home_dir, "test", "files")
    process = psutil.Process(pid(home_dir))
    told = " ".join(process.cmdline()) + str(process.environ()) + str(outs["public"])
    told += "".join(file.read_text(errors="replace") for file in [box.process.log, *(box.path / "log").iterdir()])

    assert not [name for name, secret in box.record.secrets.items() if secret in told]
    assert {file.stat().st_mode & 0o777 for file in box.conf.iterdir()} == {0o600}
