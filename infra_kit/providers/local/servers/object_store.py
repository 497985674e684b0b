"""A SeaweedFS server with one bucket.

Expiry: an object in a bucket without versions gets its end when it is written, and is gone to the day; everything
else (versions, objects older than their rule) is deleted by weed's worker in the same process, which looks five
minutes after each start of the server and then once a day (seaweedfs 4.48: weed/s3api/s3api_object_lifecycle_ttl.go,
weed/worker/tasks/s3_lifecycle/handler.go, laneIdleSleep in weed/admin/plugin/scheduler_lane.go; seen to run so).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError, ConnectionError, HTTPClientError  # noqa: A004  botocore's names

from infra_kit._dynamic import Props
from infra_kit.errors import ServerError
from infra_kit.providers.common import seaweed
from infra_kit.providers.local import ports
from infra_kit.providers.local.box import Box, Record
from infra_kit.providers.local.ports import LOOPBACK
from infra_kit.providers.local.server import READY_SECONDS, Command, Server, box_of
from infra_kit.providers.local.servers import bucket, seaweed_conf

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

_MADE = "bucket made"


class ObjectStoreServer(Server):
    KIND = "local/object_store"
    KEEPS_INPUTS = True
    PORTS = len(seaweed_conf.PORT_FLAGS) - 1
    """The last one, the admin server's HTTP port, is not free to choose: see `_add_admin_port`."""
    SECRETS = (*seaweed.KEYS, *seaweed.TOKENS)

    def prepare(self, box: Box, record: Record, props: Props) -> Command:
        record.facts.setdefault("bucket", props["bucket"])
        _add_admin_port(box, record)
        box.save(record)
        if box.process.pid is None:
            _remove_stale_sockets(box, record)
        seaweed_conf.write(box, record)
        return command(box, record)

    def is_ready(self, box: Box, record: Record) -> bool:  # noqa: ARG002
        s3 = _client(record)
        try:
            return not bucket.exists(s3, seaweed.PROBE) or _reads_back(s3)
        except (ClientError, ConnectionError, HTTPClientError):
            return False

    def settle(self, box: Box, record: Record, props: Props) -> None:
        box.process.wait(partial(_keeps_objects, _client(record)), READY_SECONDS)
        _make_bucket(box, record)
        bucket.settle(_client(record), box.name, record.facts["bucket"], props)

    def refuse(self, olds: Props, news: Props) -> Mapping[str, str]:
        text = bucket.weaker_lock(news["name"], olds.get("retention_lock"), news.get("retention_lock"))
        return {"retention_lock": text} if text else {}

    def keeps(self, box: Box, props: Props) -> Sequence[Path]:  # noqa: ARG002
        return [seaweed_conf.index(box)]

    def forget_data(self, box: Box, record: Record) -> None:  # noqa: ARG002
        """The bucket keeps its name."""
        record.facts.pop(_MADE, None)

    def outputs(self, box: Box, record: Record, props: Props) -> tuple[dict[str, Any], dict[str, Any]]:  # noqa: ARG002
        public = {
            "bucket": record.facts["bucket"],
            "s3_endpoint": address(record),
            "region": seaweed.REGION,
            "access_key": seaweed.APP,
            "cdn_access_key": seaweed.CDN,
        }
        return public, {"secret_key": record.secrets["app_key"], "cdn_secret_key": record.secrets["cdn_key"]}

    def delete(self, resource_id: str, props: Props) -> None:
        box = box_of(props)
        sockets = seaweed_conf.shared_sockets(box.record.ports) if box.exists else []
        super().delete(resource_id, props)
        for file in sockets:
            file.unlink(missing_ok=True)


def command(box: Box, record: Record) -> Command:
    return Command(seaweed_conf.command(box, record))


def _add_admin_port(box: Box, record: Record) -> None:
    """The admin server's HTTP port lies a fixed way below its gRPC port: one of the kept ports becomes the latter."""
    if len(record.ports) == len(seaweed_conf.PORT_FLAGS):
        return
    first, *others = record.ports
    for grpc in others:
        if ports.is_free(grpc - seaweed_conf.ADMIN_PORT_GAP):
            others.remove(grpc)
            record.ports[:] = [first, *others, grpc, grpc - seaweed_conf.ADMIN_PORT_GAP]
            return
    raise ServerError(f"{box.name}: every port of {[port - seaweed_conf.ADMIN_PORT_GAP for port in others]} is taken.")


def _remove_stale_sockets(box: Box, record: Record) -> None:
    """weed leaves them behind, cannot replace those of another user, and its parts then talk to nobody."""
    if not all(map(ports.is_free, record.ports)):
        return
    for file in seaweed_conf.shared_sockets(record.ports):
        try:
            file.unlink(missing_ok=True)
        except PermissionError as error:
            raise ServerError(
                f"{box.name}: {file} is left from another user's server and in the way of this one. Remove it as that "
                f"user or root: rm {file}. Nothing was changed."
            ) from error


def _reads_back(s3: S3Client) -> bool:
    try:
        return bool(s3.get_object(Bucket=seaweed.PROBE, Key=seaweed.PROBE)["Body"].read())
    except s3.exceptions.NoSuchKey:
        return True


def _keeps_objects(s3: S3Client) -> bool:
    try:
        if not bucket.exists(s3, seaweed.PROBE):
            s3.create_bucket(Bucket=seaweed.PROBE)
        if not s3.list_objects_v2(Bucket=seaweed.PROBE)["KeyCount"]:
            s3.put_object(Bucket=seaweed.PROBE, Key=seaweed.PROBE, Body=seaweed.PROBE.encode())
        return _reads_back(s3)
    except (ClientError, HTTPClientError):
        return False


def _make_bucket(box: Box, record: Record) -> None:
    """Once: weed starts empty where it cannot read its index, and a second bucket would hide that."""
    name = record.facts["bucket"]
    if not bucket.exists(_client(record), name):
        if _MADE in record.facts:
            raise ServerError(
                f"{box.name}: the bucket {name} is gone from its store: the store's files are damaged, or it was "
                f"deleted by hand. They are in {box.data}; infra-kit deleted nothing. Run `infra-kit stop` and bring "
                f"them back from a copy, or move {box.path} away to begin anew."
            )
        _client(record).create_bucket(Bucket=name)
    if _MADE not in record.facts:
        record.facts[_MADE] = name
        box.save(record)


def address(record: Record) -> str:
    return f"http://{LOOPBACK}:{record.ports[0]}"


def _client(record: Record) -> S3Client:
    return bucket.client(address(record), seaweed.REGION, seaweed.ADMIN, record.secrets["admin_key"])


HANDLER = ObjectStoreServer()
