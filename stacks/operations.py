"""What stands beside each product, as its stack's configuration says it: where copies go, whom alerts tell."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, TypedDict

import pulumi

from infra_kit import Backup, Keep, ObjectStore, Routes, Target
from infra_kit.alert_rules import Level
from infra_kit.component import Component
from stacks.config import system


class Elsewhere(TypedDict, total=False):
    to: ObjectStore
    key: pulumi.Output[str]


def routes() -> Mapping[Level, Routes]:
    """`<system>:alerts: {P0: {email: [ops@shop.example], sms: ["+525512345678"]}}`, and the secret `<system>:slack`, an
    incoming webhook that is told all of them. None: alerts are there to be seen."""
    config = pulumi.Config(system())
    said: Mapping[Level, Mapping[str, Any]] = config.get_object("alerts") or {}
    slack = config.get_secret("slack")
    return {level: Routes(**told, slack=slack) for level, told in said.items()}


def backup(
    of: Sequence[Component[Any, Any]],
    *,
    name: str = "backup",
    target: Target | None = None,
    schedule: str = "0 */6 * * *",
    keep: Keep | None = None,
    locked: str | None = None,
) -> Backup:
    """The copies of what a product holds at a target. `<system>:backup-region`, by its name, has the cloud keep one
    more there."""
    region = pulumi.Config(system()).get(f"{name}-region")
    kept, there = keep or Keep(), _elsewhere(name)
    return Backup(name, target=target, of=of, schedule=schedule, keep=kept, locked=locked, region=region, **there)


def _elsewhere(backup: str) -> Elsewhere:
    """`<system>:offsite: {bucket, s3_endpoint, access_key, region}`, a bucket of somebody else's, with the secrets
    `offsite-secret-key`, its own, and `backup-key`, which copies are encrypted with. None: only the target has them."""
    config = pulumi.Config(system())
    said: Mapping[str, str] | None = config.get_object("offsite")
    if said is None:
        return {}
    store = ObjectStore.existing(
        backup.replace("backup", "offsite"),
        bucket=said["bucket"],
        s3_endpoint=said["s3_endpoint"],
        access_key=said["access_key"],
        secret_key=config.require_secret("offsite-secret-key"),
        region=said["region"],
    )
    return {"to": store, "key": config.require_secret("backup-key")}
