"""S3, EFS, ECR, EBS and vaults of AWS Backup (https://aws.amazon.com/s3/pricing/).

All objects count as Standard: how much of them a lifecycle has moved to a cheaper class, no program says.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from infra_kit.components.backup import BackupSpec
from infra_kit.planning.rates import Asked, Line, Rate
from infra_kit.planning.rates.aws.common import disk, internet, is_origin
from infra_kit.planning.rates.reading import number, used_by

LOGGING = "aws:s3/bucketLogging:BucketLogging"
WRITES = 0.1
"""Of the requests to a bucket; the others read."""
EFS_GB_A_MIB = 20
"""That bring 1 MiB/s with them (https://docs.aws.amazon.com/efs/latest/ug/performance.html)."""
OBJECT_STORE = "infra-kit:index:ObjectStore"


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
    """What is stored; throughput, where it is provisioned, beyond what comes with that."""
    used, kind = asked.usage, "one-zone" if asked.inputs.get("availabilityZoneName") else "standard"
    yield Line(f"{used.stored_gb:g} GB", f"efs/{kind}", used.stored_gb, assumed=True)
    faster = number(asked.inputs.get("provisionedThroughputInMibps")) - used.stored_gb / EFS_GB_A_MIB
    if faster > 0:
        yield Line(f"{faster:g} MiB/s beyond what its data brings", "efs/throughput", faster, assumed=True)
    if used.backup_gb:
        yield Line("backups", "efs/backup", used.backup_gb, assumed=True)


def repository(asked: Asked) -> Iterator[Line]:
    yield Line(f"{asked.usage.stored_gb:g} GB of images", "ecr/storage", asked.usage.stored_gb, assumed=True)


def volume(asked: Asked) -> Iterator[Line]:
    size, kind = number(asked.inputs.get("size"), 1), str(asked.inputs.get("type") or "gp2")
    yield from disk(kind, size, asked.inputs)


COPIES = {"postgres": ("databases", "rds/backup"), "object_store": ("buckets", "backup/s3")}


def vault(asked: Asked) -> Iterator[Line]:
    """What is in it, of each kind that is copied (https://aws.amazon.com/backup/pricing/). Of others: databases."""
    gb = asked.usage.stored_gb
    spec = asked.made.spec if asked.made else None
    kinds = {it.KIND for it in spec.of} if isinstance(spec, BackupSpec) else {"postgres"}
    for kind, (what, sku) in COPIES.items():
        if kind in kinds:
            yield Line(f"{gb:g} GB of copies of {what}", sku, gb, assumed=True)


RATES: Mapping[str, Rate] = {
    "aws:backup/vault:Vault": vault,
    "aws:s3/bucket:Bucket": bucket,
    "aws:s3/bucketV2:BucketV2": bucket,
    "aws:efs/fileSystem:FileSystem": files,
    "aws:ecr/repository:Repository": repository,
    "aws:ebs/volume:Volume": volume,
}
