"""What runs on the host and in its containers, as POSIX shell: each file says what it reads."""

import shlex
from collections.abc import Mapping
from functools import cache
from importlib import resources


@cache
def script(name: str) -> str:
    """The text of one, e.g. `bucket.sh`."""
    return resources.files(__package__).joinpath(name).read_text()


def told(name: str, variables: Mapping[str, str]) -> str:
    """A script that reads variables, with them before it: what `sh -s` is given."""
    return "".join(f"{key}={shlex.quote(value)}\n" for key, value in variables.items()) + script(name)
