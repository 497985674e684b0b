"""Google's APIs as they answer the programs: what was asked of them is in `asked`."""

from __future__ import annotations

import io
import json
import time
import urllib.error
import urllib.parse
import urllib.request
import zlib
from collections.abc import Callable, Mapping
from email.message import Message
from typing import Any

import pytest

from infra_kit.providers.gcp.programs import google

Answer = Callable[[str, str, Any], Any]


class Google:
    """Buckets by name, with when their objects were written by the objects' names; what they hold by bucket and name;
    the rest by `answer`."""

    def __init__(self, patch: pytest.MonkeyPatch, answer: Answer) -> None:
        self.answer = answer
        self.buckets: dict[str, dict[str, str]] = {}
        self.held: dict[tuple[str, str], bytes] = {}
        self.generations: dict[tuple[str, str], str] = {}
        self.older: dict[tuple[str, str], dict[str, tuple[dict[str, str], bytes]]] = {}
        """Versions by their generation: as they are listed, and what they hold."""
        self.keys: dict[tuple[str, str], str] = {}
        self.disabled: set[str] = set()
        """Keys of Cloud KMS with which nothing is read any more."""
        self.policies: dict[str, Any] = {}
        self.transfers: dict[str, tuple[str, str, str]] = {}
        """By job, from which bucket into which, and there into which folder."""
        self.asked: list[tuple[str, str, Any]] = []
        self.waited = 0
        patch.setattr(urllib.request, "urlopen", self._open)
        patch.setattr(time, "sleep", self._wait)

    def _wait(self, _: float) -> None:
        self.waited += 1

    def put(
        self, bucket: str, name: str, held: bytes, at: str = "2026-11-26T12:00:00Z", key: str = "k/1", *,
        keep: bool = False,
    ) -> None:  # fmt: skip
        """In a version of its own; `keep`: the one before stays, as an older one."""
        if keep:
            older = self.older.setdefault((bucket, name), {})
            older[self.generations[bucket, name]] = (self.listed(bucket, name), self.held[bucket, name])
        self.buckets.setdefault(bucket, {})[name] = at
        self.held[bucket, name], self.keys[bucket, name] = held, key
        self.generations[bucket, name] = str(int(self.generations.get((bucket, name), "100")) + 1)

    def lose(self, bucket: str, name: str) -> None:
        del self.buckets[bucket][name]

    def manifest(self, bucket: str, where: str, began: str, *names: str) -> None:
        """Of what the bucket holds."""
        listed = {name: self.listed(bucket, name) for name in names}
        figures = {name: {**{key: it[key] for key in ("crc32c", "generation")}, "size": int(it["size"])}
                   for name, it in listed.items()}  # fmt: skip
        held = json.dumps({"began": began, "objects": figures}).encode()
        self.put(bucket, f"{where}/manifest.json", held, began)

    def listed(self, bucket: str, name: str) -> dict[str, str]:
        held, at = self.held.get((bucket, name), b""), self.buckets[bucket][name]
        return {
            "name": name, "timeCreated": at, "updated": at, "size": str(len(held)),
            "crc32c": f"{zlib.crc32(held):08x}", "generation": self.generations.get((bucket, name), "100"),
            "kmsKeyName": self.keys.get((bucket, name), "k/1"),
        }  # fmt: skip

    def _open(self, request: urllib.request.Request, timeout: float) -> io.BytesIO:
        url, method = request.full_url, request.get_method()
        if url == google.TOKEN:
            assert request.headers == {"Metadata-flavor": "Google"}
            return io.BytesIO(b'{"access_token": "a-token"}')
        assert request.headers["Authorization"] == "Bearer a-token"
        sent = request.data if isinstance(request.data, bytes) else b"null"
        body = {"bytes": sent} if sent.startswith(b"\x1f\x8b") else json.loads(sent)
        self.asked.append((method, url, body))
        if not url.startswith(google.STORAGE):
            said = self.answer(method, url, body)
            self._written(url, body)
            return io.BytesIO(json.dumps(said).encode())
        answer = self._storage(url, method, sent)
        return io.BytesIO(answer if isinstance(answer, bytes) else json.dumps(answer).encode())

    def _written(self, url: str, body: Any) -> None:
        """What an export or a transfer that was begun writes."""
        if uri := _uri(body or {}):
            bucket, _, name = uri.removeprefix("gs://").partition("/")
            self.put(bucket, name, uri.encode())
        job = url.rpartition("/")[2].removesuffix(":run")
        source, vault, folder = self.transfers.get(job, ("", "", ""))
        for name in list(self.buckets.get(source, {})):
            if self.held.get((vault, folder + name)) != self.held[source, name]:
                self.put(vault, folder + name, self.held[source, name])

    def _storage(self, url: str, method: str, sent: bytes) -> Any:
        parsed = urllib.parse.urlparse(url)
        query = {key: values[0] for key, values in urllib.parse.parse_qs(parsed.query).items()}
        bucket, *rest = [urllib.parse.unquote(it) for it in parsed.path.partition("/b/")[2].split("/")]
        if "upload" in parsed.path:
            self.put(bucket, query["name"], sent)
            return {}
        if rest == ["iam"]:
            return self._policy(bucket, method, json.loads(sent))
        if not rest:
            return {"timeCreated": "2026-11-01T00:00:00Z"}
        return self._page(bucket, query) if len(rest) == 1 else self._object(url, method, bucket, rest[1:], query)

    def _policy(self, bucket: str, method: str, sent: Any) -> Any:
        if method == "PUT":
            self.policies[bucket] = sent
        return self.policies.get(bucket, {"etag": "e", "bindings": [{"role": "other", "members": ["user:a"]}]})

    def _object(self, url: str, method: str, bucket: str, rest: list[str], query: Mapping[str, str]) -> Any:
        name, *onto = rest
        if name not in self.buckets.get(bucket, {}):
            raise refused(url, 404, f"No such object: {bucket}/{name}")
        if method == "DELETE":
            self.lose(bucket, name)
            return {}
        if self.keys.get((bucket, name), "k/1") in self.disabled:
            raise refused(url, 403, "Cloud KMS key is disabled, destroyed, or scheduled to be destroyed.")
        if onto and "rewriteToken" not in query:
            return {"done": False, "rewriteToken": "more"}
        if onto:
            self.put(onto[2], onto[4], self.held[bucket, name])
            return {"done": True}
        older = self.older.get((bucket, name), {})
        return older[query["generation"]][1] if query.get("generation") in older else self.held[bucket, name]

    def _page(self, bucket: str, query: Mapping[str, str]) -> Any:
        """One a page, of names that are like the glob (a star is no slash), or begin so."""
        parts = query.get("matchGlob", "").split("/")
        names = [
            name for name in self.buckets.get(bucket, {})
            if (_like(name.split("/"), parts) if "matchGlob" in query else name.startswith(query.get("prefix", "")))
        ]  # fmt: skip
        at = int(query.get("pageToken") or 0)
        more = {"nextPageToken": str(at + 1)} if at + 1 < len(names) else {}
        older = [
            listed for name in names[at : at + 1] for listed, _ in self.older.get((bucket, name), {}).values()
            if "versions" in query
        ]  # fmt: skip
        return {"items": [*older, *(self.listed(bucket, name) for name in names[at : at + 1])], **more}

    def calls(self, end: str) -> list[Any]:
        """What was sent to addresses that end so."""
        return [body for _, url, body in self.asked if url.endswith(end)]


def _uri(body: Mapping[str, Any]) -> str:
    there = body.get("exportContext") or body.get("outputConfig", {}).get("gcsDestination", {})
    return str(there.get("uri", ""))


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
