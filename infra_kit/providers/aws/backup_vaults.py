"""Vaults of AWS Backup: where copies are, encrypted with a key of the component's own where the environment has own
keys. Where copies are locked, nobody deletes one of a vault before its time.

A lock holds what is in the vault for as long as it is kept, not only for the time that was asked for: that is the least
that AWS lets a rule keep. In production it is one of compliance: AWS itself undoes it for nobody, once `GRACE` is over
(https://docs.aws.amazon.com/aws-backup/latest/devguide/vault-lock.html). Elsewhere it is one of governance, which who
destroys the stack takes off.
"""

from __future__ import annotations

from dataclasses import dataclass

import pulumi
from pulumi_aws import backup

from infra_kit.component import Scope
from infra_kit.components.backup import BackupSpec
from infra_kit.errors import SpecError
from infra_kit.providers.aws import keys
from infra_kit.providers.common.backup_tiers import days

GRACE = 3
"""Days in which a lock of compliance can still be changed: the fewest that AWS takes
(https://docs.aws.amazon.com/aws-backup/latest/devguide/API_PutBackupVaultLockConfiguration.html)."""


@dataclass(frozen=True, kw_only=True)
class Vault:
    """A vault of ours, as it is known once it is locked."""

    name: pulumi.Output[str]
    arn: pulumi.Output[str]
    key: pulumi.Output[str] | None
    region: str | None
    """Where it is, if not in the component's own."""


def create(scope: Scope, spec: BackupSpec) -> list[Vault]:
    """The component's own; then that of `region`."""
    if spec.region is not None and spec.region == scope.region:
        raise SpecError(
            f"{scope.what}: region: given {spec.region!r}, where it is itself. Name another one, or leave it out."
        )
    own = _vault(scope, spec, "vault", None)
    # Its role does not say which: in another region it is another vault, in place of the one before.
    return [own, _vault(scope, spec, "far-vault", spec.region)] if spec.region else [own]


def _vault(scope: Scope, spec: BackupSpec, role: str, region: str | None) -> Vault:
    services = (keys.LOGS,) if region is None else ()
    key = keys.key_arn(scope, f"{role}-key", services=services, region=region)
    made = scope.resource(
        role,
        backup.Vault,
        stateful=True,
        retain_on_delete=True,
        kms_key_arn=key,
        force_destroy=not scope.defaults.retain_data,
        region=region,
        tags=scope.tags,
        # AWS encrypts no vault anew: with another key it would be another, empty one.
        ignore_changes=["kmsKeyArn"],
    )
    locked = _lock(scope, spec, role, made, region)
    return Vault(name=locked or made.name, arn=made.arn, key=key, region=region)


def _lock(
    scope: Scope, spec: BackupSpec, role: str, vault: backup.Vault, region: str | None
) -> pulumi.Output[str] | None:
    """The vault's name, once it is locked; None where it is not."""
    if spec.locked is None:
        return None
    made = scope.resource(
        f"{role}-lock",
        backup.VaultLockConfiguration,
        backup_vault_name=vault.name,
        min_retention_days=days(spec.locked),
        changeable_for_days=GRACE if scope.defaults.protect else None,
        region=region,
        # A vault has one: where it were made first, deleting the old one would take the new one off.
        delete_before_replace=True,
        retain_on_delete=True,
    )
    return made.backup_vault_name
