"""S3, EFS, ECR and EBS (https://aws.amazon.com/s3/pricing/).

All objects count as Standard: how much of them a lifecycle has moved to a cheaper class, no program says.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from infra_kit.planning.rates import Asked, Line, Rate
from infra_kit.planning.rates.aws._reading import internet, is_origin, number, used_by

LOGGING = "aws:s3/bucketLogging:BucketLogging"
WRITES = 0.1
"""Of the requests to a bucket; the others read."""
OBJECT_STORE = "infra-kit:index:ObjectStore"
EBS_IOPS, EBS_MBS = 3000, 125
"""That a gp3 volume has without charge."""


def bucket(asked: Asked) -> Iterator[Line]:
    """Of a bucket for access logs: those logs alone."""
    used = asked.usage
    if _keeps_logs(asked):
        yield Line("logs of a month", "s3/standard", used.log_gb, assumed=True)
        return
    yield Line(f"{used.stored_gb:g} GB", "s3/standard", used.stored_gb, assumed=True)
    yield Line("reads", "s3/reads", used.requests * (1 - WRITES) / 1000, assumed=True)
    yield Line("writes", "s3/writes", used.requests * WRITES / 1000, assumed=True)
    if not is_origin(asked):
        yield from internet(used.gb_out)


def _keeps_logs(asked: Asked) -> bool:
    """Of ours: all that is not an ObjectStore's own. Of others: what another bucket's logs go to."""
    if asked.made is not None:
        return asked.made.type != OBJECT_STORE or asked.resource.name == f"{asked.made.name}-logs"
    own = {asked.resource.outputs.get(key) for key in ("id", "bucket")} - {None}
    return any(it.inputs.get("targetBucket") in own for it in used_by(asked, LOGGING))


def files(asked: Asked) -> Iterator[Line]:
    used = asked.usage
    yield Line(f"{used.stored_gb:g} GB", "efs/standard", used.stored_gb, assumed=True)
    if used.backup_gb:
        yield Line("backups", "efs/backup", used.backup_gb, assumed=True)


def repository(asked: Asked) -> Iterator[Line]:
    yield Line(f"{asked.usage.stored_gb:g} GB of images", "ecr/storage", asked.usage.stored_gb, assumed=True)


def volume(asked: Asked) -> Iterator[Line]:
    size, kind = number(asked.inputs.get("size"), 1), str(asked.inputs.get("type") or "gp2")
    yield Line(f"{size:g} GB of {kind}", f"ebs/{kind}", size)
    free = EBS_IOPS if kind == "gp3" else 0
    more = number(asked.inputs.get("iops")) - free
    if more > 0:
        yield Line(f"{more:g} IOPS", f"ebs/{kind}-iops", more)
    faster = number(asked.inputs.get("throughput")) - EBS_MBS
    if faster > 0:
        yield Line(f"{faster:g} MB/s", "ebs/gp3-throughput", faster)


RATES: Mapping[str, Rate] = {
    "aws:s3/bucket:Bucket": bucket,
    "aws:s3/bucketV2:BucketV2": bucket,
    "aws:efs/fileSystem:FileSystem": files,
    "aws:ecr/repository:Repository": repository,
    "aws:ebs/volume:Volume": volume,
}
