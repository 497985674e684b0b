"""`python -m infra_kit.providers.local.programs.logs <box>`: until it is asked to end."""

from __future__ import annotations

import signal
import threading

from infra_kit.providers.common.log_collector.collector import Collector, Settings
from infra_kit.providers.local.programs import running
from infra_kit.providers.local.programs.logs import sources


def main() -> None:
    ending = threading.Event()
    signal.signal(signal.SIGTERM, lambda *_: ending.set())
    told = running.begin()
    settings = Settings.of(told.generation, told.settings, host=str)
    Collector(told.box.data, settings, lambda: sources.find(told.box, told.settings["of"])).run(ending)


if __name__ == "__main__":
    main()
