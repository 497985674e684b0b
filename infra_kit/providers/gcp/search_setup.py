"""Inside an OpenSearch on a machine: its indexes, and the users of its endpoint and of links.

A Cloud Run job makes them (`programs/searches.py`), whenever what it is told or the machine changes: it waits until the
server is well. What it is told is a secret in Secret Manager, which its account alone may read.
"""

from __future__ import annotations

from typing import Any

import pulumi
from pulumi_gcp import compute

from infra_kit.component import Scope
from infra_kit.components.search import SearchSpec
from infra_kit.providers.common import opensearch_users
from infra_kit.providers.common.gathered import Gathered
from infra_kit.providers.common.opensearch_node import PORT
from infra_kit.providers.common.opensearch_users import User
from infra_kit.providers.gcp import machines, programs, setup_jobs, stored_secrets
from infra_kit.providers.gcp.identity import service_account
from infra_kit.providers.gcp.search_machine import Place

SECONDS = 300
"""How long it waits at each of its attempts: a machine has its packages and its image to get, of which OpenSearch's has
a GB."""


def run(
    scope: Scope,
    spec: SearchSpec,
    place: Place,
    machine: compute.Instance,
    *,
    ca: pulumi.Output[str],
    admin: pulumi.Output[str],
    users: Gathered[User],
) -> pulumi.Resource:
    """What needs the users or the indexes waits for it."""
    account = service_account(scope, "setup-account", f"Sets up {scope.name}")
    event = {"host": place.host, "port": PORT, "ca": ca, "seconds": SECONDS}
    text = pulumi.Output.json_dumps({**event, **opensearch_users.told(spec, admin, users)})
    told = stored_secrets.store(
        scope,
        "setup-told",
        secret_id=pulumi.Output.concat(place.secrets, "-setup"),
        value=pulumi.Output.secret(text),
        key=place.secrets_key,
        field="indexes, with the users of links",
        way_out="Leave the largest index out here, and have a Job make it by OpenSearch's own API.",
    )
    return setup_jobs.run(
        scope,
        "setup",
        account,
        _container(machine),
        [setup_jobs.told(told)],
        seconds=SECONDS,
        needs=[
            stored_secrets.let_read(scope, "setup-told-accessor", told, account),
            *setup_jobs.ways(scope, account, place.destination),
        ],
    )


def _container(machine: compute.Instance) -> dict[str, Any]:
    return {
        "commands": ["python3", "-c", programs.text("searches")],
        "envs": [
            {"name": "TOLD", "value": setup_jobs.FILE},
            {"name": "AGAIN_WITH", "value": machines.identity(machine)},
        ],
        "volume_mounts": [{"name": "told", "mount_path": setup_jobs.TOLD}],
    }
