"""Virtual machines: what Compute Engine measures of one (https://cloud.google.com/monitoring/api/metrics_gcp_c#gcp-compute),
and what it tells by itself every minute (`machine.sh`), of a Search on one too.

What it tells are metrics of the user's, of which the first 150 MiB a month cost nothing; 3 consumers on 3 machines are
11 MiB, and each after those $0.258 (https://cloud.google.com/stackdriver/pricing#monitoring-pricing-summary). Where it
tells nothing its server counts as down, and of all else nobody knows.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import pulumi

from infra_kit.component import Component, Scope
from infra_kit.providers.gcp.search import GcpSearch
from infra_kit.providers.gcp.signals.metric import Metric, is_, one_of, percent, plain, series
from infra_kit.signals import Signal

SEARCH = frozenset({Signal.UPTIME, Signal.CPU, Signal.MEMORY, Signal.DISK})


def search(scope: Scope, component: Component[Any, Any]) -> Mapping[Signal, Sequence[Metric]]:
    machine = scope.native(component, GcpSearch).machine
    return {
        Signal.UPTIME: [well(machine, "search_up")],
        Signal.CPU: [percent(_figure(machine, "cpu/utilization"))],
        Signal.MEMORY: [told([machine], "memory_percent")],
        Signal.DISK: [told([machine], "disk_percent")],
    }


def told(machines: Sequence[pulumi.Input[str]], figure: str, part: str = "", *labels: pulumi.Input[str]) -> Metric:
    """The worst of what they tell. `machines`: their ids."""
    return plain("max(", _told(machines, figure, *labels), ")", part=part)


def well(machine: pulumi.Input[str], figure: str, part: str = "") -> Metric:
    """Whether its server is, as the machine tells it. One that tells nothing is not."""
    return plain("100 * max(", _told([machine], figure), ") or vector(0)", part=part)


def _told(machines: Sequence[pulumi.Input[str]], figure: str, *labels: pulumi.Input[str]) -> pulumi.Output[str]:
    its = one_of("instance_id", machines)
    return series(f"custom.googleapis.com/infra_kit/{figure}", "gce_instance", its, *labels)


def _figure(machine: pulumi.Input[str], metric: str) -> pulumi.Output[str]:
    its = is_("instance_id", machine)
    return series(f"compute.googleapis.com/instance/{metric}", "gce_instance", its)
