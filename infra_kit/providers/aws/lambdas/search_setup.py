"""A Lambda function: makes the indexes and the users that an OpenSearch domain is to have.

It can be run any number of times. It reaches nothing but the domain; all that it needs comes with the event.

Event:
    host: of the domain, which answers by HTTPS.
    username, password: of its master user.
    calls: what it is told, in this order, each with the keys of `infra_kit.providers.common.opensearch.Call`.
    users: the names of the users that the calls make; those that it made earlier, and no call makes now, go.
    mark: the attribute that tells them from others' users.
    security: the path of the API that knows users.
"""

from __future__ import annotations

import base64
import http.client
import json
import ssl
from collections.abc import Mapping
from typing import Any

PORT = 443
SECONDS = 60


class SetupError(Exception):
    """What could not be made, and what to do about it."""


def handler(event: Mapping[str, Any], context: object) -> str:  # noqa: ARG001  Lambda gives both
    settle(
        event, http.client.HTTPSConnection(event["host"], PORT, timeout=SECONDS, context=ssl.create_default_context())
    )
    return "done"


def settle(event: Mapping[str, Any], domain: http.client.HTTPConnection) -> None:
    """Makes what is missing in the domain."""
    for call in event["calls"]:
        _tell(event, domain, call)
    _leave(event, domain)


def _tell(event: Mapping[str, Any], domain: http.client.HTTPConnection, call: Mapping[str, str]) -> None:
    status, text = _send(event, domain, call["method"], call["path"], call["body"])
    if status >= 300 and not (call["unless"] and call["unless"] in text):
        raise SetupError(f"{call['method']} {call['path']} was refused: {text}")
    if call["key"] and call["key"] in text and call["needs"] not in text:
        raise SetupError(call["refusal"])


def _leave(event: Mapping[str, Any], domain: http.client.HTTPConnection) -> None:
    """The users of links that are gone can sign in no more."""
    status, text = _send(event, domain, "GET", f"{event['security']}/internalusers")
    if status >= 300:
        raise SetupError(f"the users could not be read: {text}")
    for name, user in json.loads(text).items():
        if event["mark"] in (user.get("attributes") or {}) and name not in event["users"]:
            for kind in ("internalusers", "roles"):
                _send(event, domain, "DELETE", f"{event['security']}/{kind}/{name}")


def _send(
    event: Mapping[str, Any], domain: http.client.HTTPConnection, method: str, path: str, body: str = ""
) -> tuple[int, str]:
    login = base64.b64encode(f"{event['username']}:{event['password']}".encode()).decode()
    headers = {"Authorization": f"Basic {login}", "Content-Type": "application/json"}
    domain.request(method, path, body.encode() or None, headers)
    answer = domain.getresponse()
    return answer.status, answer.read().decode()
