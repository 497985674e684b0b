"""`python -m infra_kit.providers.local.programs.traces <box>`: until it is asked to end."""

from __future__ import annotations

import asyncio
import threading

from infra_kit.providers.local import listens_file
from infra_kit.providers.local.programs import running
from infra_kit.providers.local.programs.running import Told
from infra_kit.providers.local.programs.traces.forwarder import Forwarder
from infra_kit.providers.local.programs.traces.receiver import Receiver
from infra_kit.providers.local.programs.traces.store import Store


async def _receive(told: Told) -> None:
    forwarders = {name: Forwarder(name, **sink) for name, sink in told.settings["sinks"].items()}
    receiver = Receiver(int(told.settings["port"]), Store(told.box.data / "traces.sqlite"), forwarders)
    threading.Thread(target=receiver.serve_forever, daemon=True).start()
    listens_file.write(told.box, told.generation)
    try:
        await asyncio.Event().wait()
    finally:
        receiver.shutdown()


async def main() -> None:
    await running.until_asked(_receive(running.begin()))


if __name__ == "__main__":
    asyncio.run(main())
