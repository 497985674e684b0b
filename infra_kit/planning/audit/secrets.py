"""Secrets where everybody can read them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from infra_kit.planning.audit.rules import Rule, Seen, Severity
from infra_kit.planning.audit.values import mapping, parsed

_NAMES = re.compile(
    r"(?i)password|passwd|passphrase|secret|token|api_?key|private_?key|(^|_)(pass|pwd)(_|$)|(^|_)keys?$"
)
_HARMLESS = re.compile(
    r"(?i)public|publishable|^(max|min)_"
    r"|(?<!secret)(^|_)access_?key$"  # names the one that is secret
    r"|_(file|path|dir|arn|name|id|url|uri|host|endpoint|header|prefix|type|algorithm|issuer|audience|version|enabled"
    r"|ttl|seconds|minutes|hours|days|length|size|count|limit)$"
)
"""What tells of a secret, and is none."""
_PASSWORD_IN_URL = re.compile(r"://[^/:@\s]*:[^/@\s]+@")
_TYPES = (
    "aws:ecs/taskDefinition:TaskDefinition", "aws:lambda/function:Function",
    "gcp:cloudrunv2/service:Service", "gcp:cloudrunv2/job:Job", "gcp:cloudrunv2/workerPool:WorkerPool",
    "gcp:cloudfunctionsv2/function:Function", "docker:index/container:Container",
)  # fmt: skip


def _named(value: Any) -> Iterator[tuple[str, str]]:
    """Environment variables as `{name, value}`, however deep."""
    match value:
        case {"name": str() as name, "value": str() as plain}:
            yield name, plain
        case dict():
            yield from (pair for it in value.values() for pair in _named(it))
        case list():
            yield from (pair for it in value for pair in _named(it))


def _environment(seen: Seen) -> Iterator[tuple[str, str]]:
    """The variables with a plain value, in whatever form a type has them."""
    inputs = seen.inputs
    yield from _named(parsed(inputs.get("containerDefinitions")))
    yield from _named(inputs.get("template"))
    for each in inputs.get("envs") or ():
        name, _, value = str(each).partition("=")
        yield name, value
    of_function = mapping(inputs.get("serviceConfig")).get("environmentVariables")
    for given in (mapping(inputs.get("environment")).get("variables"), of_function):
        yield from ((str(name), str(value)) for name, value in mapping(given).items())


def _tells(seen: Seen) -> bool:
    return any(value and _is_secret(name, value) for name, value in _environment(seen))


def _is_secret(name: str, value: str) -> bool:
    return bool(_PASSWORD_IN_URL.search(value) or (_NAMES.search(name) and not _HARMLESS.search(name)))


def _user_data(seen: Seen) -> bool:
    return bool(re.search(r"(?i)(password|secret|token)\s*[=:]\s*\S{6,}", str(seen.inputs.get("userData", ""))))


RULES = (
    Rule(
        "secret-in-environment", Severity.HIGH, "a secret is a plain environment variable",
        "whoever may look at the container, the task or the console reads it", "secrets={…}, or a link", _TYPES, _tells,
    ),
    Rule(
        "secret-in-user-data", Severity.HIGH, "a secret is in a machine's start script",
        "every program on the machine can read it", "let the machine read it from the secret store",
        ("aws:ec2/instance:Instance",), _user_data,
    ),
)  # fmt: skip
