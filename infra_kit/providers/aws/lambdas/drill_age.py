"""A Lambda function: says of each restore that a RestoreDrill tested whether it was fast enough and whether the
database is as it must be, which another function asks it (`postgres_checks`); and tells CloudWatch how old the last
proof is, in days, and how many components there are whose last restore failed.

Of several components that age counts which was proven longest ago. One that never was is as old as the drill's plan.

Environment:
    NAMESPACE, DRILL: the metrics `DrillAge` and `DrillFailed` are told in that namespace, of the dimension `Drill`.
    PLAN, PLAN_ARN: the plan of AWS Backup that tests restores.
    SOURCES: the ARNs of what is restored, parted by spaces.
    RTO: seconds.
    ASKED: JSON, by the ARN of a database that has checks, the `function` that asks what was restored of it, and the
        `secret` with which that signs in.
"""

from __future__ import annotations

import json
import os
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

import boto3
from botocore.config import Config

ANSWER = 300
"""Seconds that the other function may take."""
MOST_LETTERS = 1000

Job = Mapping[str, Any]


def handler(event: Mapping[str, Any], context: object) -> None:  # noqa: ARG001  Lambda gives both
    client = boto3.client("backup")
    if event.get("source") == "aws.backup":
        judge(client, event["detail"]["restoreJobId"], int(os.environ["RTO"]))
    else:
        tell(client, datetime.now(UTC))


def judge(client: Any, job: str, rto: int) -> None:
    """A restore that came to its end is a proof, unless it took too long or is answered otherwise."""
    told = client.describe_restore_job(RestoreJobId=job)
    took = int((told["CompletionDate"] - told["CreationDate"]).total_seconds())
    says, wrong = f"restored in {took} s, of {rto} s that it may take", _asked(client, job, told)
    client.put_restore_validation_result(
        RestoreJobId=job,
        ValidationStatus="SUCCESSFUL" if took <= rto and not wrong else "FAILED",
        ValidationStatusMessage=(f"{wrong}; {says}" if wrong else says)[:MOST_LETTERS],
    )


def _asked(client: Any, job: str, told: Job) -> str:
    """What the restored database answers otherwise than it must; nothing where none is asked. Raises `LookupError`
    where it is not told yet whose copy it is: Lambda tries again, and what is never judged has failed."""
    for source in os.environ["SOURCES"].split():
        if any(known["RestoreJobId"] == job for known in _restored(client, source)):
            asked = json.loads(os.environ["ASKED"]).get(source)
            return _answers(told["CreatedResourceArn"], asked) if asked else ""
    raise LookupError(f"the restore {job} is of none of {os.environ['SOURCES']}")


def _answers(server: str, asked: Mapping[str, str]) -> str:
    (there,) = boto3.client("rds").describe_db_instances(DBInstanceIdentifier=server)["DBInstances"]
    login = boto3.client("secretsmanager").get_secret_value(SecretId=asked["secret"])["SecretString"]
    event = {"host": there["Endpoint"]["Address"], "port": there["Endpoint"]["Port"], "login": login}
    patient = Config(read_timeout=ANSWER, retries={"total_max_attempts": 1})
    answer = boto3.client("lambda", config=patient).invoke(FunctionName=asked["function"], Payload=json.dumps(event))
    said = json.loads(answer["Payload"].read())
    return str(said.get("errorMessage") or said) if answer.get("FunctionError") else str(said)


def tell(client: Any, now: datetime) -> None:
    found = [restores(client, source) for source in os.environ["SOURCES"].split()]
    if not found:  # of nothing no proof is new
        return
    ages = [(now - (proven(jobs) or _begun(client))).total_seconds() / 86_400 for jobs in found]
    figures = {"DrillAge": max(ages), "DrillFailed": sum(has_failed(jobs) for jobs in found)}
    its = {"Dimensions": [{"Name": "Drill", "Value": os.environ["DRILL"]}], "Timestamp": now}
    boto3.client("cloudwatch").put_metric_data(
        Namespace=os.environ["NAMESPACE"],
        MetricData=[{"MetricName": name, "Value": value, **its} for name, value in figures.items()],
    )


def restores(client: Any, source: str) -> list[Job]:
    """Those of a source's copies that the plan had made and that are over, from first to last."""
    jobs = [job for job in _restored(client, source) if _is_ours(job) and (_is_proof(job) or _failed(job))]
    return sorted(jobs, key=lambda job: job["CompletionDate"])


def _restored(client: Any, source: str) -> list[Job]:
    pages = client.get_paginator("list_restore_jobs_by_protected_resource").paginate(ResourceArn=source)
    return [job for page in pages for job in page["RestoreJobs"]]


def proven(jobs: Sequence[Job]) -> datetime | None:
    """When the last was as it should be."""
    return next((job["CompletionDate"] for job in reversed(jobs) if _is_proof(job)), None)


def has_failed(jobs: Sequence[Job]) -> bool:
    """Whether the last one did."""
    return bool(jobs) and _failed(jobs[-1])


def _begun(client: Any) -> Any:
    plan = client.get_restore_testing_plan(RestoreTestingPlanName=os.environ["PLAN"])
    return plan["RestoreTestingPlan"]["CreationTime"]


def _is_ours(job: Job) -> bool:
    return bool(job.get("CreatedBy", {}).get("RestoreTestingPlanArn") == os.environ["PLAN_ARN"])


def _is_proof(job: Job) -> bool:
    return job["Status"] == "COMPLETED" and job.get("ValidationStatus") == "SUCCESSFUL"


def _failed(job: Job) -> bool:
    return job["Status"] in ("FAILED", "ABORTED") or job.get("ValidationStatus") in ("FAILED", "TIMED_OUT")
