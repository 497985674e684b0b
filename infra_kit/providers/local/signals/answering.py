"""What says itself whether it is well: an ObjectStore that reads back what it holds, a Search of which nothing is lost,
a DocumentStore, an Auth and a Mailer that answer. They are asked as `up` and the Panel ask them.
"""

from __future__ import annotations

from typing import cast

import psutil

from infra_kit._dynamic import handler
from infra_kit.errors import ServerError
from infra_kit.providers.local.server import Server
from infra_kit.providers.local.signals.probe import Figures, ServerProbe, Source, percent
from infra_kit.providers.local.signals.usage import Usage
from infra_kit.signals import Signal

MOST_CLIENTS = 1000
"""Of a SecantusDB, where nothing is said."""


class AnsweringProbe(ServerProbe):
    def __init__(self, source: Source) -> None:
        super().__init__(source)
        (self._box,) = source.boxes
        self._server = cast(Server, handler({"kind": f"local/{source.kind}"}))

    def measure(self) -> Figures:
        return {Signal.UPTIME: 100.0 * self._well()}

    def _well(self) -> bool:
        try:
            return self._box.process.pid is not None and self._server.is_ready(self._box, self._box.record)
        except (ServerError, OSError):
            return False


class StoreProbe(AnsweringProbe):
    """What it takes of this machine, too."""

    def __init__(self, source: Source) -> None:
        super().__init__(source)
        self._usage = Usage()

    def measure(self) -> Figures:
        figures = {**self._usage.measure(self.source.boxes), **super().measure()}
        if self._box.data.exists():
            figures[Signal.DISK] = psutil.disk_usage(str(self._box.data)).percent
        return figures


class DocumentStoreProbe(StoreProbe):
    """Its connections are counted from outside: to ask takes some."""

    def measure(self) -> Figures:
        return {**self._connections(), **super().measure()}

    def _connections(self) -> Figures:
        try:
            found = psutil.Process(self._box.process.pid or 0).net_connections("tcp")
            port = self._box.record.ports[0]
        except (psutil.NoSuchProcess, psutil.AccessDenied, FileNotFoundError):
            return {}
        taken = sum(it.status == psutil.CONN_ESTABLISHED and it.laddr.port == port for it in found)
        return {Signal.CONNECTIONS: percent(taken, MOST_CLIENTS)}
