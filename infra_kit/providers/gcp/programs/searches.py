"""A program of a Cloud Run job: has an OpenSearch on a machine make what it is to have, once it is well.

Environment:
    TOLD: the file of what it is told, JSON: what `common/opensearch_setup.py` reads, and
        host, port: of the server, which answers by HTTPS.
        ca: PEM, the authority that signed its certificate.
        seconds: how long it may take to be well; a new machine has its packages and its image to get.
"""

from __future__ import annotations

import http.client
import json
import os
import ssl
import sys
import time
from pathlib import Path
from typing import Any

from infra_kit.providers.common.opensearch_setup import SECONDS, SetupError, is_well, settle
from infra_kit.providers.gcp.programs.google import say

PAUSE_SECONDS = 2
"""Between two questions: no server tells when it has become well."""


def main() -> int:
    event: dict[str, Any] = json.loads(Path(os.environ["TOLD"]).read_text())
    trusted = ssl.create_default_context(cadata=event["ca"])
    server = http.client.HTTPSConnection(event["host"], event["port"], timeout=SECONDS, context=trusted)
    try:
        _wait(event, server)
        settle(event, server)
    except (SetupError, OSError, http.client.HTTPException) as error:
        say("ERROR", str(error))
        return 1
    finally:
        server.close()
    return 0


def _wait(event: dict[str, Any], server: http.client.HTTPConnection) -> None:
    deadline = time.monotonic() + event["seconds"]
    while why := _ill(event, server):
        if time.monotonic() > deadline:
            raise SetupError(
                f"OpenSearch is not well after {event['seconds']:g} seconds: {why}. The console of its machine says "
                "why (gcloud compute instances get-serial-port-output). Run `infra-kit up` again when it is mended. "
                "Nothing was deleted."
            )
        time.sleep(PAUSE_SECONDS)


def _ill(event: dict[str, Any], server: http.client.HTTPConnection) -> str:
    try:
        return "" if is_well(event, server) else "it answers, and cannot search all that it has yet"
    except (OSError, http.client.HTTPException) as error:
        server.close()
        return f"it does not answer ({error})"


if __name__ == "__main__":
    sys.exit(main())
