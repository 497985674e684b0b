"""`python -m infra_kit.providers.local.programs.mailer <box>`: until it is asked to end."""

from __future__ import annotations

import asyncio
import threading

from infra_kit.providers.local import listens_file
from infra_kit.providers.local.ports import LOOPBACK
from infra_kit.providers.local.programs import running
from infra_kit.providers.local.programs.mailer import smtp
from infra_kit.providers.local.programs.mailer.inbox import Inbox
from infra_kit.providers.local.programs.mailer.store import Store
from infra_kit.providers.local.programs.running import Told


async def _take(told: Told) -> None:
    store = Store(told.box.data / "mails.sqlite")
    inbox = Inbox(int(told.settings["page"]), store)
    threading.Thread(target=inbox.serve_forever, daemon=True).start()
    speaks = smtp.protocol(told.box, told.settings, store)
    async with await asyncio.get_running_loop().create_server(speaks, LOOPBACK, int(told.settings["port"])):
        listens_file.write(told.box, told.generation)
        try:
            await asyncio.Event().wait()
        finally:
            inbox.shutdown()


async def main() -> None:
    await running.until_asked(_take(running.begin()))


if __name__ == "__main__":
    asyncio.run(main())
