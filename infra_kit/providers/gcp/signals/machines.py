"""Virtual machines, which report as long as they run, and a Search on one
(https://cloud.google.com/monitoring/api/metrics_gcp_c#gcp-compute)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import pulumi
from pulumi_gcp import compute

from infra_kit.component import Component, Scope
from infra_kit.providers.gcp.search import GcpSearch
from infra_kit.providers.gcp.signals.metric import Metric, alive, is_, percent, series
from infra_kit.signals import Signal

SEARCH = frozenset({Signal.UPTIME, Signal.CPU})


def runs(machine: compute.Instance, part: str = "") -> Metric:
    return alive(_figure(machine, "uptime_total"), part)


def search(scope: Scope, component: Component[Any, Any]) -> Mapping[Signal, Sequence[Metric]]:
    machine = scope.native(component, GcpSearch).machine
    return {Signal.UPTIME: [runs(machine)], Signal.CPU: [percent(_figure(machine, "cpu/utilization"))]}


def _figure(machine: compute.Instance, metric: str) -> pulumi.Output[str]:
    its = is_("instance_id", machine.instance_id)
    return series(f"compute.googleapis.com/instance/{metric}", "gce_instance", its)
