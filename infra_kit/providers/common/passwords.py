"""Passwords that Pulumi generates, for servers that generate none themselves."""

from __future__ import annotations

import pulumi_random as random

from infra_kit.component import Scope

LENGTH = 32
"""Letters and digits: 190 bits, and nothing that a URL, a shell or a configuration file would have to escape."""


def password(scope: Scope, role: str = "password") -> random.RandomPassword:
    """A child `role` of the component; `.result` is the password, secret."""
    return scope.resource(role, random.RandomPassword, length=LENGTH, special=False)
