"""Names that a service's limit would not hold."""

from __future__ import annotations

import hashlib

from infra_kit import naming
from infra_kit.component import Scope

SUFFIX = 8
"""Characters that Pulumi's auto-naming appends: a hyphen and seven digits
(https://www.pulumi.com/docs/iac/concepts/resources/names/#autonaming)."""
_MARK = 6


def key(scope: Scope, role: str, text: str, limit: int) -> str:
    """The key part of a role: the user's own text, or where the service's limit is too short for it, as much as there
    is room for and a digest of it.

    Args:
        scope: the component's.
        role: what it is, e.g. `queue`.
        text: a stable key, e.g. a consumer's name.
        limit: characters that the service takes as a name.
    """
    room = limit - SUFFIX - len(naming.child(scope.name, f"{role}-"))
    if len(text) <= room:
        return text
    mark = hashlib.sha256(text.encode()).hexdigest()[:_MARK]
    kept = text[: max(0, room - _MARK - 1)]
    return f"{kept}-{mark}" if kept else mark
