"""Policies of AWS's form, wherever they stand in a resource's inputs: what they allow, and whether that is too much."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any


def statements(value: Any) -> Iterator[Mapping[str, Any]]:
    """What all policies of AWS's form in a resource's inputs allow."""
    match value:
        case str() if '"Statement"' in value:
            yield from statements(_parsed(value))
        case {"Statement": found}:
            yield from _allowing(found)
        case dict():
            yield from (statement for part in value.values() for statement in statements(part))
        case list():
            yield from (statement for part in value for statement in statements(part))


def _parsed(text: str) -> Any:
    """None: a script, say, that has a policy in it."""
    try:
        return json.loads(text)
    except ValueError:
        return None


def _allowing(found: Any) -> list[Mapping[str, Any]]:
    """AWS takes one statement without a list."""
    listed = found if isinstance(found, list) else [found]
    return [it for it in listed if isinstance(it, dict) and it.get("Effect") == "Allow"]


_WITHOUT_RESOURCE = frozenset(
    {
        "backup:DescribeRestoreJob",
        "backup:ListRestoreJobsByProtectedResource",
        "backup:PutRestoreValidationResult",
        "cloudwatch:GetMetricData",
        "cloudwatch:PutMetricData",
        "ecr:GetAuthorizationToken",
        "elasticache:DescribeSnapshots",
        "events:ListRules",
        "xray:PutTraceSegments",
    }
)
"""Actions that AWS knows for any resource only, or that list all that there are
(https://docs.aws.amazon.com/service-authorization/latest/reference/reference_policies_actions-resources-contextkeys.html)."""


def _need_no_resource(actions: list[str]) -> bool:
    return bool(actions) and _WITHOUT_RESOURCE.issuperset(actions)


def is_wild(statement: Mapping[str, Any]) -> bool:
    """Actions that are not named, any resource, anybody, or all but what is said."""
    actions, resources = _list(statement.get("Action", [])), _list(statement.get("Resource", []))
    return (
        any("*" in action for action in actions)
        or (any(_is_any(resource) for resource in resources) and not _need_no_resource(actions))
        or is_anybodys(statement)
        or any(f"Not{key}" in statement for key in ("Action", "Resource", "Principal"))
    )


def is_anybodys(statement: Mapping[str, Any]) -> bool:
    """Whether it is for everybody, in any account."""
    principal = statement.get("Principal", {})
    return "*" in _list(principal if isinstance(principal, str) else principal.get("AWS", []))


def _is_any(resource: str) -> bool:
    """Whether a `*` stands for the whole name of a resource, or for any account: `…:secret:*`, not `…:secret:db-*`."""
    if not resource.startswith("arn:"):
        return "*" in resource
    _, _, service, region, account, it = resource.split(":", 5)
    name = it.partition("/")[0] if service == "s3" else re.split("[:/]", it, maxsplit=1)[-1]
    return "*" in (region, account, name)


def _list(value: str | list[str]) -> list[str]:
    return [value] if isinstance(value, str) else value
