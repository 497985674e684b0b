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


def _policy_document(inputs: Inputs) -> Inputs | None:
    """https://www.pulumi.com/registry/packages/aws/api-docs/iam/getpolicydocument/"""
    try:
        standing = _statements(inputs.get("sourcePolicyDocuments"))
        instead = _statements(inputs.get("overridePolicyDocuments"))
    except ValueError:  # a text that stands for what another function or stack answers
        return None
    said = [_statement(statement) for statement in inputs.get("statements") or ()]
    overridden = {statement["Sid"] for statement in instead if "Sid" in statement}
    kept = [statement for statement in [*standing, *said] if statement.get("Sid") not in overridden]
    document = {"Version": inputs.get("version") or "2012-10-17", "Statement": [*kept, *instead]}
    return {**inputs, "json": json.dumps(document), "minifiedJson": json.dumps(document, separators=(",", ":"))}


def _statements(documents: Sequence[str] | None) -> list[Inputs]:
    found: list[Inputs] = []
    for document in documents or ():
        said = json.loads(document)["Statement"]
        found += said if isinstance(said, list) else [said]
    return found


def _statement(said: Inputs) -> Inputs:
    parts = {_PARTS[key]: said[key] for key in _PARTS if said.get(key)}
    whom = {name: _principals(said[key]) for key, name in _WHOM.items() if said.get(key)}
    when = {"Condition": _conditions(said["conditions"])} if said.get("conditions") else {}
    return {"Effect": said.get("effect") or "Allow", **parts, **whom, **when}


def _principals(said: Sequence[Inputs]) -> Any:
    if any(one["type"] == "*" for one in said):
        return "*"
    found: dict[str, list[str]] = {}
    for one in said:
        found.setdefault(one["type"], []).extend(one["identifiers"])
    return found


def _conditions(said: Sequence[Inputs]) -> Any:
    found: dict[str, dict[str, list[str]]] = {}
    for one in said:
        found.setdefault(one["test"], {}).setdefault(one["variable"], []).extend(one["values"])
    return found


COMPUTED: Mapping[str, Callable[[Inputs], Inputs | None]] = {
    "aws:iam/getPolicyDocument:getPolicyDocument": _policy_document,
}
"""By token; None where an argument is itself made up."""
