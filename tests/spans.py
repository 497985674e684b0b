"""Spans as OTLP has them in JSON."""

from __future__ import annotations

from typing import Any

TRACE = "5b8efff798038103d269b633813fc60c"


def span(**changes: Any) -> dict[str, Any]:
    return {
        "traceId": TRACE, "spanId": "eee19b7ec3c1b174", "name": "by hand",
        "startTimeUnixNano": "1544712660000000000", "endTimeUnixNano": "1544712661000000000", **changes,
    }  # fmt: skip


def sent(*spans: dict[str, Any]) -> dict[str, Any]:
    """Of the service `hand`."""
    attributes = [{"key": "service.name", "value": {"stringValue": "hand"}}]
    return {"resourceSpans": [{"resource": {"attributes": attributes}, "scopeSpans": [{"spans": list(spans)}]}]}
