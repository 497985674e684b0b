"""Which lines of Cloud Logging are a component's, and of which class
(https://cloud.google.com/logging/docs/view/logging-query-language)."""

from __future__ import annotations

import json
from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

import pulumi

from infra_kit.component import Component, Scope
from infra_kit.log_classes import APPLICATION, SECURITY
from infra_kit.providers.gcp.cdn import GcpCdn
from infra_kit.providers.gcp.gateway import GcpGateway
from infra_kit.providers.gcp.network import GcpNetwork
from infra_kit.providers.gcp.postgres import GcpDatabase
from infra_kit.providers.gcp.redis import GcpCache
from infra_kit.providers.gcp.service import GcpService
from infra_kit.workloads import WorkloadSpec

HEARD = ("service", "worker", "job", "gateway", "cdn", "postgres", "redis", "network")
REFUSED = 'jsonPayload.enforcedSecurityPolicy.outcome="DENY"'
"""What Cloud Armor writes (https://cloud.google.com/armor/docs/request-logging)."""


@dataclass(frozen=True)
class Lines:
    """A component's lines."""

    component: str
    query: pulumi.Output[str]
    workload: bool
    """Its own `log_retention` says how long they are kept."""
    all_security: bool = False


def of(scope: Scope, component: Component[Any, Any]) -> Lines:
    found = _query(scope, component)
    workload = isinstance(component.spec, WorkloadSpec)
    return Lines(component.name, found, workload, component.KIND == "network")


def _query(scope: Scope, component: Component[Any, Any]) -> pulumi.Output[str]:
    match component.KIND:
        case "service":
            return _one("cloud_run_revision", "service_name", scope.native(component, GcpService).name)
        case "worker" | "job":
            log: pulumi.Output[str] = component.endpoint.log
            return log
        case "postgres":
            return _ending("cloudsql_database", "database_id", *scope.native(component, GcpDatabase).names)
        case "redis":
            return _ending("redis_instance", "instance_id", scope.native(component, GcpCache).name)
        case "cdn":
            return _one("http_load_balancer", "url_map_name", scope.native(component, GcpCdn).routes)
        case "gateway":
            backends = scope.native(component, GcpGateway).backends
            names = [backends[name].service.name for name in sorted(backends)]
            return _ending("http_load_balancer", "backend_service_name", *names)
        case _:
            subnetwork = scope.native(component, GcpNetwork).subnetwork
            named = pulumi.Output.from_input(subnetwork).apply(lambda known: (known or "").rpartition("/")[2])
            return _one("gce_subnetwork", "subnetwork_name", named)


def _one(kind: str, label: str, value: pulumi.Output[str]) -> pulumi.Output[str]:
    return pulumi.Output.concat(f'resource.type="{kind}" AND resource.labels.{label}="', value, '"')


def _ending(kind: str, label: str, *values: pulumi.Output[str]) -> pulumi.Output[str]:
    """Of what Google writes with the project before it."""
    names = pulumi.Output.all(*values).apply("|".join)
    return pulumi.Output.concat(f'resource.type="{kind}" AND resource.labels.{label}=~"(^|[:/])(', names, ')$"')


def of_class(lines: Lines, name: str, classes: Collection[str]) -> pulumi.Output[str] | None:
    """Those of a class; None where there are none."""
    if lines.all_security:
        return lines.query if name == SECURITY else None
    others = sorted(set(classes) - {APPLICATION})
    if name == APPLICATION:
        whose = " OR ".join(map(_says, others))
        return pulumi.Output.concat("(", lines.query, f") AND NOT ({whose})") if whose else lines.query
    return pulumi.Output.concat("(", lines.query, ") AND ", _says(name))


def _says(name: str) -> str:
    said = f"jsonPayload.class={json.dumps(name)}"
    return f"({said} OR {REFUSED})" if name == SECURITY else said
