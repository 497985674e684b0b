"""`python -m infra_kit.providers.local.backups tick|drill <home> <stack> <name>`: a run, as the supervisor has it."""

from __future__ import annotations

import signal
import sys
from pathlib import Path

from infra_kit.errors import InfraKitError
from infra_kit.providers.local import home as homes
from infra_kit.providers.local.backups import drill, run
from infra_kit.providers.local.box import Box


def main(doing: str, home: str, stack: str, name: str) -> int:
    # Asked to end, it still removes what it has made to look at.
    signal.signal(signal.SIGTERM, lambda number, _: sys.exit(128 + number))
    box = Box(Path(home), stack, name, homes.caller())
    try:
        {"tick": run.tick, "drill": drill.run}[doing](box)
    except (InfraKitError, OSError) as error:
        print(error)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
