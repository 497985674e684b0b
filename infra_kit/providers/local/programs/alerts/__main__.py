"""`python -m infra_kit.providers.local.programs.alerts <box>`: until it is asked to end."""

from __future__ import annotations

import asyncio

from infra_kit.providers.local.programs import running
from infra_kit.providers.local.programs.alerts.checker import Checker


async def main() -> None:
    await running.until_asked(Checker(running.begin()).run())


if __name__ == "__main__":
    asyncio.run(main())
