"""The function that tells how old copies are, and ends the snapshots of caches."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from infra_kit.component import Component
from infra_kit.providers.aws.lambdas import backup_age

Any_ = Component[Any, Any]
NOW = datetime(2026, 11, 26, tzinfo=UTC)


class Vault:
    """AWS Backup, with copies of some states and ages (hours)."""

    def __init__(self, *copies: tuple[str, int]) -> None:
        self.copies = copies

    def get_paginator(self, _: str) -> Vault:
        return self

    def paginate(self, **_: str) -> list[dict[str, Any]]:
        points = [{"Status": state, "CreationDate": NOW - timedelta(hours=age)} for state, age in self.copies]
        return [{"RecoveryPoints": points[:1]}, {"RecoveryPoints": points[1:]}]

    def describe_backup_vault(self, **_: str) -> dict[str, Any]:
        return {"CreationDate": NOW - timedelta(days=9)}


@pytest.mark.parametrize(
    ("copies", "hours"),
    [
        ((("COMPLETED", 30), ("COMPLETED", 6)), 6),
        ((("COMPLETED", 30), ("PARTIAL", 6)), 30),
        ((("EXPIRED", 30),), 9 * 24),
        ((), 9 * 24),
    ],
)
def test_the_newest_whole_copy_counts_and_without_one_the_vaults_own_age(
    copies: tuple[tuple[str, int], ...], hours: int
) -> None:
    assert NOW - backup_age.newest(Vault(*copies), "vault", "arn") == timedelta(hours=hours)


class ElastiCache:
    """With snapshots of some names, states and ages (hours); of each, two nodes."""

    def __init__(self, *snapshots: tuple[str, str, int]) -> None:
        self.snapshots, self.deleted = snapshots, list[str]()

    def get_paginator(self, _: str) -> ElastiCache:
        return self

    def paginate(self) -> list[dict[str, Any]]:
        found = [
            {
                "SnapshotName": name,
                "SnapshotStatus": state,
                "NodeSnapshots": [{"SnapshotCreateTime": NOW - timedelta(hours=hours)} for hours in (age, age - 1)],
            }
            for name, state, age in self.snapshots
        ]
        return [{"Snapshots": found[:1]}, {"Snapshots": found[1:]}]

    def delete_snapshot(self, SnapshotName: str) -> None:  # noqa: N803  boto3's own
        self.deleted.append(SnapshotName)


TIERS = {"every": 7, "weekly": 90}


def test_snapshots_are_deleted_after_their_tiers_days_and_those_of_others_are_left() -> None:
    client = ElastiCache(
        ("it-safe-every-a1", "available", 6),
        ("it-safe-every-b2", "available", 8 * 24),
        ("it-safe-every-c3", "creating", 8 * 24),
        ("it-safe-weekly-d4", "available", 80 * 24),
        ("it-safe-daily-e5", "available", 80 * 24),
        ("it-safe-daily-f6", "available", 91 * 24),
        ("it-safe-too-every-g7", "available", 200 * 24),
        ("it-final-1a2b", "available", 200 * 24),
    )
    assert backup_age.tended(client, "it-safe-", TIERS, NOW) == NOW - timedelta(hours=6)
    assert client.deleted == ["it-safe-every-b2", "it-safe-daily-f6"]


def test_what_is_being_taken_is_no_copy_yet() -> None:
    client = ElastiCache(("it-safe-every-a1", "creating", 1), ("it-safe-every-b2", "available", 30))
    assert backup_age.tended(client, "it-safe-", TIERS, NOW) == NOW - timedelta(hours=30)
    assert backup_age.tended(ElastiCache(), "it-safe-", TIERS, NOW) is None


def test_the_last_whole_snapshot_is_never_deleted_however_long_none_was_taken() -> None:
    client = ElastiCache(
        ("it-safe-every-a1", "available", 20 * 24),
        ("it-safe-every-b2", "available", 19 * 24),
        ("it-safe-every-c3", "creating", 1),
    )
    assert backup_age.tended(client, "it-safe-", TIERS, NOW) == NOW - timedelta(hours=19 * 24)
    assert client.deleted == ["it-safe-every-a1"]


def test_of_nothing_no_copy_is_new(monkeypatch: pytest.MonkeyPatch) -> None:
    """All that the Backup has may be a gap which the stack accepts."""
    for name in ("SOURCES", "VAULTS", "TIERS", "SNAPSHOTS"):
        monkeypatch.setenv(name, "")
    monkeypatch.setattr("boto3.client", lambda _: pytest.fail("a figure is told"))
    backup_age.handler({}, None)
