"""Cloud Scheduler starts a Cloud Run job, as an account that may do that and nothing else."""

from __future__ import annotations

import base64
import json
from collections.abc import Sequence

import pulumi
from pulumi_gcp import cloudrunv2, cloudscheduler

from infra_kit.component import Scope
from infra_kit.providers.common.waiting import after
from infra_kit.providers.gcp.apis import NAMES, api
from infra_kit.providers.gcp.identity import service_account
from infra_kit.providers.gcp.place import region

WITH_ARGUMENTS = "roles/run.jobsExecutorWithOverrides"
"""Starts a job with other arguments than its own (https://cloud.google.com/run/docs/reference/iam/roles)."""


def starter(scope: Scope, job: cloudrunv2.Job, role: str) -> pulumi.Output[str]:
    """The account's address, once it may. `role`: what it may, of this job alone."""
    account = service_account(scope, "scheduler", f"Starts {scope.name}")
    may = scope.resource(
        "scheduler-invoker",
        cloudrunv2.JobIamMember,
        name=job.name,
        location=region(scope),
        role=role,
        member=account.member,
    )
    return after(account.email, may)


def schedule(
    scope: Scope,
    role: str,
    when: str,
    job: cloudrunv2.Job,
    who: pulumi.Output[str],
    *,
    arguments: Sequence[str] | None = None,
) -> None:
    """The child `role`. `arguments`: instead of the job's own."""
    said = {"overrides": {"containerOverrides": [{"args": list(arguments)}]}} if arguments else None
    body = {"body": base64.b64encode(json.dumps(said).encode()).decode()} if said else {}
    scope.resource(
        role,
        cloudscheduler.Job,
        depends_on=[api(scope, "scheduler")],
        region=region(scope),
        schedule=when,
        time_zone="Etc/UTC",
        http_target={
            "http_method": "POST",
            "uri": pulumi.Output.concat(f"https://{NAMES['run']}/v2/", job.id, ":run"),
            **({"headers": {"Content-Type": "application/json"}} if said else {}),
            **body,
            "oauth_token": {"service_account_email": who},
        },
    )
