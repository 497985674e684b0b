"""Cloud Run jobs that do something once, from inside of the component's network.

What they run may be run any number of times, so an attempt that fails is followed by another: rights that were given
seconds ago and a way out that is just being made are not there at once, and without them no volume is mounted. Each
runs when it is made, and is made anew when it is to do it again: so one that failed is not in the state, and the
next `up` does it again. The job that failed stays in Cloud Run, with the log that says why.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import pulumi
from pulumi_gcp import cloudrunv2, serviceaccount

from infra_kit.component import Scope
from infra_kit.providers.gcp import backup_jobs, firewall, job, workloads
from infra_kit.providers.gcp.apis import api
from infra_kit.providers.gcp.grants import Destination, Reference
from infra_kit.providers.gcp.labels import labels
from infra_kit.providers.gcp.place import region

STARTS_WITHIN = 300
"""Seconds beyond what it waits itself: before, it waits for its way into the network."""
RETRIES = 2
TOLD = "/told"
"""Where a job finds what it is told."""
FILE = f"{TOLD}/event.json"


def run(
    scope: Scope,
    role: str,
    account: serviceaccount.Account,
    container: Mapping[str, Any],
    volumes: Sequence[Mapping[str, Any]],
    *,
    seconds: int,
    needs: Sequence[pulumi.Resource],
) -> cloudrunv2.Job:
    """The child `role`: has the container run as the account, with these volumes, once what it `needs` stands.
    `seconds`: how long it waits itself, at each attempt."""
    longest = seconds + STARTS_WITHIN
    task = {
        "containers": [{"image": backup_jobs.IMAGE, "resources": {"limits": backup_jobs.SIZE}, **container}],
        "service_account": account.email,
        "vpc_access": workloads.network_access(scope, account),
        "volumes": list(volumes),
        "execution_environment": "EXECUTION_ENVIRONMENT_GEN2",
        "timeout": f"{longest}s",
        "max_retries": RETRIES,
    }
    template = {"task_count": 1, "template": task}
    return scope.resource(
        role,
        cloudrunv2.Job,
        depends_on=[api(scope, "run"), *needs],
        replace_on_changes=["runExecutionToken"],
        patience=f"{longest * (RETRIES + 1) + job.STARTS_WITHIN}s",
        location=region(scope),
        labels=labels(scope),
        deletion_protection=False,  # it is on unless it is said to be off
        template=template,
        run_execution_token=job.token(template),
    )


def told(reference: Reference) -> dict[str, Any]:
    """The volume with the file of what a job is told, at `TOLD`."""
    item = {"path": FILE.rpartition("/")[2], "version": reference.version}
    return {"name": "told", "secret": {"secret": reference.secret, "items": [item]}}


def ways(scope: Scope, account: serviceaccount.Account, destination: Destination) -> list[pulumi.Resource]:
    """In the network what runs as the account reaches this and nothing else."""
    tag = account.account_id
    return [
        firewall.keeps_out(scope, "setup-deny-network", tag),
        firewall.reaches(scope, "setup-reaches", tag, destination),
    ]
