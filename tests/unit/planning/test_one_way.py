"""What goes one way only: its way back is told as such, and refused where it would cost the data."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any, NamedTuple

import pytest

from infra_kit.engine import guard
from infra_kit.errors import DataLossRefusedError
from infra_kit.planning import effects
from infra_kit.planning.changes import Change, Fate, between
from infra_kit.planning.moves import moves
from infra_kit.planning.saved import Saved
from infra_kit.planning.transition import step
from infra_kit.planning.ways import Way
from infra_kit.replacements import AT_TIMES
from tests.unit.planning.mirrored import assert_mirrored

RDS, CLOUD_SQL = "aws:rds/instance:Instance", "gcp:sql/databaseInstance:DatabaseInstance"
REDIS, MEMORYSTORE = "aws:elasticache/replicationGroup:ReplicationGroup", "gcp:redis/instance:Instance"
BUCKET, CLOUD_BUCKET = "aws:s3/bucket:Bucket", "gcp:storage/bucket:Bucket"
SEARCH = "aws:opensearch/domain:Domain"
KEPT, CRYPTO_KEY = "gcp:secretmanager/secret:Secret", "gcp:kms/cryptoKey:CryptoKey"
BESIDE = {KEPT: {"annotations": {"infra-kit": "original"}}}
"""What makes it hold data."""
FIXED = {"diskAutoresize": False}


class OneWay(NamedTuple):
    """An input, and two values of it: from the first to the second is the way that goes."""

    type: str
    key: str
    before: Any
    after: Any

    @property
    def there(self) -> Change:
        return between([self._with(self.before)], [self._with(self.after)])[0]

    @property
    def back(self) -> Change:
        return between([self._with(self.after)], [self._with(self.before)])[0]

    def _with(self, value: Any) -> Saved:
        urn = f"urn:pulumi:prod::shop::{self.type}::it"
        inputs = BESIDE.get(self.type, {}) | ({} if value is None else {self.key: value})
        return Saved(
            urn=urn, type=self.type, name="it", parent=None, inputs=inputs, protect=False, retain_on_delete=False,
            ignore_changes=(), replace_on_changes=(), aliases=(), custom=True, component="",
        )  # fmt: skip


REPLACED_BACK = [
    OneWay(REDIS, "engineVersion", "7.2", "8.2"),
    OneWay(REDIS, "engine", "redis", "valkey"),
    OneWay(MEMORYSTORE, "redisVersion", "REDIS_7_0", "REDIS_7_2"),
    OneWay(CLOUD_SQL, "settings", {"diskSize": 10, **FIXED}, {"diskSize": 20, **FIXED}),
    OneWay("gcp:compute/disk:Disk", "size", 10, 20),
    OneWay(RDS, "snapshotIdentifier", "one", None),
    OneWay(BUCKET, "objectLockConfiguration", {"objectLockEnabled": "Enabled"}, None),
    OneWay(CLOUD_BUCKET, "retentionPolicy", {"retentionPeriod": 5}, {"retentionPeriod": 5, "isLocked": True}),
]
"""Changed in place one way, and another one the other way."""
REPLACED_BOTH_WAYS = [
    OneWay(RDS, "restoreToPointInTime", None, {"sourceDbInstanceIdentifier": "db"}),
    OneWay(SEARCH, "vpcOptions", None, {"subnetIds": ["subnet-1"]}),
    OneWay(CRYPTO_KEY, "versionTemplate", {"protectionLevel": "SOFTWARE"}, {"protectionLevel": "HSM"}),
    OneWay(KEPT, "replication", {"auto": {}}, {"userManaged": {"replicas": [{"location": "europe-west1"}]}}),
]
REFUSED_BACK = [
    OneWay(RDS, "allocatedStorage", 20, 40),
    OneWay(RDS, "engineVersion", "16.4", "17.2"),
    OneWay("aws:docdb/cluster:Cluster", "engineVersion", "5.0.0", "8.0.0"),
    OneWay(CLOUD_SQL, "databaseVersion", "POSTGRES_16", "POSTGRES_17"),
]
"""Asked for by the engine both ways, and the second time its service refuses it."""


def named(it: OneWay) -> str:
    return f"{it.type}:{it.key}"


def check(change: Change, allowed: Collection[str] = ()) -> None:
    guard.check([step(change)], allowed)


def way(change: Change) -> Way:
    [move] = moves([change], {})
    return move.way


def test_every_input_that_goes_one_way_is_in_these_lists() -> None:
    known = {(token, key) for token, keys in AT_TIMES.items() for key in keys}
    assert {(it.type, it.key) for it in [*REPLACED_BACK, *REPLACED_BOTH_WAYS]} == known
    assert {(it.type, it.key) for it in REFUSED_BACK} == effects.STAYS.keys()


@pytest.mark.parametrize("it", REPLACED_BACK, ids=named)
def test_one_way_it_is_changed_in_place_and_the_other_it_is_another_one_and_refused(it: OneWay) -> None:
    assert it.there.fate is Fate.CHANGED
    assert (it.back.fate, set(it.back.forcing)) == (Fate.REPLACED, {it.key})
    check(it.there)
    with pytest.raises(DataLossRefusedError, match="it "):
        check(it.back)
    check(it.back, ["it"])


@pytest.mark.parametrize("it", REPLACED_BACK, ids=named)
def test_the_plan_says_beforehand_that_the_way_back_makes_another_one(it: OneWay) -> None:
    [said] = [line for line in way(it.there).back if it.key in line]
    assert said.startswith(f"Undoing {it.key} makes another one, which begins empty: refused")
    assert "https://" in said


@pytest.mark.parametrize("it", REPLACED_BOTH_WAYS, ids=named)
def test_what_is_another_one_both_ways_is_refused_both_ways(it: OneWay) -> None:
    for change in (it.there, it.back):
        assert change.fate is Fate.REPLACED
        with pytest.raises(DataLossRefusedError):
            check(change)


@pytest.mark.parametrize("it", REFUSED_BACK, ids=named)
def test_what_its_service_does_not_take_back_is_said_before_and_when_it_is_tried(it: OneWay) -> None:
    assert (it.there.fate, it.back.fate) == (Fate.CHANGED, Fate.CHANGED)
    assert any(line.startswith(f"{it.key} stays as it is then: ") for line in way(it.there).back)
    assert way(it.back).steps[0].startswith(f"Leave {it.key} as it is: its service refuses the change, and `up` fails")
    assert not [line for line in way(it.back).back if it.key in line]
    check(it.back)


@pytest.mark.parametrize("it", [*REPLACED_BACK, *REPLACED_BOTH_WAYS, *REFUSED_BACK], ids=named)
def test_all_else_of_them_is_mirrored(it: OneWay) -> None:
    assert it.there.before
    assert_mirrored([it.there.before], [it.there.resource])


def test_where_a_database_is_to_keep_no_backups_all_that_it_kept_are_deleted_and_none_comes_back() -> None:
    it = OneWay(RDS, "backupRetentionPeriod", 7, 0)
    assert any("deletes every automated backup of it at once" in step for step in way(it.there).steps)
    assert any("automated backups of it do not come back" in line for line in way(it.there).back)
    fewer, more = way(OneWay(RDS, "backupRetentionPeriod", 7, 1).there), way(it.back)
    assert not any("automated backup" in line for each in (fewer, more) for line in (*each.steps, *each.back))
