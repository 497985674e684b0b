"""The master user of an RDS server, which only the set-up uses.

RDS keeps its password in Secrets Manager and rotates it every week. But RDS makes no replica of a server whose password
it keeps so
(https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/rds-secrets-manager.html#rds-secrets-manager-limitations). With
replicas the password is therefore generated here, and kept in a secret of the component's own, `master-secret`; to
change it, replace the child `master-password`.

A server that gets its first replica changes in place: its password goes from RDS to us, and then the replica, which
needs the server's name, is made. When the last replica goes, RDS keeps the password again.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pulumi
from pulumi_aws import rds

from infra_kit.component import Scope
from infra_kit.components.postgres import PostgresSpec
from infra_kit.providers.aws import login_secrets, master_secrets
from infra_kit.providers.common.passwords import password

USERNAME = "postgres"


def own_password(scope: Scope, spec: PostgresSpec, key: pulumi.Output[str] | None) -> pulumi.Output[str] | None:
    """The password, where RDS may not keep it; None where it does."""
    if not spec.read_replicas:
        return None
    own = password(scope, "master-password").result
    login_secrets.keep(
        scope,
        "master-secret",
        f"The master user {USERNAME} of Postgres {scope.name}",
        login_secrets.login(USERNAME, own),
        key,
    )
    return own


def inputs(own: pulumi.Output[str] | None, key: pulumi.Output[str] | None) -> dict[str, Any]:
    """What the server is told of its master user."""
    if own is None:
        return {"username": USERNAME, "manage_master_user_password": True, "master_user_secret_kms_key_id": key}
    return {"username": USERNAME, "password": own}


def decided_at_birth(own: pulumi.Output[str] | None) -> Sequence[str]:
    """The key of RDS's own secret: AWS changes none while RDS keeps the password
    (https://docs.aws.amazon.com/AmazonRDS/latest/APIReference/API_ModifyDBInstance.html)."""
    return ["masterUserSecretKmsKeyId"] if own is None else []


def login(scope: Scope, server: rds.Instance, own: pulumi.Output[str] | None) -> pulumi.Output[str]:
    """What the master user signs in with now: JSON, `username` and `password`. Secret."""
    if own is not None:
        return login_secrets.login(USERNAME, own)
    return master_secrets.kept(scope, server.master_user_secrets)
