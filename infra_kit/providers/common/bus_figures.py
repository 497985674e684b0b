"""How far the consumers of a bus of NATS are, as `bus_figures.sh` tells it, in `natsio/nats-box`: NATS's own exporter
does not tell how long the oldest event has waited. Its user may ask how far the consumers are and read an event, which
is how its time is known.

Figures:
    infra_kit_bus_waiting: of each consumer, events that wait for it.
    infra_kit_bus_oldest_seconds: for how long the oldest of these has.
    infra_kit_bus_dead: of each consumer that keeps them, events that were given up.
    infra_kit_bus_up: 1 once all of these could be read.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from importlib import resources
from typing import Any

from infra_kit.providers.common import nats

BOX, BOX_TAG = "natsio/nats-box", "0.19.7"
BOX_SHA256 = "ffce8bd103383f179f8c7f11cf645726acf5d17280706c530c3b342dbe16334c"
"""NATS's own image of its tools (https://hub.docker.com/r/natsio/nats-box), for amd64 and arm64."""
USER = "monitor"
SCRIPT, TOLD = "bus_figures.sh", "bus.json"
"""The files: what is run, and what it reads."""


@cache
def script() -> str:
    """The text of `bus_figures.sh`."""
    return resources.files(__package__).joinpath(SCRIPT).read_text()


def told(props: nats.Props, url: str, password: str, **more: str) -> dict[str, Any]:
    """What it reads.

    Args:
        props: the bus.
        url: of the server that is asked.
        password: of `USER`.
        more: `ca`, the file of the server's authority.
    """
    known: Mapping[str, Any] = {"url": url, "user": USER, "password": password, "inbox": nats.inbox(USER)}
    return {**known, **nats.measured(props), **more}
