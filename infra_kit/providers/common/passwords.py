"""Passwords that Pulumi generates, for servers that generate none themselves."""

from __future__ import annotations

import pulumi
import pulumi_random as random

from infra_kit.component import Scope
from infra_kit.links import Link

LENGTH = 32
"""Letters and digits: 190 bits, and nothing that a URL, a shell or a configuration file would have to escape."""


def password(scope: Scope, role: str = "password") -> random.RandomPassword:
    """A child `role` of the component; `.result` is the password, secret."""
    return scope.resource(role, random.RandomPassword, length=LENGTH, special=False)


def secret(scope: Scope, role: str = "password") -> pulumi.Output[str]:
    """The password alone."""
    made: pulumi.Output[str] = pulumi.Output.secret(password(scope, role).result)
    return made


def of_link(scope: Scope, link: Link) -> pulumi.Output[str]:
    """Of the user of a link, beside what it leads to. `scope`: of who has the link."""
    return secret(scope.within(link.to), f"{scope.name}-link-{link.key}-password")
