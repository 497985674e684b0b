"""`python -m documents <box>`: until it is asked to end."""

from __future__ import annotations

import json
import logging
import signal
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from pymongo import MongoClient
from secantus import SecantusDBServer

SWEPT_EVERY = 5.0
"""Seconds between two looks for what has expired. MongoDB's are 60."""


def main() -> None:
    box = Path(sys.argv[1])
    told = json.loads((box / "conf" / "documents.json").read_text())
    logging.basicConfig(level="INFO", format="%(asctime)s %(levelname)s %(name)s: %(message)s")
    has_users = box / "data" / "has-users"
    if not has_users.exists():
        _let_in(told, box)
        has_users.touch()
    server = _server(told, box, port=told["port"], require_auth=True)

    def end(*_: object) -> None:
        server.stop()
        sys.exit(0)

    signal.signal(signal.SIGTERM, end)
    server.start()
    server.wait()


def _let_in(told: Mapping[str, Any], box: Path) -> None:
    """Makes the administrator, without whom nobody gets in. For that moment nobody is asked who he is, at a port that
    nobody knows, and there is nothing yet to be read."""
    user = {"pwd": told["password"], "roles": ["root"]}
    client: MongoClient[dict[str, Any]]
    with _server(told, box, port=0, require_auth=False) as server, MongoClient(server.uri) as client:
        there = client["admin"].command("usersInfo", told["user"])["users"]
        client["admin"].command("updateUser" if there else "createUser", told["user"], **user)


def _server(told: Mapping[str, Any], box: Path, *, port: int, require_auth: bool) -> SecantusDBServer:
    return SecantusDBServer(
        host="127.0.0.1",
        port=port,
        storage_path=str(box / "data" / "store"),
        require_auth=require_auth,
        enable_test_commands=False,
        ttl_sweep_seconds=SWEPT_EVERY,
        cache_size=f"{told['cache_mb']}M",
        # MongoDB answers a write of the default concern once its journal has it; this server would not wait.
        sync_on_commit=True,
    )


if __name__ == "__main__":
    main()
