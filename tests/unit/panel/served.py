"""A panel over made-up services that a browser reaches."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import uvicorn

from infra_kit.panel.app import application
from tests.unit.panel.made_up import HASH, MadeUp


@contextmanager
def served(source: MadeUp) -> Iterator[str]:
    """Its address."""
    app = application(source, username="admin", password_hash=HASH)
    config = uvicorn.Config(app, log_level="warning", access_log=False, ws="none")
    server = uvicorn.Server(config)
    with socket.create_server(("127.0.0.1", 0)) as listening:
        serving = threading.Thread(target=server.run, kwargs={"sockets": [listening]}, daemon=True)
        serving.start()
        try:
            yield f"http://127.0.0.1:{listening.getsockname()[1]}/"
        finally:
            server.should_exit = True
            serving.join(30)
