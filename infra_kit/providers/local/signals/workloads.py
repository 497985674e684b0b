"""Services, Workers and Jobs: what their supervisors count."""

from __future__ import annotations

from infra_kit.providers.local.servers import supervised
from infra_kit.providers.local.signals.probe import Figures, Probe, Source, percent
from infra_kit.providers.local.signals.usage import Usage
from infra_kit.signals import Signal


class WorkloadProbe(Probe):
    def __init__(self, source: Source) -> None:
        super().__init__(source)
        self._usage = Usage()

    def measure(self) -> Figures:
        return {**self._usage.measure(self.source.boxes), **self._instances()}

    def _instances(self) -> Figures:
        """Those of a supervisor that died are watched by nobody, so they do not count."""
        (box,) = self.source.boxes
        state, pid = supervised.state_of(box), box.process.pid
        if pid is None or state.get("process") != pid:
            return {Signal.INSTANCES: 0.0}
        wanted = state["instances"]
        return {Signal.INSTANCES: min(100.0, percent(state["well"], wanted)) if wanted else 100.0}


class JobProbe(Probe):
    """Runs that failed since the last good one. A schedule that nobody keeps is one that failed."""

    def measure(self) -> Figures:
        (box,) = self.source.boxes
        down = box.process.pid is None and not supervised.runs_once(box)
        return {Signal.FAILED_RUNS: float(max(supervised.failed_runs(box), down))}
