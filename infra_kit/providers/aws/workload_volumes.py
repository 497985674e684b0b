"""The volumes of a workload: folders of one file system of EFS, which all its instances share.

- Each folder is reached by an access point of its own, as one user: whoever a container runs as reads and writes there.
- EFS has no size: it grows with what is in it, and costs by that. `size_gb` is what is expected, no limit.
- It is encrypted, backed up once a day where the environment has backups, and reached over TLS by who runs as the
  workload's role, and by nobody else. It keeps the key that it was made with.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pulumi
from pulumi_aws import efs

from infra_kit.component import Scope
from infra_kit.providers.aws import security
from infra_kit.providers.aws.network import AwsNetwork
from infra_kit.providers.aws.policies import Statement, allow, document
from infra_kit.workloads import WorkloadSpec

PORT = 2049
USER = 1000
"""Owns what is in a folder, whoever wrote it."""


@dataclass(frozen=True, kw_only=True)
class Volumes:
    definitions: Sequence[Mapping[str, Any]] = ()
    """Of the task."""
    files: efs.FileSystem | None = None
    statements: Sequence[Statement] = ()
    needs: Sequence[pulumi.Resource] = ()


def create(
    scope: Scope, spec: WorkloadSpec, network: AwsNetwork, clients: pulumi.Output[str], key: pulumi.Output[str] | None
) -> Volumes:
    if not spec.volumes:
        return Volumes()
    files = _file_system(scope, key)
    points = {name: _access_point(scope, name, files) for name in spec.volumes}
    there = _mount_targets(scope, network, files, clients)
    may = allow(
        ["elasticfilesystem:ClientMount", "elasticfilesystem:ClientWrite"],
        files.arn,
        StringEquals={"elasticfilesystem:AccessPointArn": [point.arn for point in points.values()]},
    )
    definitions = [_definition(name, files, point) for name, point in points.items()]
    return Volumes(definitions=definitions, files=files, statements=[may], needs=there)


def guard(scope: Scope, volumes: Volumes, role: pulumi.Input[str]) -> list[pulumi.Resource]:
    """The policy of the file system: this role may, by the access points and over TLS. Without one, whoever reaches its
    port may, as root (https://docs.aws.amazon.com/efs/latest/ug/iam-access-control-nfs-efs.html)."""
    if volumes.files is None:
        return []
    its = [{"Sid": "OnlyItsRole", "Principal": {"AWS": role}, **may} for may in volumes.statements]
    plain: Statement = {
        "Sid": "OnlyOverTls",
        "Effect": "Deny",
        "Principal": {"AWS": "*"},
        "Action": "*",
        "Resource": volumes.files.arn,
        "Condition": {"Bool": {"aws:SecureTransport": "false"}},
    }
    return [
        scope.resource(
            "files-policy", efs.FileSystemPolicy, file_system_id=volumes.files.id, policy=document([*its, plain])
        )
    ]


def _file_system(scope: Scope, key: pulumi.Output[str] | None) -> efs.FileSystem:
    made = scope.resource(
        "files",
        efs.FileSystem,
        stateful=True,
        retain_on_delete=True,
        # EFS encrypts nothing anew: with another key it would be another, empty one.
        ignore_changes=["kmsKeyId"],
        encrypted=True,
        kms_key_id=key,  # Why not CKV_AWS_184 elsewhere: the environment has no own keys.
        throughput_mode="elastic",
        tags=scope.tags,
    )
    backed_up = "ENABLED" if scope.defaults.backup_days else "DISABLED"
    scope.resource("files-backup", efs.BackupPolicy, file_system_id=made.id, backup_policy={"status": backed_up})
    return made


def _access_point(scope: Scope, name: str, files: efs.FileSystem) -> efs.AccessPoint:
    owner = {"owner_uid": USER, "owner_gid": USER, "permissions": "0750"}
    return scope.resource(
        f"volume-{name}",
        efs.AccessPoint,
        file_system_id=files.id,
        posix_user={"uid": USER, "gid": USER},
        root_directory={"path": f"/{name}", "creation_info": owner},
        tags=scope.tags,
    )


def _mount_targets(
    scope: Scope, network: AwsNetwork, files: efs.FileSystem, clients: pulumi.Output[str]
) -> list[pulumi.Resource]:
    group = security.group(scope, network, "files-security-group", "Files of")
    way = security.let_in(scope, "files-ingress", group.id, PORT, referenced_security_group_id=clients)
    subnets = network.subnets["private"]
    targets = [
        scope.resource(
            f"files-{zone}", efs.MountTarget, file_system_id=files.id, subnet_id=subnet, security_groups=[group.id]
        )
        for zone, subnet in subnets.items()
    ]
    return [way, *targets]


def _definition(name: str, files: efs.FileSystem, point: efs.AccessPoint) -> dict[str, Any]:
    where = {
        "file_system_id": files.id,
        "transit_encryption": "ENABLED",
        "authorization_config": {"access_point_id": point.id, "iam": "ENABLED"},
    }
    return {"name": name, "efs_volume_configuration": where}
