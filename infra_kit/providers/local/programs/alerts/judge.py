"""From a figure to an alert."""

from __future__ import annotations

import dataclasses
from datetime import UTC, datetime, timedelta

from infra_kit.providers.local.alerts_file import Alert
from infra_kit.providers.local.programs.alerts.wanted import Rule
from infra_kit.signals import MEANINGS


def first(rule: Rule, now: datetime) -> Alert:
    """One that nothing is known of yet."""
    return Alert(rule.name, rule.component, rule.level, rule.says, rule.unit, "ok", stamp(now), lasting=rule.lasting)


def judged(alert: Alert, rule: Rule, value: float | None, now: datetime, every: float) -> Alert:
    """How it stands after one more look.

    A rule that need not last longer than the time between two looks is believed at once: nobody looks in between.
    What cannot be measured begins nothing. Nor does it end anything: a full server lets nobody in who would count.
    """
    alert = dataclasses.replace(alert, value=None if value is None else round(value, 3))
    if value is None and not MEANINGS[rule.signal].of_traffic:
        return alert
    if not rule.is_broken_by(value):
        return alert if alert.state == "ok" else dataclasses.replace(alert, state="ok", since=stamp(now))
    if alert.state == "firing":
        return alert
    begun = now if alert.state == "ok" else datetime.fromisoformat(alert.since)
    lasts = rule.lasting <= every or now - begun >= timedelta(seconds=rule.lasting)
    return dataclasses.replace(alert, state="firing" if lasts else "pending", since=stamp(begun))


def unseen(alert: Alert, now: datetime) -> Alert:
    """After a time in which nobody looked, what was wrong before it begins anew; what was firing still is."""
    return dataclasses.replace(alert, since=stamp(now)) if alert.state == "pending" else alert


def stamp(when: datetime) -> str:
    return when.astimezone(UTC).isoformat(timespec="seconds")
