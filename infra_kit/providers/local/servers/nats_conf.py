"""The configuration file of a NATS server on this machine: `providers/common/nats.py` in a box."""

from __future__ import annotations

import json
from pathlib import Path

from infra_kit._dynamic import Props
from infra_kit.providers.common import nats
from infra_kit.providers.local.box import Box, Record
from infra_kit.providers.local.ports import LOOPBACK


def write(box: Box, record: Record, props: Props) -> Path:
    """Writes nats.conf, which may be JSON (https://docs.nats.io/running-a-nats-service/configuration)."""
    client, monitor = record.ports
    settings = {
        "server_name": box.name,
        "host": LOOPBACK,
        "port": client,
        "http": f"{LOOPBACK}:{monitor}",
        "jetstream": {"store_dir": str(box.data)},
        "authorization": nats.authorization(props, admin=record.secrets["admin"], app=record.secrets["password"]),
    }
    return box.write("nats.conf", json.dumps(settings, indent=1))
