"""Backup and RestoreDrill: when they last went well."""

from __future__ import annotations

from typing import Any

from infra_kit.component import Component, Scope
from infra_kit.providers.vps import monitoring
from infra_kit.providers.vps.signals.metric import Figures, figures, or_none
from infra_kit.signals import Signal

BACKUP, DRILL = frozenset({Signal.BACKUP_AGE}), frozenset({Signal.DRILL_AGE})
HOUR, DAY = 3_600, 86_400


def backup(scope: Scope, component: Component[Any, Any]) -> Figures:
    monitoring.of(scope)
    return figures({Signal.BACKUP_AGE: _age(component, HOUR)})


def drill(scope: Scope, component: Component[Any, Any]) -> Figures:
    monitoring.of(scope)
    return figures({Signal.DRILL_AGE: _age(component, DAY)})


def _age(component: Component[Any, Any], unit: int) -> str:
    """Of what nothing is known it is that of the epoch: nobody is told that all is well."""
    known = or_none(f'min(infra_kit_last_good_seconds{{component="{component.name}"}})')
    return f"(time() - {known}) / {unit}"
