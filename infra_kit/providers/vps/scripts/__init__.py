"""What runs on the host and in its containers, as POSIX shell: each file says what it reads."""

import shlex
from collections.abc import Mapping
from functools import cache
from importlib import resources

BEFORE: Mapping[str, str] = {"beside.sh": "replayed.sh", "postgres_over.sh": "replayed.sh"}
"""By script, what it has in common with others."""


@cache
def script(name: str) -> str:
    """The text of one, e.g. `bucket.sh`."""
    return resources.files(__package__).joinpath(name).read_text()


def told(name: str, variables: Mapping[str, str]) -> str:
    """A script that reads variables, with them and what it shares before it: what `sh -s` is given."""
    shared = script(BEFORE[name]) if name in BEFORE else ""
    return "".join(f"{key}={shlex.quote(value)}\n" for key, value in variables.items()) + shared + script(name)
