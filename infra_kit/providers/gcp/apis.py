"""The APIs of a project: each is switched on once, by what needs it first, and stays on.

It is not switched off with the stack, because whatever else is in the project may use it too. Two must be on before:
they are how the others are found and switched on, `serviceusage` and `cloudresourcemanager`
(https://cloud.google.com/service-usage/docs/enable-disable). The provider waits until Google says that an API is on;
some of its machines may take a minute longer to know, and say so: the next `up` goes on from there.
"""

from __future__ import annotations

from typing import Literal

import pulumi
from pulumi_gcp import projects

from infra_kit.component import Scope

Api = Literal[
    "budgets", "certificates", "compute", "dns", "iam", "iap", "kms", "logs", "monitoring", "network", "parameters",
    "pubsub", "redis", "run", "scheduler", "secrets", "sql", "storage", "traces", "transfer",
]  # fmt: skip

NAMES: dict[Api, str] = {
    "budgets": "billingbudgets.googleapis.com",
    "certificates": "certificatemanager.googleapis.com",
    "compute": "compute.googleapis.com",
    "dns": "dns.googleapis.com",
    "iam": "iam.googleapis.com",
    "iap": "iap.googleapis.com",
    "kms": "cloudkms.googleapis.com",
    "logs": "logging.googleapis.com",
    "monitoring": "monitoring.googleapis.com",
    "network": "servicenetworking.googleapis.com",
    "parameters": "parametermanager.googleapis.com",
    "pubsub": "pubsub.googleapis.com",
    "redis": "redis.googleapis.com",
    "run": "run.googleapis.com",
    "scheduler": "cloudscheduler.googleapis.com",
    "secrets": "secretmanager.googleapis.com",
    "sql": "sqladmin.googleapis.com",
    "storage": "storage.googleapis.com",
    "traces": "cloudtrace.googleapis.com",
    "transfer": "storagetransfer.googleapis.com",
}


def api(scope: Scope, name: Api) -> projects.Service:
    """What a resource of this API depends on: one of the target, or of the provider that the user chose."""

    def switch_on(resource_name: str, **_: object) -> projects.Service:
        provider = scope.parent.get_provider("gcp:projects/service:Service")
        return projects.Service(
            resource_name,
            service=NAMES[name],
            disable_on_destroy=False,
            opts=pulumi.ResourceOptions(provider=provider),
        )

    return scope.shared(switch_on, f"api-{name}")
