"""Copies on AWS, taken and restored by hand, by the user's own AWS CLI and rights.

- A copy is a job of AWS Backup's, under the role that takes the scheduled ones. It goes where theirs go, and is kept as
  long as those of the plan's first rule. Of a cache it is a snapshot of ElastiCache's, as its first schedule has it.
- A Postgres is restored into a new server: any moment from the log that RDS keeps; what is older, or of a server that
  is gone, from the last copy in the vault before it, which RDS has as a snapshot
  (https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/USER_PIT.html,
  https://docs.aws.amazon.com/aws-backup/latest/devguide/recovery-points.html).
- Buckets and caches are restored by AWS' own page and commands, which the message says.
"""

from __future__ import annotations

import json
import time
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from infra_kit.errors import BackupError
from infra_kit.providers.aws import cli
from infra_kit.providers.aws.backup_snapshots import RUN
from infra_kit.providers.common.backup_tiers import TIERS
from infra_kit.providers.common.by_hand import Copied, Restored, StandingBackup
from infra_kit.providers.common.programs import ask, check, found
from infra_kit.providers.common.standing import logical_name, owner

NEVER_OVER = "AWS restores into a new server or bucket alone"
CACHE = "aws:elasticache/replicationGroup:ReplicationGroup"
POSTGRES = "aws:rds/instance:Instance"
SCHEDULE = "aws:scheduler/schedule:Schedule"
SELECTION = "aws:backup/selection:Selection"
DAY = 86_400.0
"""Seconds that a job, or a new server, may take."""
LOOKS = 15.0
"""Seconds between two looks at it."""
RUNNING = {"CREATED", "PENDING", "RUNNING", "ABORTING"}
"""https://docs.aws.amazon.com/aws-backup/latest/devguide/API_DescribeBackupJob.html"""


def holds(backup: StandingBackup) -> list[str]:
    return [*_sources(backup), *_caches(backup)]


def back_up(backup: StandingBackup) -> list[Copied]:
    """All at once; each is whole when it is where the plan copies it to, too."""
    began, at = time.monotonic(), datetime.now(UTC)
    jobs = {name: _start(backup, arn) for name, arn in _sources(backup).items()}
    snapshots = {name: _snap(backup, wanted, at) for name, wanted in _caches(backup).items()}
    return [
        *(_copied(backup, name, job, at, began) for name, job in jobs.items()),
        *(_snapped(backup, name, snapshot, at, began) for name, snapshot in snapshots.items()),
    ]


def new_name(backup: StandingBackup, component: str) -> str:
    return f"{_server(backup, component)['identifier']}-restored"[-63:].lstrip("-0123456789")


def into(backup: StandingBackup, component: str, to: datetime | None, name: str) -> Restored:
    began, server = time.monotonic(), _server(backup, component)
    place = [
        "--db-subnet-group-name", server["dbSubnetGroupName"],
        "--db-parameter-group-name", server["parameterGroupName"],
        "--vpc-security-group-ids", *server["vpcSecurityGroupIds"], "--no-publicly-accessible",
    ]  # fmt: skip
    of = _from_the_log(backup, server, to, name, place) or _from_the_vault(backup, component, to, name, place)
    backup.say(f"{component}: waiting for the server {name} …")
    address = found(lambda: _address(backup, name), DAY, LOOKS)
    if address is None:
        raise BackupError(
            "unreachable", f"{component}: the server {name} was not there after a day. Look at it in RDS."
        )
    return Restored(
        component=component,
        name=name,
        address=address,
        of=of,
        seconds=time.monotonic() - began,
        says=(
            "It is in the network of the one that runs, with the users and passwords of that time, and no part of the "
            "stack: it is paid for until you delete it "
            f"(aws rds delete-db-instance --db-instance-identifier {name} --skip-final-snapshot).",
            f"To take it into the stack: point who uses it there with Postgres.existing({component!r}, url=…), or copy "
            "what is missed from it by pg_dump, from a Job in the network.",
        ),
    )


def _aws(backup: StandingBackup, *words: str) -> Any:
    check("aws")
    answer = ask([*cli.command(backup), *words, "--output", "json"])
    return json.loads(answer) if answer else {}


def _one(backup: StandingBackup, kind: str) -> Mapping[str, Any]:
    made = next((it for it in backup.own if it["type"] == kind), None)
    if made is None:
        raise BackupError("missing", f"{backup.what}: nothing of it is in the stack's state. Run infra-kit up.")
    return {**made["inputs"], **made["outputs"]}


def _sources(backup: StandingBackup) -> dict[str, str]:
    """By the component's name, the ARN of what AWS Backup copies; none of a Backup that is not up yet, or of caches."""
    if not any(it["type"] == SELECTION for it in backup.own):
        return {}
    by_arn = {(it.get("outputs") or {}).get("arn"): it for it in backup.stack}
    wanted = _one(backup, SELECTION)["resources"]
    return {owner(by_arn[arn]): arn for arn in wanted if arn in by_arn}


def _caches(backup: StandingBackup) -> dict[str, Mapping[str, str]]:
    """By the component's name, what its first tier's schedule asks of ElastiCache."""
    found: dict[str, dict[str, Mapping[str, str]]] = {}
    for it in backup.own:
        if it["type"] == SCHEDULE:
            tier, _, name = logical_name(it).removeprefix(f"{backup.name}-").partition("-")
            found.setdefault(name, {})[tier] = json.loads(it["inputs"]["target"]["input"])
    return {name: next(asked[tier] for tier in TIERS if tier in asked) for name, asked in found.items()}


def _snap(backup: StandingBackup, wanted: Mapping[str, str], at: datetime) -> str:
    """Begins a snapshot, and says its name: one that ends as the schedule's (`lambdas/backup_age.py`)."""
    name = wanted["SnapshotName"].replace(RUN, f"{at:%Y%m%d%H%M%S}")
    group = wanted["ReplicationGroupId"]
    _aws(backup, "elasticache", "create-snapshot", "--replication-group-id", group, "--snapshot-name", name)
    return name


def _snapped(backup: StandingBackup, name: str, snapshot: str, at: datetime, began: float) -> Copied:
    backup.say(f"{name}: ElastiCache takes a snapshot …")

    def look() -> str | None:
        (it,) = _aws(backup, "elasticache", "describe-snapshots", "--snapshot-name", snapshot)["Snapshots"]
        return None if it["SnapshotStatus"] == "creating" else str(it["SnapshotStatus"])

    state = found(look, DAY, LOOKS)
    if state != "available":
        raise BackupError(
            "unreachable", f"{name}: ElastiCache did not take {snapshot}: it is {state or 'not whole after a day'}."
        )
    return Copied(component=name, where=snapshot, at=at, size=None, seconds=time.monotonic() - began)


def _rule(backup: StandingBackup) -> Mapping[str, Any]:
    rule: Mapping[str, Any] = _one(backup, "aws:backup/plan:Plan")["rules"][0]
    return rule


def _start(backup: StandingBackup, arn: str) -> str:
    rule, role = _rule(backup), _one(backup, SELECTION)["iamRoleArn"]
    told = _aws(
        backup, "backup", "start-backup-job", "--backup-vault-name", rule["targetVaultName"], "--resource-arn", arn,
        "--iam-role-arn", role, "--lifecycle", _lifecycle(rule),
    )  # fmt: skip
    return str(told["BackupJobId"])


def _lifecycle(rule: Mapping[str, Any]) -> str:
    return f"DeleteAfterDays={int(rule['lifecycle']['deleteAfter'])}"


def _copied(backup: StandingBackup, name: str, job: str, at: datetime, began: float) -> Copied:
    backup.say(f"{name}: AWS Backup takes a copy …")
    done = _ended(backup, name, ["describe-backup-job", "--backup-job-id", job])
    point = str(done["RecoveryPointArn"])
    for target in _rule(backup).get("copyActions") or ():
        _copy_on(backup, name, point, str(target["destinationVaultArn"]))
    size = done.get("BackupSizeInBytes")
    return Copied(component=name, where=point, at=at, size=size, seconds=time.monotonic() - began)


def _copy_on(backup: StandingBackup, name: str, point: str, vault: str) -> None:
    rule, role = _rule(backup), _one(backup, SELECTION)["iamRoleArn"]
    backup.say(f"{name}: it goes to {vault} too …")
    told = _aws(
        backup, "backup", "start-copy-job", "--recovery-point-arn", point, "--source-backup-vault-name",
        rule["targetVaultName"], "--destination-backup-vault-arn", vault, "--iam-role-arn", role,
        "--lifecycle", _lifecycle(rule),
    )  # fmt: skip
    _ended(backup, name, ["describe-copy-job", "--copy-job-id", str(told["CopyJobId"])])


def _ended(backup: StandingBackup, name: str, asks: list[str]) -> Mapping[str, Any]:
    """A job when it is completed. Raises `BackupError` with AWS Backup's words where it ends otherwise."""

    def look() -> Mapping[str, Any] | None:
        told = _aws(backup, "backup", *asks)
        job: Mapping[str, Any] = told.get("CopyJob", told)
        return None if job["State"] in RUNNING else job

    job = found(look, DAY, LOOKS)
    if job is None or job["State"] != "COMPLETED":
        why = job.get("StatusMessage") or job["State"] if job else "it did not end within a day"
        raise BackupError("unreachable", f"{name}: AWS Backup did not take it: {why}")
    return job


def _server(backup: StandingBackup, component: str) -> Mapping[str, Any]:
    """What the state tells of the server. Raises `BackupError` for what is restored otherwise."""
    if component in _caches(backup):
        raise BackupError("kind", f"{component}: {_of_a_snapshot(backup, component)}")
    arn = _sources(backup)[component]
    source = next(it for it in backup.stack if (it.get("outputs") or {}).get("arn") == arn)
    if source["type"] != POSTGRES:
        raise BackupError(
            "kind",
            f"{component}: a bucket is restored by AWS Backup's own page, into a new one, under a role that may write "
            f"there: {_console(backup)}. Older versions of its objects are in it itself (versioning=True).",
        )
    outputs: Mapping[str, Any] = source["outputs"]
    return outputs


def _of_a_snapshot(backup: StandingBackup, component: str) -> str:
    wanted = _caches(backup)[component]
    group = next(
        it["outputs"] for it in backup.stack if it["type"] == CACHE and it["id"] == wanted["ReplicationGroupId"]
    )
    return (
        "a Redis is restored by the AWS CLI, into a new one: aws elasticache describe-snapshots "
        f"--replication-group-id {wanted['ReplicationGroupId']} shows its copies, and aws elasticache "
        "create-replication-group --replication-group-id <new> --replication-group-description <words> --snapshot-name "
        f"<copy> --engine {group['engine']} --cache-subnet-group-name {group['subnetGroupName']} "
        f"--security-group-ids {' '.join(group['securityGroupIds'])} --cache-parameter-group-name "
        f"{group['parameterGroupName']} --transit-encryption-enabled --user-group-ids "
        f"{' '.join(group['userGroupIds'])} makes one of a copy, with the same users and network."
    )


def _console(backup: StandingBackup) -> str:
    return f"https://console.aws.amazon.com/backup/home#/backupvaults/details/{_rule(backup)['targetVaultName']}"


def _from_the_log(
    backup: StandingBackup, server: Mapping[str, Any], to: datetime | None, name: str, place: list[str]
) -> datetime | None:
    """Begins a restore from the log that RDS keeps; None where it has none of that moment."""
    known = _aws(
        backup, "rds", "describe-db-instance-automated-backups", "--db-instance-identifier", server["identifier"]
    )
    windows = [it["RestoreWindow"] for it in known["DBInstanceAutomatedBackups"] if it.get("RestoreWindow")]
    window = {key: _time(value) for key, value in windows[0].items()} if windows else {}
    if "LatestTime" not in window or (to and to < window["EarliestTime"]):
        return None
    if to and to > window["LatestTime"]:
        raise BackupError("missing-log", f"RDS' log reaches until {window['LatestTime']} by now: wait some minutes.")
    of = to or window["LatestTime"]
    _aws(
        backup, "rds", "restore-db-instance-to-point-in-time", "--source-db-instance-identifier", server["identifier"],
        "--target-db-instance-identifier", name, "--restore-time", of.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
        *place,
    )  # fmt: skip
    return of


def _from_the_vault(
    backup: StandingBackup, component: str, to: datetime | None, name: str, place: list[str]
) -> datetime:
    """Begins a restore of the last whole copy before the moment."""
    told = _aws(
        backup, "backup", "list-recovery-points-by-backup-vault", "--backup-vault-name",
        _rule(backup)["targetVaultName"], "--by-resource-arn", _sources(backup)[component],
    )  # fmt: skip
    whole = [it for it in told["RecoveryPoints"] if it["Status"] == "COMPLETED"]
    points = {_time(it["CreationDate"]): str(it["RecoveryPointArn"]) for it in whole}
    of = max((at for at in points if to is None or at <= to), default=None)
    if of is None:
        oldest = f": the oldest is of {min(points):%Y-%m-%d %H:%M:%S} UTC" if points else ""
        raise BackupError("missing", f"{component}: there is no whole copy {'before that' if to else 'yet'}{oldest}.")
    _aws(
        backup, "rds", "restore-db-instance-from-db-snapshot", "--db-instance-identifier", name,
        "--db-snapshot-identifier", points[of], *place,
    )  # fmt: skip
    return of


def _address(backup: StandingBackup, name: str) -> str | None:
    (it,) = _aws(backup, "rds", "describe-db-instances", "--db-instance-identifier", name)["DBInstances"]
    there = it.get("Endpoint") or {}
    return f"{there['Address']}:{there['Port']}" if it["DBInstanceStatus"] == "available" else None


def _time(told: str | float) -> datetime:
    """The first version of the CLI tells seconds, the second a text."""
    time = datetime.fromtimestamp(told, UTC) if isinstance(told, int | float) else datetime.fromisoformat(told)
    return time.astimezone(UTC)
