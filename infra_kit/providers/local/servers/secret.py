"""A secret value, in a file of its own."""

from __future__ import annotations

import secrets
import string
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from infra_kit._dynamic import Props
from infra_kit.durations import seconds
from infra_kit.providers.local.box import Box, Record
from infra_kit.providers.local.files import Files, place

LETTERS = string.ascii_letters + string.digits
_MADE = "made"
"""When the value was generated; none of one that was given."""


class SecretFile(Files):
    KIND = "local/secret"
    SECRETS = ("value",)

    def contents(self, record: Record, props: Props) -> Mapping[str, str]:
        return {props["path"]: record.secrets["value"]}

    def renew(self, record: Record, props: Props) -> None:
        given = props.get("value")
        if given is not None:
            record.secrets["value"] = given
            record.facts.pop(_MADE, None)
        elif self.is_due(record, props):
            record.secrets["value"] = "".join(secrets.choice(LETTERS) for _ in range(int(props["length"])))
            record.facts[_MADE] = datetime.now(UTC).isoformat()

    def is_due(self, record: Record, props: Props) -> bool:
        """A generated one of another length, or one that is too old, is made anew."""
        if props.get("value") is not None:
            return False
        made, rotation = record.facts.get(_MADE), props.get("rotation")
        if made is None or len(record.secrets["value"]) != int(props["length"]):
            return True
        age = datetime.now(UTC) - datetime.fromisoformat(made)
        return rotation is not None and age >= timedelta(seconds=seconds(rotation))

    def outputs(self, box: Box, record: Record, props: Props) -> tuple[dict[str, Any], dict[str, Any]]:
        return {"reference": str(place(box, props, props["path"]))}, {
            "value": props.get("value") or record.secrets["value"]
        }


HANDLER = SecretFile()
