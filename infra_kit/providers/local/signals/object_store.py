"""An ObjectStore: whether it reads back what it holds."""

from __future__ import annotations

from infra_kit.errors import ServerError
from infra_kit.providers.local.servers.object_store import HANDLER
from infra_kit.providers.local.signals.probe import Figures, ServerProbe
from infra_kit.signals import Signal


class ObjectStoreProbe(ServerProbe):
    def measure(self) -> Figures:
        (box,) = self.source.boxes
        try:
            well = box.process.pid is not None and HANDLER.is_ready(box, box.record)
        except (ServerError, FileNotFoundError):
            well = False
        return {Signal.UPTIME: 100.0 * well}
