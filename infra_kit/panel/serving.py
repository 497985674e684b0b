"""The panel as a process."""

from __future__ import annotations

import logging
from collections.abc import Callable
from socket import socket

import uvicorn
from starlette.applications import Starlette


class Server(uvicorn.Server):
    """Says when it listens."""

    def __init__(self, config: uvicorn.Config, listens: Callable[[], None]) -> None:
        super().__init__(config)
        self._listens = listens

    async def startup(self, sockets: list[socket] | None = None) -> None:
        await super().startup(sockets)
        if self.started:
            self._listens()


def serve(
    app: Starlette,
    host: str,
    port: int,
    *,
    listens: Callable[[], None] = lambda: None,
    behind: str | None = None,
) -> None:
    """Until it is asked to end.

    Args:
        app: what answers.
        host, port: where it listens.
        listens: called when it does.
        behind: the addresses of the proxies whose word on who asks is believed, as uvicorn has them. Default: nobody's.
    """
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(message)s", datefmt="%Y-%m-%dT%H:%M:%S%z")
    config = uvicorn.Config(
        app,
        host=host,
        port=port,
        log_config=None,
        log_level="warning",
        access_log=False,
        server_header=False,
        date_header=False,
        proxy_headers=behind is not None,
        forwarded_allow_ips=behind,
        limit_concurrency=64,
        timeout_keep_alive=15,
        timeout_graceful_shutdown=2,
        ws="none",
    )
    Server(config, listens).run()
