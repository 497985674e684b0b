"""A Backup or RestoreDrill on AWS as the stack's state has it, and the AWS CLI that is asked of it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from infra_kit.errors import BackupError
from infra_kit.providers.aws import cli
from infra_kit.providers.common.backup_tiers import TIERS
from infra_kit.providers.common.by_hand import StandingBackup
from infra_kit.providers.common.programs import ask, check
from infra_kit.providers.common.standing import Standing, logical_name, owner

SCHEDULE = "aws:scheduler/schedule:Schedule"
SELECTION = "aws:backup/selection:Selection"


def aws(backup: Standing, *words: str) -> Any:
    check("aws")
    answer = ask([*cli.command(backup), *words, "--output", "json"])
    return json.loads(answer) if answer else {}


def one(backup: Standing, kind: str) -> Mapping[str, Any]:
    made = next((it for it in backup.own if it["type"] == kind), None)
    if made is None:
        raise BackupError("missing", f"{backup.what}: nothing of it is in the stack's state. Run infra-kit up.")
    return {**made["inputs"], **made["outputs"]}


def sources(backup: StandingBackup) -> dict[str, str]:
    """By the component's name, the ARN of what AWS Backup copies; none of a Backup that is not up yet, or of caches."""
    if not any(it["type"] == SELECTION for it in backup.own):
        return {}
    by_arn = {(it.get("outputs") or {}).get("arn"): it for it in backup.stack}
    wanted = one(backup, SELECTION)["resources"]
    return {owner(by_arn[arn]): arn for arn in wanted if arn in by_arn}


def caches(backup: StandingBackup) -> dict[str, Mapping[str, str]]:
    """By the component's name, what its first tier's schedule asks of ElastiCache."""
    found: dict[str, dict[str, Mapping[str, str]]] = {}
    for it in backup.own:
        if it["type"] == SCHEDULE:
            tier, _, name = logical_name(it).removeprefix(f"{backup.name}-").partition("-")
            found.setdefault(name, {})[tier] = json.loads(it["inputs"]["target"]["input"])
    return {name: next(asked[tier] for tier in TIERS if tier in asked) for name, asked in found.items()}


def first_rule(backup: StandingBackup) -> Mapping[str, Any]:
    rule: Mapping[str, Any] = one(backup, "aws:backup/plan:Plan")["rules"][0]
    return rule
