"""Names: what a component may be called, and how its children are called."""

import hashlib
import re

from infra_kit.errors import InvalidNameError

MAX_LENGTH = 24
"""Characters. Leaves room for a child's role and Pulumi's random suffix within ElastiCache's 40
(https://docs.aws.amazon.com/AmazonElastiCache/latest/APIReference/API_CreateReplicationGroup.html)."""

LEGAL = re.compile(r"[a-z](-?[a-z0-9])*")


def check(component: str, name: object) -> str:
    """Returns the name if every target accepts it, else raises `InvalidNameError`."""
    if not isinstance(name, str):
        given = type(name).__name__
        raise InvalidNameError(f"{component}: the name must be a plain str, given {given}.")
    if not name:
        raise InvalidNameError(f"{component}: the name is empty. Name it by its purpose, e.g. 'db'.")
    if len(name) > MAX_LENGTH:
        raise InvalidNameError(
            f"{component} {name!r}: the name has {len(name)} characters, at most {MAX_LENGTH} are allowed "
            "(clouds cut or refuse longer ones). Choose a shorter one."
        )
    if not LEGAL.fullmatch(name):
        raise InvalidNameError(
            f"{component} {name!r}: a name is lower-case letters, digits and single hyphens, begins with a "
            "letter and does not end with a hyphen."
        )
    return name


def fit(text: str, room: int = 0) -> str:
    """A name made of a text that was not chosen as one; the same for the same text, and another for another.

    Args:
        text: e.g. the name of a Pulumi provider.
        room: characters to leave free of `MAX_LENGTH`, for what is put behind it.
    """
    most = MAX_LENGTH - room
    if LEGAL.fullmatch(text) and len(text) <= most:
        return text
    mark = hashlib.sha256(text.encode()).hexdigest()[:4]
    legal = re.sub(r"[^a-z0-9]+", "-", text.lower()).strip("-").lstrip("0123456789-")
    return f"{legal[: most - len(mark) - 1].rstrip('-') or 'x'}-{mark}"


def child(name: str, role: str) -> str:
    """The logical name of a component's child."""
    return f"{name}-{role}"
