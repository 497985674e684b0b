"""PagerDuty's Events API v2, for who tells it of alerts. The function on AWS is on its own and says the same
(`aws/lambdas/alert_teller.py`); an Alertmanager knows the address by itself."""

from __future__ import annotations

from collections.abc import Mapping

EVENTS = "https://events.pagerduty.com/v2/enqueue"
"""https://developer.pagerduty.com/docs/send-alert-event"""
SEVERITIES: Mapping[str, str] = {"P0": "critical", "P1": "error", "P2": "warning", "P3": "info"}
"""By level (https://developer.pagerduty.com/docs/events-api-v2-overview)."""
