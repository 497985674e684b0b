"""What a value is called in a store that all stacks of an account, or a project, share."""

from __future__ import annotations

import re
from collections.abc import Sequence

import pulumi

from infra_kit.component import Scope
from infra_kit.environments import Environment

_LEGAL = re.compile(r"[^A-Za-z0-9_-]")


def below_environment(scope: Scope, path: str) -> Sequence[str]:
    """The parts of the name of a path that the user chose: `jwt/secret` of production is there once (seeds/000). Of
    previews there are many (seeds/001: one for each pull request): theirs stand below the application and the stack."""
    if scope.environment is Environment.PREVIEW:
        return below_stack(scope, path)
    return [scope.environment.value, *path.split("/")]


def below_stack(scope: Scope, path: str) -> Sequence[str]:
    """The same, of this stack alone."""
    own = (_LEGAL.sub("-", part) for part in (scope.target.app, pulumi.get_stack()))
    return [scope.environment.value, *own, *path.split("/")]
