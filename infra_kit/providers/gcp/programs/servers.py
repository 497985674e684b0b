"""A program of a Cloud Run job: one step with NATS's servers (`common/nats_machines.py`), and what the next ones are to
know of it. It stands in an archive with all that it imports.

Arguments:
    the step, JSON: what of an event differs from step to step.

Environment:
    TOLD: the file of what all steps are told, JSON.
    CLUSTER: the file in which `well` keeps for `join` what it found.
"""

from __future__ import annotations

import asyncio
import json
import os
import socket
import sys
import time
from pathlib import Path

from infra_kit.providers.common import nats_machines

FIRST = ("storage.googleapis.com", 443)
"""What is always there. A job's way into the network may take a minute from when it starts, and until then servers look
as if there were none (https://cloud.google.com/run/docs/configuring/vpc-direct-vpc#limitations)."""
PATIENCE = 240.0
PAUSE = 1.0


def main(arguments: list[str]) -> int:
    event = {**json.loads(Path(os.environ["TOLD"]).read_text()), **json.loads(arguments[0])}
    kept = Path(os.environ["CLUSTER"])
    if event["does"] == "join":
        event["cluster"] = kept.read_text() if kept.exists() else nats_machines.STANDS
    try:
        _way_in()
        answer = asyncio.run(nats_machines.run(event))
    except (nats_machines.SetupError, OSError) as error:
        print(json.dumps({"severity": "ERROR", "message": str(error)}), flush=True)
        return 1
    if event["does"] == "well":
        kept.write_text(answer)
    return 0


def _way_in() -> None:
    deadline = time.monotonic() + PATIENCE
    while True:
        try:
            socket.create_connection(FIRST, timeout=10).close()
        except OSError:
            if time.monotonic() > deadline:
                raise
            time.sleep(PAUSE)
        else:
            return


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
