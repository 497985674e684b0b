"""The configuration of Prometheus, and of what it is brought, as JSON, which is YAML too
(https://prometheus.io/docs/prometheus/latest/configuration/configuration/)."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

INTERVAL = "15s"
"""How often figures are asked for, and rules looked at."""


def dump(document: Mapping[str, Any] | Sequence[Any]) -> str:
    return json.dumps(document, indent=1, sort_keys=True)


def prometheus(folder: str, interval: str = INTERVAL) -> str:
    """prometheus.yml: all else is brought to its folders."""

    def files(of: str) -> list[dict[str, Any]]:
        return [{"files": [f"{folder}/{of}/*.json"]}]

    return dump(
        {
            "global": {"scrape_interval": interval, "evaluation_interval": interval},
            "rule_files": [f"{folder}/rules/*.yml"],
            "scrape_configs": [{"job_name": "components", "file_sd_configs": files("targets")}],
            "alerting": {"alertmanagers": [{"file_sd_configs": files("managers")}]},
        }
    )


def target(host: str, port: int, **labels: str) -> dict[str, Any]:
    """One to ask.

    Args:
        host, port: where it is.
        labels: of all that it says; those that begin with two underscores say how it is asked.
    """
    return {"targets": [f"{host}:{port}"], "labels": labels}
