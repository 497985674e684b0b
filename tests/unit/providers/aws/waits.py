"""What waits for an address: made of it, it depends on all that stands behind."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pulumi

from infra_kit.component import Component
from infra_kit.recording import Recording
from infra_kit.testing import record


class Waits(pulumi.CustomResource):
    def __init__(self, name: str, address: pulumi.Input[Any]) -> None:
        super().__init__("test:index:Waits", name, {"address": address})


def waiting_for(field: str, make: Callable[[], Component[Any, Any]], config: dict[str, Any]) -> Recording:
    """A component, and one `waits` that is made of a field of its endpoint."""
    return record(lambda: Waits("waits", getattr(make(), field)), config=config)


def waits_for(recording: Recording, *names: str) -> bool:
    """Whether `waits` is made after these."""
    return {recording.named(name).urn for name in names} <= recording.named("waits").options.depends_on
