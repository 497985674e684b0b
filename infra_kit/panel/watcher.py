"""Looks again and again, so that a page is made of what is known already."""

from __future__ import annotations

import asyncio
import logging
import time
from datetime import UTC, datetime

from infra_kit.panel.facts import Seen, Source, Standing

EVERY = 2.0
"""Seconds from the end of a look to the next."""
STALE = 20.0
"""Seconds after which nobody can say how it stands: a look takes less."""
_LOG = logging.getLogger("infra_kit.panel")


class Watcher:
    """Keeps the last look."""

    def __init__(self, source: Source) -> None:
        self._source = source
        self._seen = Seen()
        self._looked = -STALE
        self.when: datetime | None = None

    async def run(self) -> None:
        """Until it is cancelled. A look that fails is told, and there is another one."""
        while True:
            await self.look()
            await asyncio.sleep(EVERY)

    async def look(self) -> None:
        try:
            self._seen = await asyncio.to_thread(self._source.look)
        except (OSError, ValueError, LookupError) as error:
            _LOG.warning("nobody could look: %s", error)
            self._seen = self._seen.model_copy(update={"failure": str(error)})
            return
        self._looked, self.when = time.monotonic(), datetime.now(UTC)

    @property
    def seen(self) -> Seen:
        """What is older than `STALE` says nothing of now."""
        if time.monotonic() - self._looked <= STALE:
            return self._seen
        unknown = {part.name: Standing(state="unknown") for part in self._source.facts.parts}
        return self._seen.model_copy(update={"parts": unknown})
