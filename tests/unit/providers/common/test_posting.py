"""What is posted to who is told of alerts, and what is said where it did not get through."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from infra_kit.providers.common.posting import UntoldError, post


class _Hooks(BaseHTTPRequestHandler):
    """Answers as the path says."""

    heard: list[tuple[str, Any]]

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.heard.append((self.path, json.loads(body)))
        if self.path == "/garbage":
            self.wfile.write(b"no HTTP at all\r\n\r\n")
            return
        self.send_response(int(self.path[1:]))
        self.send_header("Location", "/200")
        self.send_header("Content-Length", "0")
        self.end_headers()

    do_GET = do_POST  # noqa: N815  http.server's own

    def log_message(self, *_: Any) -> None:
        pass


@pytest.fixture
def hooks() -> Iterator[str]:
    _Hooks.heard = []
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Hooks)
    threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
    yield f"http://127.0.0.1:{server.server_address[1]}"
    server.shutdown()
    server.server_close()


def test_what_is_answered_with_200_to_299_is_taken(hooks: str) -> None:
    post(f"{hooks}/204", {"state": "firing"})
    assert _Hooks.heard == [("/204", {"state": "firing"})]


@pytest.mark.parametrize(
    ("path", "why"),
    [("500", "it was answered with 500"), ("302", "it was answered with 302"), ("garbage", "BadStatusLine")],
)
def test_all_else_is_not_and_redirects_are_followed_nowhere(hooks: str, path: str, why: str) -> None:
    with pytest.raises(UntoldError, match=f"^{why}$"):
        post(f"{hooks}/{path}", {})
    assert [where for where, _ in _Hooks.heard] == [f"/{path}"]


@pytest.mark.parametrize("url", ["secret", "ftp://secret", "http://secret:port", "http://secret/a b", "http://[secret"])
def test_what_is_no_url_is_an_error_that_does_not_quote_it(url: str) -> None:
    with pytest.raises(UntoldError) as error:
        post(url, {})
    assert "secret" not in str(error.value)
