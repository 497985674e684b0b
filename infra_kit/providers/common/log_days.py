"""What Logs and a workload both say: how long its own log is kept."""

from __future__ import annotations

from typing import Any

from infra_kit.component import Component, Scope
from infra_kit.components.logs import LogsSpec
from infra_kit.durations import seconds
from infra_kit.errors import SpecError
from infra_kit.log_classes import APPLICATION, DAY
from infra_kit.workloads import WorkloadSpec


def check_application(scope: Scope, spec: LogsSpec, component: Component[Any, Any]) -> None:
    """Where a cloud keeps a workload's lines by its `log_retention`, `application` must say the same. Raises
    `SpecError`."""
    own = component.spec
    wanted = spec.by_class[APPLICATION].searched_days
    if isinstance(own, WorkloadSpec) and seconds(own.log_retention) != wanted * DAY:
        what = f"{type(component).__name__} {component.name!r}"
        raise SpecError(
            f"{scope.what}: classes: {APPLICATION}: given {wanted}d until it is archived or deleted, and {what} keeps "
            f"its log for {own.log_retention}. Say log_retention='{wanted}d' there, or the same here."
        )
