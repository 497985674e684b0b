"""DocumentStore: DocumentDB (https://docs.aws.amazon.com/documentdb/latest/developerguide/cloud_watch.html). Search:
OpenSearch Service
(https://docs.aws.amazon.com/opensearch-service/latest/developerguide/managedomains-cloudwatchmetrics.html).

- Each instance of DocumentDB counts by itself, and reports every minute as long as it runs. The disk is one for all of
  them, and grows to the most that a cluster may have: the share is of that.
- A domain of OpenSearch is up while none of its indexes has lost a part that no node has (`red`). Its nodes count
  together, the worst of them. Memory is Java's heap, which is what a node runs out of; the disk has what the service
  keeps for itself taken off already, a fifth of a small one.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from pulumi_aws import docdb

from infra_kit.component import Component, Scope
from infra_kit.providers.aws.document_store import AwsDocuments
from infra_kit.providers.aws.search import AwsSearch
from infra_kit.providers.aws.signals.metric import Metric, Series, alive, plain
from infra_kit.signals import Signal

DOCUMENT_STORE = frozenset({Signal.UPTIME, Signal.CPU, Signal.MEMORY, Signal.DISK, Signal.CONNECTIONS})
SEARCH = frozenset({Signal.UPTIME, Signal.CPU, Signal.MEMORY, Signal.DISK})
GIB, TIB = 2**30, 2**40
MIB_A_GIB = 1024
MOST_DOCUMENTS = 128 * TIB
"""Of a cluster (https://docs.aws.amazon.com/documentdb/latest/developerguide/limits.html)."""


def document_store(scope: Scope, component: Component[Any, Any]) -> Mapping[Signal, Sequence[Metric]]:
    there = scope.native(component, AwsDocuments)
    servers = {"" if role == "server" else role: it for role, it in there.instances.items()}
    return {
        Signal.UPTIME: [alive(_docdb(it, "DatabaseConnections"), part=part) for part, it in servers.items()],
        Signal.CPU: [plain(_docdb(it, "CPUUtilization"), part=part) for part, it in servers.items()],
        Signal.MEMORY: [_memory(it, there, part) for part, it in servers.items()],
        Signal.DISK: [_filled(there)],
        Signal.CONNECTIONS: [_connections(it, part) for part, it in servers.items()],
    }


def _docdb(server: docdb.ClusterInstance, name: str, statistic: str = "Average") -> Series:
    dimensions = {"DBInstanceIdentifier": server.identifier}
    return Series(namespace="AWS/DocDB", name=name, dimensions=dimensions, statistic=statistic)


def _memory(server: docdb.ClusterInstance, there: AwsDocuments, part: str) -> Metric:
    total = there.memory_gb * GIB
    series = {"free": _docdb(server, "FreeableMemory")}
    return Metric(series=series, expression=f"100 - 100 * free / {total:.0f}", part=part)


def _filled(there: AwsDocuments) -> Metric:
    its = {"DBClusterIdentifier": there.cluster.cluster_identifier}
    series = {"filled": Series(namespace="AWS/DocDB", name="VolumeBytesUsed", dimensions=its)}
    return Metric(series=series, expression=f"100 * filled / {MOST_DOCUMENTS}")


def _connections(server: docdb.ClusterInstance, part: str) -> Metric:
    series = {
        "open": _docdb(server, "DatabaseConnectionsMax", "Maximum"),
        "most": _docdb(server, "DatabaseConnectionsLimit", "Maximum"),
    }
    return Metric(series=series, expression="100 * open / most", part=part)


def search(scope: Scope, component: Component[Any, Any]) -> Mapping[Signal, Sequence[Metric]]:
    there = scope.native(component, AwsSearch)
    lost, free = _domain(there, "ClusterStatus.red"), _domain(there, "FreeStorageSpace", "Minimum")
    disk = component.spec.storage_gb * MIB_A_GIB
    return {
        Signal.UPTIME: [Metric(series={"lost": lost}, expression="100 - 100 * lost", missing="breaching")],
        Signal.CPU: [plain(_domain(there, "CPUUtilization"))],
        Signal.MEMORY: [plain(_domain(there, "JVMMemoryPressure"))],
        Signal.DISK: [Metric(series={"free": free}, expression=f"100 - 100 * free / {disk}")],
    }


def _domain(there: AwsSearch, name: str, statistic: str = "Maximum") -> Series:
    dimensions = {"DomainName": there.domain.domain_name, "ClientId": there.account}
    return Series(namespace="AWS/ES", name=name, dimensions=dimensions, statistic=statistic)
