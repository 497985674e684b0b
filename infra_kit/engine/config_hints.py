"""How a value of a stack's configuration is set: the whole command, as a shell takes it within the project."""

from __future__ import annotations

import re

_PULUMIS = re.compile(r"`pulumi config set\s+(--secret\s+)?(\S+) <value>`")
"""As Pulumi says it of a value that a program misses (`pulumi.ConfigMissingError`): for the stack that is selected."""


def command(what: str, stack: str) -> str:
    """Args: what comes after `pulumi config set`."""
    return f'eval "$(infra-kit env)" && pulumi config set {what} --stack {stack}'


def set_in_full(text: str, stack: str) -> str:
    """A text with the whole command in the place of Pulumi's own."""
    return _PULUMIS.sub(lambda it: f"`{command((it[1] or '') + it[2] + ' <value>', stack)}`", text)
