"""What stands in for a product's own program."""

from __future__ import annotations

from collections.abc import Iterator
from http.server import ThreadingHTTPServer
from threading import Thread

import httpx
import pytest

from stacks.stand_in import Handler


@pytest.fixture
def url() -> Iterator[str]:
    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        Thread(target=server.serve_forever).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


@pytest.mark.parametrize("path", ["/health", "/anything"])
def test_it_answers_head_as_get_but_for_the_body(url: str, path: str) -> None:
    got, headed = httpx.get(url + path), httpx.head(url + path)
    assert (headed.status_code, headed.content) == (got.status_code, b"") == (200, b"")
    assert headed.headers["Content-Length"] == str(len(got.content))
    assert headed.headers["Content-Type"] == got.headers["Content-Type"]
