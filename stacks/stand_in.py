"""Stands in for a product's own program where that is not at hand: `python -m stacks.stand_in [worker | job]`.

A service answers `/health`, and any other path with the names of the variables that it was given; a worker waits; a job
says what it was given and ends.
"""

from __future__ import annotations

import json
import os
import signal
import sys
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


class Handler(BaseHTTPRequestHandler):
    """Values stay here: some are secret."""

    def do_GET(self) -> None:
        self.wfile.write(self._head())

    def do_HEAD(self) -> None:
        self._head()

    def _head(self) -> bytes:
        """Sends all but the body, and returns that."""
        body = b"ok\n" if self.path == "/health" else json.dumps(sorted(os.environ), indent=1).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json" if self.path != "/health" else "text/plain")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        return body


def main(role: str) -> None:
    match role:
        case "service":
            ThreadingHTTPServer(("127.0.0.1", int(os.environ["PORT"])), Handler).serve_forever()
        case "worker":
            signal.sigwait({signal.SIGTERM, signal.SIGINT})
        case _:
            print(*sorted(os.environ))


if __name__ == "__main__":
    main(sys.argv[1] if len(sys.argv) > 1 else "service")
