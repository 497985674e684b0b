"""The bill of a small program on Google Cloud."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pulumi

from infra_kit.engine.project import Project
from infra_kit.planning import costs
from infra_kit.planning.configuration import Configuration
from infra_kit.planning.costs import Costs, Item
from infra_kit.planning.programs import Planned
from infra_kit.testing import record

Usage = Mapping[str, Mapping[str, Any]]
REGION = "us-central1"
RUN, POOL = "gcp:cloudrunv2/service:Service", "gcp:cloudrunv2/workerPool:WorkerPool"
SQL, REDIS = "gcp:sql/databaseInstance:DatabaseInstance", "gcp:redis/instance:Instance"
VM, CLUSTER = "gcp:compute/instance:Instance", "gcp:container/cluster:Cluster"
BUCKET, NAT = "gcp:storage/bucket:Bucket", "gcp:compute/routerNat:RouterNat"
RULE = "gcp:compute/globalForwardingRule:GlobalForwardingRule"
TOPIC, SUBSCRIPTION = "gcp:pubsub/topic:Topic", "gcp:pubsub/subscription:Subscription"
URL_MAP, BACKEND = "gcp:compute/uRLMap:URLMap", "gcp:compute/backendService:BackendService"


def raw(type_: str, name: str = "it", **inputs: Any) -> pulumi.CustomResource:
    """A resource beside ours, in the engine's own words."""
    return pulumi.CustomResource(type_, name, inputs)


def planned(program: Callable[[], object], region: str = REGION) -> Planned:
    values = {
        "gcp:region": region,
        "infra-kit:target": "gcp",
        "infra-kit:environment": "development",
        "infra-kit:region": region,
    }
    root = Path("/nowhere")
    project = Project(root=root, name="test", config_dir=root, home=root)
    return Planned(Configuration(project, "test", values, frozenset()), record(program, config=values), ())


def used(there: Planned, usage: Usage) -> Costs:
    """The bill of what is planned, with a usage of its own."""
    values = {**there.configuration.values, "infra-kit:usage": usage}
    return costs.cost(replace(there, configuration=replace(there.configuration, values=values)))


def bill(program: Callable[[], object], usage: Usage | None = None, region: str = REGION) -> Costs:
    return used(planned(program, region), usage or {})


def items(costs: Costs, name: str = "it") -> dict[str, Item]:
    """By SKU, what one resource has on the bill."""
    found = [item for item in costs.items if item.resource == name]
    return {item.price.sku if item.price else item.why.rpartition(" ")[2]: item for item in found}


def monthly(costs: Costs, sku: str, name: str = "it") -> float:
    """What one resource costs by a SKU; nothing, where it has no line of it."""
    there = items(costs, name)
    return float(there[sku].monthly or 0) if sku in there else 0
