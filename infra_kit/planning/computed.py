"""Functions of providers whose answer is in their arguments: nothing has to be asked or made up for it."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from typing import Any

Inputs = Mapping[str, Any]

_PARTS = {
    "sid": "Sid",
    "actions": "Action",
    "notActions": "NotAction",
    "resources": "Resource",
    "notResources": "NotResource",
}
_WHOM = {"principals": "Principal", "notPrincipals": "NotPrincipal"}


def _policy_document(inputs: Inputs) -> Inputs:
    """https://www.pulumi.com/registry/packages/aws/api-docs/iam/getpolicydocument/"""
    sources = [*(inputs.get("sourcePolicyDocuments") or ()), *(inputs.get("overridePolicyDocuments") or ())]
    standing = [statement for source in sources for statement in json.loads(source)["Statement"]]
    said = [_statement(statement) for statement in inputs.get("statements") or ()]
    document = {"Version": inputs.get("version") or "2012-10-17", "Statement": [*standing, *said]}
    return {**inputs, "json": json.dumps(document), "minifiedJson": json.dumps(document, separators=(",", ":"))}


def _statement(said: Inputs) -> Inputs:
    parts = {_PARTS[key]: said[key] for key in _PARTS if said.get(key)}
    whom = {name: _principals(said[key]) for key, name in _WHOM.items() if said.get(key)}
    when = {"Condition": _conditions(said["conditions"])} if said.get("conditions") else {}
    return {"Effect": said.get("effect") or "Allow", **parts, **whom, **when}


def _principals(said: Sequence[Inputs]) -> Any:
    if any(one["type"] == "*" for one in said):
        return "*"
    return {one["type"]: one["identifiers"] for one in said}


def _conditions(said: Sequence[Inputs]) -> dict[str, dict[str, Any]]:
    found: dict[str, dict[str, Any]] = {}
    for one in said:
        found.setdefault(one["test"], {})[one["variable"]] = one["values"]
    return found


COMPUTED: Mapping[str, Callable[[Inputs], Inputs]] = {"aws:iam/getPolicyDocument:getPolicyDocument": _policy_document}
"""By token."""
