"""Makes the indexes and the users that an OpenSearch is to have, from inside of its network. Any number of times.

It runs in a function or a job of a cloud, where nothing else of infra_kit is: Python's own library alone. All that it
needs comes with the event:
    username, password: of the administrator.
    calls: what it is told, in this order, each with the keys of `opensearch.Call`.
    users: the names of the users that the calls make; those that it made earlier, and no call makes now, go.
    mark: the attribute that tells them from others' users.
    security: the path of the API that knows users.
"""

from __future__ import annotations

import base64
import http.client
import json
from collections.abc import Mapping
from typing import Any

Event = Mapping[str, Any]
SECONDS = 60
"""That an answer may take."""


class SetupError(Exception):
    """What could not be made, and what to do about it."""


def is_well(event: Event, server: http.client.HTTPConnection) -> bool:
    """Whether it knows its users, and all that it has on its disk can be searched."""
    status, text = send(event, server, "GET", "/_cluster/health")
    return status == 200 and '"status":"red"' not in text


def settle(event: Event, server: http.client.HTTPConnection) -> None:
    """Makes what is missing in the server."""
    for call in event["calls"]:
        _tell(event, server, call)
    _leave(event, server)


def _tell(event: Event, server: http.client.HTTPConnection, call: Mapping[str, str]) -> None:
    status, text = send(event, server, call["method"], call["path"], call["body"])
    if status >= 300 and not (call["unless"] and call["unless"] in text):
        raise SetupError(f"{call['method']} {call['path']} was refused: {text}")
    if call["key"] and call["key"] in text and call["needs"] not in text:
        raise SetupError(call["refusal"])


def _leave(event: Event, server: http.client.HTTPConnection) -> None:
    """The users of links that are gone can sign in no more."""
    status, text = send(event, server, "GET", f"{event['security']}/internalusers")
    if status >= 300:
        raise SetupError(f"the users could not be read: {text}")
    for name, user in json.loads(text).items():
        if event["mark"] in (user.get("attributes") or {}) and name not in event["users"]:
            for kind in ("internalusers", "roles"):
                status, text = send(event, server, "DELETE", f"{event['security']}/{kind}/{name}")
                if status >= 300 and status != 404:
                    raise SetupError(f"{name} could not be taken away from {kind}, and may sign in yet: {text}")


def send(event: Event, server: http.client.HTTPConnection, method: str, path: str, body: str = "") -> tuple[int, str]:
    login = base64.b64encode(f"{event['username']}:{event['password']}".encode()).decode()
    headers = {"Authorization": f"Basic {login}", "Content-Type": "application/json"}
    server.request(method, path, body.encode() or None, headers)
    answer = server.getresponse()
    return answer.status, answer.read().decode()
