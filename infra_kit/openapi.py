"""OpenAPI documents: which service answers which path (https://spec.openapis.org/oas/v3.1.0)."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from infra_kit.errors import SpecError

METHODS = ("get", "put", "post", "delete", "options", "head", "patch", "trace")
SERVICE = "x-infra-kit-service"
"""On a path or on an operation: the name of the service."""


@dataclass(frozen=True)
class ApiPath:
    """A path of the document."""

    pattern: str
    """`/leads/{id}` is `/leads/*`."""
    service: str
    secured: bool
    """False where each of its operations says `security: []`."""


def paths(document: Mapping[str, Any], services: Collection[str]) -> list[ApiPath]:
    """The document's paths, each once. Raises `SpecError`."""
    if not str(document.get("openapi", "")).startswith("3.") or not isinstance(document.get("paths"), Mapping):
        raise SpecError("OpenAPI: a document of version 3 with `paths` is needed: openapi: 3.0.3 … (2.0 is 'swagger').")
    found: dict[str, ApiPath] = {}
    for path, item in document["paths"].items():
        pattern = re.sub(r"\{[^}]*\}", "*", path)
        read = ApiPath(pattern, _service(path, item, services), _secured(document, item))
        if found.setdefault(pattern, read) != read:
            raise SpecError(
                f"OpenAPI: {path}: another path has the form {pattern} too, with another service or security."
            )
    return list(found.values())


def _service(path: str, item: Mapping[str, Any], services: Collection[str]) -> str:
    operations = list(_operations(item))
    named = {str(name) for it in (item, *operations) if (name := it.get(SERVICE))}
    if not named:
        named = {str(operation["tags"][0]) for operation in operations if operation.get("tags")}
    if len(named) != 1 or not named <= set(services):
        given = ", ".join(sorted(named)) or "none"
        raise SpecError(
            f"OpenAPI: {path}: it needs one service, by `{SERVICE}` or the first tag of its operations; given {given}. "
            f"Services: {', '.join(sorted(services))}."
        )
    return named.pop()


def _operations(item: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    return (item[method] for method in METHODS if method in item)


def _secured(document: Mapping[str, Any], item: Mapping[str, Any]) -> bool:
    general = document.get("security")
    return any(operation.get("security", general) != [] for operation in _operations(item))
