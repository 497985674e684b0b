"""What a path is called in Secrets Manager and in Parameter Store."""

from __future__ import annotations

from infra_kit.component import Scope
from infra_kit.providers.common.stored_names import below_environment


def of(scope: Scope, path: str) -> str:
    return "/" + "/".join(below_environment(scope, path))
