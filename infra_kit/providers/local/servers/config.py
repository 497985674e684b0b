"""Plain values, each in a file of its own."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from infra_kit._dynamic import Props
from infra_kit.providers.local.box import Box, Record
from infra_kit.providers.local.files import Files, place


class ConfigFiles(Files):
    KIND = "local/config"

    def contents(self, record: Record, props: Props) -> Mapping[str, str]:  # noqa: ARG002
        values: dict[str, str] = props["values"]
        return values

    def outputs(self, box: Box, record: Record, props: Props) -> tuple[dict[str, Any], dict[str, Any]]:  # noqa: ARG002
        return {"references": {path: str(place(box, props, path)) for path in props["values"]}}, {}


HANDLER = ConfigFiles()
