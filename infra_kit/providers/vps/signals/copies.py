"""Backup and RestoreDrill: when they last went well, and whether the last run did."""

from __future__ import annotations

from typing import Any

from infra_kit.component import Component, Scope
from infra_kit.providers.vps import monitoring
from infra_kit.providers.vps.signals.metric import Figures, figures, last, or_none
from infra_kit.signals import Signal

BACKUP = frozenset({Signal.BACKUP_AGE, Signal.LOG_AGE, Signal.FAILED_RUNS})
DRILL = frozenset({Signal.DRILL_AGE, Signal.FAILED_RUNS})
HOUR, DAY = 3_600, 86_400


def backup(scope: Scope, component: Component[Any, Any]) -> Figures:
    monitoring.of(scope)
    has_log = any(it.KIND == "postgres" for it in component.spec.of)
    return figures(
        {
            Signal.BACKUP_AGE: _age(component, HOUR),
            **({Signal.LOG_AGE: _since(component, "infra_kit_log_shipped_seconds")} if has_log else {}),
            Signal.FAILED_RUNS: _failed(component),
        }
    )


def drill(scope: Scope, component: Component[Any, Any]) -> Figures:
    monitoring.of(scope)
    return figures({Signal.DRILL_AGE: _age(component, DAY), Signal.FAILED_RUNS: _failed(component)})


def _failed(component: Component[Any, Any]) -> str:
    """1 from a run that failed until the next one that goes well, of each part. Before the first run none has."""
    its = f'infra_kit_last_run_failed{{component="{component.name}"}}'
    return or_none(f"max({last(its)})")


def _age(component: Component[Any, Any], unit: int) -> str:
    return f"{_since(component, 'infra_kit_last_good_seconds')} / {unit}"


def _since(component: Component[Any, Any], metric: str) -> str:
    """Of what nothing is known it is since the epoch: nobody is told that all is well."""
    known = or_none(f'min({metric}{{component="{component.name}"}})')
    return f"(time() - {known})"
