"""Labels: the scope's tags in the letters that Google Cloud takes.

Keys and values are lower-case letters, digits, `_` and `-`, at most 63 of them; a key begins with a letter
(https://cloud.google.com/resource-manager/docs/labels-overview).
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from infra_kit.component import Scope
from infra_kit.errors import SpecError

MAX_LENGTH = 63
MAX_LABELS = 64
RESERVED = "goog"
"""Keys that begin with it are Google's own (https://cloud.google.com/compute/docs/labeling-resources)."""


def labels(scope: Scope) -> dict[str, str]:
    """The component's tags as labels. Raises `SpecError` where a tag cannot be told from another, or is not legal."""
    made: dict[str, str] = {}
    for key, value in scope.tags.items():
        label = _legal(key)
        if label in made:
            raise _refused(scope, key, f"is {label!r} in Google Cloud's letters, and another tag is too")
        if not label[:1].isalpha():
            raise _refused(scope, key, "does not begin with a letter")
        if label.startswith(RESERVED):
            raise _refused(scope, key, f"begins with {RESERVED!r}, which Google keeps for itself")
        made[label] = _legal(value)
    return _few(scope, made)


def _legal(text: str) -> str:
    return re.sub(r"[^a-z0-9_-]", "-", text.lower())[:MAX_LENGTH]


def _refused(scope: Scope, key: str, why: str) -> SpecError:
    return SpecError(
        f"{type(scope.parent).__name__} {scope.name!r}: tags: {key!r} {why}. Rename it in infra-kit:tags (lower-case "
        "letters, digits, '_' and '-', a letter first)."
    )


def _few(scope: Scope, made: Mapping[str, str]) -> dict[str, str]:
    if len(made) > MAX_LABELS:
        raise SpecError(
            f"{type(scope.parent).__name__} {scope.name!r}: tags: given {len(made)}, a resource of Google Cloud has at "
            f"most {MAX_LABELS}. Drop some of infra-kit:tags."
        )
    return dict(made)
