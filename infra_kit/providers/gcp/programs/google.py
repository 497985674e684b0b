"""How the programs beside it ask Google's APIs, as the account that their job runs as."""

from __future__ import annotations

import json
import time
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Any

TOKEN = "http://metadata.google.internal/computeMetadata/v1/instance/service-accounts/default/token"  # noqa: S105
SQL = "https://sqladmin.googleapis.com/v1"
STORAGE = "https://storage.googleapis.com"
BUSY = (409, 429, 500, 503)
"""Another operation is going on, or Google is busy: it is asked again, until the job's own time is over."""
PAUSE = 10
"""Seconds between two questions."""
KEY = ("cloudkms", "cloud kms", "kms key")
"""What Google's words have where a key is disabled, gone, or of somebody else
(https://cloud.google.com/storage/docs/json_api/v1/status-codes)."""


class Failed(Exception):  # noqa: N818  what it is called in the log
    """Google refused, or what it did came to no good end."""


class Named(Failed):
    """And its first word is the check that failed."""


@contextmanager
def check(what: str) -> Iterator[None]:
    """Says which check it was that failed: `what`, or `wrong-key` where Google says so."""
    try:
        yield
    except Named:
        raise
    except Failed as error:
        unreadable = any(word in str(error).lower() for word in KEY)
        raise Named(f"{'wrong-key' if unreadable else what}: {error}") from error


def _json(answer: Any) -> Any:
    return json.loads(answer.read() or b"{}")


def call(
    url: str,
    body: Any = None,
    *,
    method: str | None = None,
    busy: str | None = None,
    read: Callable[[Any], Any] = _json,
) -> Any:
    """What Google answers. Raises `Failed`.

    Args:
        url: of the API.
        body: what is sent, as JSON; None: nothing.
        method: if not the one that goes with it.
        busy: a word of an answer that means, as those of `BUSY` do, that it is to be asked again.
        read: takes the answer in, as it comes.
    """
    while True:
        try:
            return _asked(url, body, method, read)
        except urllib.error.HTTPError as error:
            said = error.read().decode(errors="replace")
            if error.code not in BUSY and not (busy and busy in said):
                raise Failed(f"{url}: {error.code} {said}") from error
            say("INFO", f"{url}: {error.code}, asked again", said=said)
        except (urllib.error.URLError, TimeoutError) as error:
            if body is not None or method:  # it may have been heard
                raise
            say("INFO", f"{url}: {error}, asked again")
        time.sleep(PAUSE)


def _asked(url: str, body: Any, method: str | None, read: Callable[[Any], Any]) -> Any:
    data = body if body is None or isinstance(body, bytes) else json.dumps(body).encode()
    headers = {"Authorization": f"Bearer {_token()}", "Content-Type": "application/json"}
    request = urllib.request.Request(url, data=data, headers=headers, method=method)  # noqa: S310  https
    with urllib.request.urlopen(request, timeout=60) as answer:  # noqa: S310
        return read(answer)


def _token() -> str:
    request = urllib.request.Request(TOKEN, headers={"Metadata-Flavor": "Google"})
    with urllib.request.urlopen(request, timeout=60) as answer:  # noqa: S310
        return str(json.loads(answer.read())["access_token"])


def finished(api: str, operation: Any) -> Any:
    """The operation once it is over. Raises `Failed`.

    Args:
        api: what stands before the operation's name to ask for it.
        operation: as Google answered when it was begun.
    """
    while not (operation.get("done") or operation.get("status") == "DONE"):
        time.sleep(PAUSE)
        operation = call(f"{api}/{operation['name']}")
    if operation.get("error"):
        raise Failed(json.dumps(operation["error"]))
    return operation


def listed(at: str, items: str = "items", **asked: str) -> Iterator[dict[str, Any]]:
    """What Google lists there, of all its pages. Raises `Failed` where something may be missing, as Cloud SQL warns
    when a region is not reached (https://cloud.google.com/sql/docs/postgres/admin-api/rest/v1/Backups/ListBackups).

    Args:
        at: its address.
        items: what the list is called in an answer.
        asked: e.g. `filter`.
    """
    page = ""
    while True:
        answer = call(f"{at}?{urllib.parse.urlencode({**asked, 'pageToken': page})}")
        if answer.get("warnings"):
            raise Failed(f"the list is not whole: {json.dumps(answer['warnings'])}")
        yield from answer.get(items, ())
        page = answer.get("nextPageToken", "")
        if not page:
            return


def found(bucket: str, **asked: str) -> Iterator[dict[str, Any]]:
    """Objects as Google lists them, e.g. those with `prefix`, or `matchGlob`
    (https://cloud.google.com/storage/docs/json_api/v1/objects/list)."""
    return listed(f"{STORAGE}/storage/v1/b/{bucket}/o", **asked)


def objects(bucket: str, glob: str) -> list[datetime]:
    """When each object was written whose name is like that."""
    there = found(bucket, matchGlob=glob, fields="items(timeCreated),nextPageToken")
    return [datetime.fromisoformat(it["timeCreated"]) for it in there]


def address(bucket: str, name: str) -> str:
    """Of an object."""
    return f"{STORAGE}/storage/v1/b/{bucket}/o/{urllib.parse.quote(name, safe='')}"


def content(bucket: str, name: str, read: Callable[[Any], Any] = _json, *, generation: str = "") -> Any:
    """What an object holds, by default JSON."""
    version = f"&generation={generation}" if generation else ""
    return call(f"{address(bucket, name)}?alt=media{version}", read=read)


def write(bucket: str, name: str, held: Any) -> None:
    """An object with these bytes, or with JSON."""
    asked = urllib.parse.urlencode({"uploadType": "media", "name": name})
    call(f"{STORAGE}/upload/storage/v1/b/{bucket}/o?{asked}", held)


def say(severity: str, message: str, **more: Any) -> None:
    """A line of the log (https://cloud.google.com/logging/docs/structured-logging)."""
    print(json.dumps({"severity": severity, "message": message, **more}), flush=True)
