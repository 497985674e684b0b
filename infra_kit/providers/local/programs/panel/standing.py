"""How a server stands, and since when."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import cast

import psutil

from infra_kit._dynamic import handler
from infra_kit.errors import ServerError
from infra_kit.panel.facts import Standing, State
from infra_kit.providers.local.box import Box
from infra_kit.providers.local.server import Server
from infra_kit.providers.local.servers import supervised
from infra_kit.providers.local.servers.supervised import Supervised

DOWN = Standing(state="down", detail="it does not answer")
ORPHANED = Standing(state="degraded", detail="it has died, and what it forked still answers")
KEPT = Standing(state="kept")
FINE = frozenset({"well", "done", "kept"})


class Life:
    """One server, looked at again and again."""

    def __init__(self, box: Box) -> None:
        self._box = box
        self._last: tuple[State, str] | None = None
        """How it stood, and since when."""

    def look(self) -> Standing:
        found = self._found()
        if found.since:
            self._last = (found.state, found.since)
        elif self._last is None or self._last[0] != found.state:
            self._last = (found.state, datetime.now(UTC).isoformat(timespec="seconds"))
        since = "" if found.state in {"kept", "done"} else self._last[1]
        return found.model_copy(update={"since": since})

    def _found(self) -> Standing:
        box = self._box
        if not box.exists:
            return Standing(state="down", detail=f"{box.path} is gone")
        try:
            return self._asked()
        except (ServerError, OSError) as error:
            return Standing(state="down", detail=str(error).partition("\n")[0])
        except psutil.NoSuchProcess:  # it ended while it was looked at
            return DOWN

    def _asked(self) -> Standing:
        box, record = self._box, self._box.record
        if not record.program:
            return KEPT
        pid = box.process.pid
        server = cast(Server, handler({"kind": record.kind}))
        if pid is None:
            return ORPHANED if box.process.orphaned and server.is_ready(box, record) else _ended(box)
        if isinstance(server, Supervised):
            return _instances(box, pid)
        return _well(pid) if server.is_ready(box, record) else DOWN


def together(servers: Sequence[tuple[str, Standing]]) -> Standing:
    """How a component stands: as its first server does; where a replica is not well, less than that."""
    if not servers:
        return KEPT
    (_, first), *others = servers
    bad = [name for name, it in others if it.state not in FINE]
    if not bad or first.state != "well":
        return first
    since = min(it.since for _, it in others if it.state not in FINE)
    return Standing(state="degraded", since=since, detail=f"not well: {', '.join(bad)}")


def _ended(box: Box) -> Standing:
    if supervised.is_done(box):
        return Standing(state="done")
    return Standing(state="down", detail="it has died") if box.process.died else Standing(state="stopped")


def _instances(box: Box, pid: int) -> Standing:
    """What its supervisor tells. A supervisor that hangs tells nothing new; one that has just begun nothing at all."""
    told = supervised.state_of(box)
    if told.get("process") != pid:
        return Standing(state="down", detail="its supervisor has not said how it is")
    if failed := supervised.failed_runs(box):
        return Standing(state="degraded", detail=f"{failed} runs failed since the last good one")
    wanted, well = int(told.get("instances") or 0), int(told.get("well") or 0)
    if well >= wanted:
        return _well(pid)
    return Standing(state="degraded" if well else "down", detail=f"{well} of {wanted} instances are well")


def _well(pid: int) -> Standing:
    begun = datetime.fromtimestamp(psutil.Process(pid).create_time(), UTC)
    return Standing(state="well", since=begun.isoformat(timespec="seconds"))
