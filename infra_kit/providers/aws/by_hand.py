"""Copies on AWS, taken and restored by hand, by the user's own AWS CLI and rights.

- A copy is a job of AWS Backup's, under the role that takes the scheduled ones. It goes where theirs go, and is kept as
  long as those of the plan's first rule. Of a cache it is a snapshot of ElastiCache's, as its first schedule has it.
- A Postgres is restored into a new server: any moment from the log that RDS keeps; what is older, or of a server that
  is gone, from the last copy in the vault before it, which RDS has as a snapshot
  (https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/USER_PIT.html,
  https://docs.aws.amazon.com/aws-backup/latest/devguide/recovery-points.html).
- Buckets, documents and caches are restored by AWS' own page and commands, which the message says.
"""

from __future__ import annotations

import shlex
import time
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from infra_kit.errors import BackupError, ConfigError
from infra_kit.providers.aws import cli, own_commands
from infra_kit.providers.aws.backup_snapshots import RUN
from infra_kit.providers.aws.standing_backups import SELECTION, aws, caches, first_rule, one, sources
from infra_kit.providers.common.by_hand import Copied, Proven, Restored, StandingBackup, StandingDrill, too_late
from infra_kit.providers.common.programs import found

NEVER_OVER = "AWS restores into a new server or bucket alone"
POSTGRES = "aws:rds/instance:Instance"
DOCUMENTS = "aws:docdb/cluster:Cluster"
DAY = 86_400.0
"""Seconds that a job, or a new server, may take."""
LOOKS = 15.0
"""Seconds between two looks at it."""
RUNNING = {"CREATED", "PENDING", "RUNNING", "ABORTING"}
"""https://docs.aws.amazon.com/aws-backup/latest/devguide/API_DescribeBackupJob.html"""


def holds(backup: StandingBackup) -> list[str]:
    return [*sources(backup), *caches(backup)]


def back_up(backup: StandingBackup) -> list[Copied]:
    """All at once; each is whole when it is where the plan copies it to, too."""
    began, at = time.monotonic(), datetime.now(UTC)
    jobs = {name: _start(backup, arn) for name, arn in sources(backup).items()}
    snapshots = {name: _snap(backup, wanted, at) for name, wanted in caches(backup).items()}
    return [
        *(_copied(backup, name, job, at, began) for name, job in jobs.items()),
        *(_snapped(backup, name, snapshot, at, began) for name, snapshot in snapshots.items()),
    ]


def new_name(backup: StandingBackup, component: str) -> str:
    return f"{_server(backup, component)['identifier']}-restored"[-63:].lstrip("-0123456789")


def into(
    backup: StandingBackup, component: str, to: datetime | None, name: str, *, or_latest: bool = False
) -> Restored:
    began, server = time.monotonic(), _server(backup, component)
    place = [
        "--db-subnet-group-name", server["dbSubnetGroupName"],
        "--db-parameter-group-name", server["parameterGroupName"],
        "--vpc-security-group-ids", *server["vpcSecurityGroupIds"], "--no-publicly-accessible",
    ]  # fmt: skip
    of = _of(backup, component, to, or_latest=or_latest)
    if of.point:
        _from_the_vault(backup, of.point, name, place)
    else:
        _from_the_log(backup, server, of.time, name, place)
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
        of=of.time,
        seconds=time.monotonic() - began,
        says=(
            "It is in the network of the one that runs, with the users and passwords of that time, and no part of the "
            "stack: it is paid for until you delete it "
            f"({_deletes(backup, name)}).",
            f"To take it into the stack: point who uses it there with Postgres.existing({component!r}, url=…), or copy "
            "what is missed from it by pg_dump, from a Job in the network.",
        ),
    )


def remove(backup: StandingBackup, name: str) -> bool:
    """Deletes nothing: of a server that stands and is none of the stack's, it says the command."""
    own = {it["outputs"]["identifier"] for it in backup.stack if it["type"] == POSTGRES}
    named = ("--filters", f"Name=db-instance-id,Values={name}")
    if name in own or not aws(backup, "rds", "describe-db-instances", *named)["DBInstances"]:
        return False
    raise ConfigError(
        f"{name}: what was restored on AWS is no part of the stack. If `infra-kit restore` made it, AWS' own command "
        f"deletes it: {_deletes(backup, name)}"
    )


def drill(drill: StandingDrill) -> list[Proven]:
    plan = one(drill, "aws:backup/restoreTestingPlan:RestoreTestingPlan")
    jobs = [*cli.command(drill), "backup", "list-restore-jobs", "--by-restore-testing-plan-arn", str(plan["arn"])]
    raise BackupError(
        "now",
        f"{drill.what}: AWS Backup tests restores at their own times alone ({plan['scheduleExpression']}, UTC), and "
        "begins none by hand. Give it a `schedule` of the next hour, run infra-kit up, and look at what came of it: "
        f"{shlex.join(jobs)}. Or restore a copy yourself, and look into it: infra-kit restore.",
    )


def _deletes(backup: StandingBackup, name: str) -> str:
    command = [*cli.command(backup), "rds", "delete-db-instance", "--db-instance-identifier", name]
    return shlex.join([*command, "--skip-final-snapshot"])


def _snap(backup: StandingBackup, wanted: Mapping[str, str], at: datetime) -> str:
    """Begins a snapshot, and says its name: one that ends as the schedule's (`lambdas/backup_age.py`)."""
    name = wanted["SnapshotName"].replace(RUN, f"{at:%Y%m%d%H%M%S}")
    group = wanted["ReplicationGroupId"]
    aws(backup, "elasticache", "create-snapshot", "--replication-group-id", group, "--snapshot-name", name)
    return name


def _snapped(backup: StandingBackup, name: str, snapshot: str, at: datetime, began: float) -> Copied:
    backup.say(f"{name}: ElastiCache takes a snapshot …")

    def look() -> str | None:
        (it,) = aws(backup, "elasticache", "describe-snapshots", "--snapshot-name", snapshot)["Snapshots"]
        return None if it["SnapshotStatus"] == "creating" else str(it["SnapshotStatus"])

    state = found(look, DAY, LOOKS)
    if state != "available":
        raise BackupError(
            "unreachable", f"{name}: ElastiCache did not take {snapshot}: it is {state or 'not whole after a day'}."
        )
    return Copied(component=name, where=snapshot, at=at, size=None, seconds=time.monotonic() - began)


def _start(backup: StandingBackup, arn: str) -> str:
    rule, role = first_rule(backup), one(backup, SELECTION)["iamRoleArn"]
    told = aws(
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
    for target in first_rule(backup).get("copyActions") or ():
        _copy_on(backup, name, point, str(target["destinationVaultArn"]))
    size = done.get("BackupSizeInBytes")
    return Copied(component=name, where=point, at=at, size=size, seconds=time.monotonic() - began)


def _copy_on(backup: StandingBackup, name: str, point: str, vault: str) -> None:
    rule, role = first_rule(backup), one(backup, SELECTION)["iamRoleArn"]
    backup.say(f"{name}: it goes to {vault} too …")
    told = aws(
        backup, "backup", "start-copy-job", "--recovery-point-arn", point, "--source-backup-vault-name",
        rule["targetVaultName"], "--destination-backup-vault-arn", vault, "--iam-role-arn", role,
        "--lifecycle", _lifecycle(rule),
    )  # fmt: skip
    _ended(backup, name, ["describe-copy-job", "--copy-job-id", str(told["CopyJobId"])])


def _ended(backup: StandingBackup, name: str, asks: list[str]) -> Mapping[str, Any]:
    """A job when it is completed. Raises `BackupError` with AWS Backup's words where it ends otherwise, and where it
    is "completed with issues", as a bucket is of which objects could not be read
    (https://docs.aws.amazon.com/aws-backup/latest/devguide/API_ListBackupJobs.html)."""

    def look() -> Mapping[str, Any] | None:
        told = aws(backup, "backup", *asks)
        job: Mapping[str, Any] = told.get("CopyJob", told)
        return None if job["State"] in RUNNING else job

    job = found(look, DAY, LOOKS)
    if job is None or job["State"] != "COMPLETED" or job.get("MessageCategory", "SUCCESS") != "SUCCESS":
        why = job.get("StatusMessage") or job["State"] if job else "it did not end within a day"
        raise BackupError("unreachable", f"{name}: AWS Backup did not take it: {why}")
    return job


def _server(backup: StandingBackup, component: str) -> Mapping[str, Any]:
    """What the state tells of the server. Raises `BackupError` for what is restored otherwise."""
    if component in caches(backup):
        raise BackupError("kind", f"{component}: {own_commands.of_a_cache(backup, component)}")
    arn = sources(backup)[component]
    source = next(it for it in backup.stack if (it.get("outputs") or {}).get("arn") == arn)
    if source["type"] == DOCUMENTS:
        raise BackupError("kind", f"{component}: {own_commands.of_documents(source['outputs'])}")
    if source["type"] != POSTGRES:
        raise BackupError("kind", f"{component}: {own_commands.of_a_bucket(backup)}")
    outputs: Mapping[str, Any] = source["outputs"]
    return outputs


@dataclass(frozen=True)
class Of:
    """What is restored."""

    time: datetime
    point: str = ""
    """The copy in the vault. Empty: the log that RDS keeps."""


def _of(backup: StandingBackup, component: str, to: datetime | None, *, or_latest: bool) -> Of:
    """The moment itself, from the log that RDS keeps; else the last whole copy before it. Raises `BackupError` where
    that is less than was asked for, and will not do."""
    server = _server(backup, component)
    known = aws(
        backup, "rds", "describe-db-instance-automated-backups", "--db-instance-identifier", server["identifier"]
    )
    windows = [it["RestoreWindow"] for it in known["DBInstanceAutomatedBackups"] if it.get("RestoreWindow")]
    window = {key: _time(value) for key, value in windows[0].items()} if windows else {}
    if "LatestTime" not in window or (to and to < window["EarliestTime"]):
        of = _last_copy(backup, component, to)
        why = "RDS keeps no log of that time, and this is the last whole copy in the vault before it"
    else:
        of = Of(min(to or window["LatestTime"], window["LatestTime"]))
        why = "RDS ships its log by itself, every five minutes; wait some minutes"
    if to and of.time < to and not or_latest:
        raise too_late(to, of.time, why, component)
    return of


def _from_the_log(backup: StandingBackup, server: Mapping[str, Any], of: datetime, name: str, place: list[str]) -> None:
    aws(
        backup, "rds", "restore-db-instance-to-point-in-time", "--source-db-instance-identifier", server["identifier"],
        "--target-db-instance-identifier", name, "--restore-time", of.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
        *place,
    )  # fmt: skip


def _last_copy(backup: StandingBackup, component: str, to: datetime | None) -> Of:
    told = aws(
        backup, "backup", "list-recovery-points-by-backup-vault", "--backup-vault-name",
        first_rule(backup)["targetVaultName"], "--by-resource-arn", sources(backup)[component],
    )  # fmt: skip
    whole = [it for it in told["RecoveryPoints"] if it["Status"] == "COMPLETED"]
    points = {_time(it["CreationDate"]): str(it["RecoveryPointArn"]) for it in whole}
    of = max((at for at in points if to is None or at <= to), default=None)
    if of is None:
        oldest = f": the oldest is of {min(points):%Y-%m-%d %H:%M:%S} UTC" if points else ""
        raise BackupError("missing", f"{component}: there is no whole copy {'before that' if to else 'yet'}{oldest}.")
    return Of(of, points[of])


def _from_the_vault(backup: StandingBackup, point: str, name: str, place: list[str]) -> None:
    aws(
        backup, "rds", "restore-db-instance-from-db-snapshot", "--db-instance-identifier", name,
        "--db-snapshot-identifier", point, *place,
    )  # fmt: skip


def _address(backup: StandingBackup, name: str) -> str | None:
    (it,) = aws(backup, "rds", "describe-db-instances", "--db-instance-identifier", name)["DBInstances"]
    there = it.get("Endpoint") or {}
    return f"{there['Address']}:{there['Port']}" if it["DBInstanceStatus"] == "available" else None


def _time(told: str | float) -> datetime:
    """The first version of the CLI tells seconds, the second a text."""
    time = datetime.fromtimestamp(told, UTC) if isinstance(told, int | float) else datetime.fromisoformat(told)
    return time.astimezone(UTC)
