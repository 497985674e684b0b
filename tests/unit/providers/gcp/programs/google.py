"""Google's APIs as they answer the programs: what was asked of them is in `asked`."""

from __future__ import annotations

import io
import json
import time
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Callable, Mapping
from email.message import Message
from typing import Any

import pytest

from infra_kit.providers.gcp.programs import google

Answer = Callable[[str, str, Any], Any]


class Google:
    """Buckets by name, with when their objects were written by the objects' names; the rest by `answer`."""

    def __init__(self, patch: pytest.MonkeyPatch, answer: Answer) -> None:
        self.answer = answer
        self.buckets: dict[str, dict[str, str]] = {}
        self.asked: list[tuple[str, str, Any]] = []
        self.waited = 0
        patch.setattr(urllib.request, "urlopen", self._open)
        patch.setattr(time, "sleep", self._wait)

    def _wait(self, _: float) -> None:
        self.waited += 1

    def _open(self, request: urllib.request.Request, timeout: float) -> io.BytesIO:
        url, method = request.full_url, request.get_method()
        if url == google.TOKEN:
            assert request.headers == {"Metadata-flavor": "Google"}
            return io.BytesIO(b'{"access_token": "a-token"}')
        assert request.headers["Authorization"] == "Bearer a-token"
        body = json.loads(request.data) if isinstance(request.data, bytes) else None
        self.asked.append((method, url, body))
        answer = self._storage(url, method, body) if url.startswith(google.STORAGE) else self.answer(method, url, body)
        return io.BytesIO(json.dumps(answer).encode())

    def _storage(self, url: str, method: str, body: Any) -> Any:
        parsed = urllib.parse.urlparse(url)
        query = {key: values[0] for key, values in urllib.parse.parse_qs(parsed.query).items()}
        bucket, *rest = parsed.path.partition("/b/")[2].split("/")
        if method == "POST":
            self.buckets.setdefault(bucket, {})[query["name"]] = "2026-11-26T12:00:00Z"
            return {}
        if not rest:
            return {"timeCreated": "2026-11-01T00:00:00Z"}
        return self._page(bucket, query)

    def _page(self, bucket: str, query: Mapping[str, str]) -> Any:
        """One a page, of names that are like the glob: a star is no slash."""
        parts = query["matchGlob"].split("/")
        times = [time for name, time in self.buckets.get(bucket, {}).items() if _like(name.split("/"), parts)]
        at = int(query.get("pageToken", 0))
        more = {"nextPageToken": str(at + 1)} if at + 1 < len(times) else {}
        return {"items": [{"timeCreated": time} for time in times[at : at + 1]], **more}

    def calls(self, end: str) -> list[Any]:
        """What was sent to addresses that end so."""
        return [body for _, url, body in self.asked if url.endswith(end)]


def _like(name: list[str], glob: list[str]) -> bool:
    def one(part: str, wanted: str) -> bool:
        before, star, after = wanted.partition("*")
        return part.startswith(before) and part.endswith(after) if star else part == wanted

    return len(name) == len(glob) and all(map(one, name, glob))


def refused(url: str, code: int, said: str) -> urllib.error.HTTPError:
    return urllib.error.HTTPError(url, code, said, Message(), io.BytesIO(said.encode()))


def lines(capsys: pytest.CaptureFixture[str]) -> list[dict[str, Any]]:
    """What the log has since the last look."""
    return [json.loads(line) for line in capsys.readouterr().out.splitlines()]
