"""A Lambda function: says of each restore that a RestoreDrill tested whether it was fast enough, and tells CloudWatch
how old the last proof is, in days.

Of several components that counts which was proven longest ago. One that never was is as old as the drill's plan.

Environment:
    NAMESPACE, DRILL: the metric `DrillAge` is told in that namespace, of the dimension `Drill`.
    PLAN, PLAN_ARN: the plan of AWS Backup that tests restores.
    SOURCES: the ARNs of what is restored, parted by spaces.
    RTO: seconds.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

import boto3


def handler(event: Mapping[str, Any], context: object) -> None:  # noqa: ARG001  Lambda gives both
    client = boto3.client("backup")
    if event.get("source") == "aws.backup":
        judge(client, event["detail"]["restoreJobId"], int(os.environ["RTO"]))
    else:
        _tell(client, datetime.now(UTC))


def judge(client: Any, job: str, rto: int) -> None:
    """A restore that came to its end is a proof, unless it took too long."""
    told = client.describe_restore_job(RestoreJobId=job)
    took = int((told["CompletionDate"] - told["CreationDate"]).total_seconds())
    client.put_restore_validation_result(
        RestoreJobId=job,
        ValidationStatus="SUCCESSFUL" if took <= rto else "FAILED",
        ValidationStatusMessage=f"restored in {took} s, of {rto} s that it may take",
    )


def _tell(client: Any, now: datetime) -> None:
    proofs = [proven(client, source) for source in os.environ["SOURCES"].split()]
    boto3.client("cloudwatch").put_metric_data(
        Namespace=os.environ["NAMESPACE"],
        MetricData=[
            {
                "MetricName": "DrillAge",
                "Dimensions": [{"Name": "Drill", "Value": os.environ["DRILL"]}],
                "Timestamp": now,
                "Value": max(((now - proof).total_seconds() / 86_400 for proof in proofs), default=0),
            }
        ],
    )


def proven(client: Any, source: str) -> datetime:
    """When a copy of a source was last restored as it should be; the plan's own beginning where none was."""
    pages = client.get_paginator("list_restore_jobs_by_protected_resource").paginate(
        ResourceArn=source, ByStatus="COMPLETED"
    )
    good = [job["CompletionDate"] for page in pages for job in page["RestoreJobs"] if _is_proof(job)]
    last: datetime = max(good) if good else _begun(client)
    return last


def _begun(client: Any) -> Any:
    plan = client.get_restore_testing_plan(RestoreTestingPlanName=os.environ["PLAN"])
    return plan["RestoreTestingPlan"]["CreationTime"]


def _is_proof(job: Mapping[str, Any]) -> bool:
    ours = job.get("CreatedBy", {}).get("RestoreTestingPlanArn") == os.environ["PLAN_ARN"]
    return ours and job.get("ValidationStatus") == "SUCCESSFUL"
