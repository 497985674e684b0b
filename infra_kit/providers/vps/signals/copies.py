"""Backup and RestoreDrill: when they last went well, and whether the last run did."""

from __future__ import annotations

from collections.abc import Sequence
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
    databases = [it.name for it in component.spec.of if it.KIND == "postgres"]
    return figures(
        {
            Signal.BACKUP_AGE: _age(component, HOUR),
            **({Signal.LOG_AGE: _log_age(component, databases)} if databases else {}),
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
    its = f'infra_kit_last_good_seconds{{component="{component.name}"}}'
    return f"{_since(f'min({its})')} / {unit}"


def _log_age(component: Component[Any, Any], databases: Sequence[str]) -> str:
    """Of the one that waits longest. Where one has told nothing yet, the others do not speak for it; one that is no
    longer copied has left its last word behind."""
    its = f'infra_kit_log_shipped_seconds{{component="{component.name}",part=~"{"|".join(databases)}"}}'
    return _since(f"min({its}) * (count({its}) == bool {len(databases)})")


def _since(known: str) -> str:
    """Of what nothing is known it is since the epoch: nobody is told that all is well."""
    return f"(time() - {or_none(known)})"
