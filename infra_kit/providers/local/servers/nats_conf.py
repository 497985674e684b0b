"""The configuration file of a NATS server on this machine: `providers/common/nats.py` in a box."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from infra_kit._dynamic import Props
from infra_kit.providers.common import nats
from infra_kit.providers.local import credentials
from infra_kit.providers.local.box import Box, Record
from infra_kit.providers.local.ports import LOOPBACK

FILE = "nats.conf"
LOGIN_SECONDS = 10
"""How long a client may take to log in
(https://docs.nats.io/running-a-nats-service/configuration/securing_nats/auth_intro/auth_timeout). The 2 s that the
server gives by itself, as its `/varz` tells, turn away clients of a busy machine."""


def write(box: Box, record: Record, props: Props) -> Path:
    """Writes nats.conf, which may be JSON (https://docs.nats.io/running-a-nats-service/configuration)."""
    client, monitor = record.ports
    settings = {
        "server_name": box.name,
        "host": LOOPBACK,
        "port": client,
        "http": f"{LOOPBACK}:{monitor}",
        "jetstream": {"store_dir": str(box.data)},
        "authorization": {
            **nats.authorization(props, admin=record.secrets["admin"], app=record.secrets["password"]),
            "timeout": LOGIN_SECONDS,
        },
    }
    return _write(box, settings)


def write_users(box: Box) -> Path:
    """Writes the users of links into the nats.conf that is there."""
    return _write(box, json.loads((box.conf / FILE).read_text()))


def _write(box: Box, settings: dict[str, Any]) -> Path:
    own = [user for user in settings["authorization"]["users"] if user["user"] in (nats.ADMIN, nats.APP)]
    of_links = [nats.link_user(it.user, it.password, it.rights) for it in credentials.kept(box)]
    settings["authorization"]["users"] = own + of_links
    return box.write(FILE, json.dumps(settings, indent=1))
