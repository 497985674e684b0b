"""What runs on the host and in its containers, as POSIX shell: each file says what it reads."""

from functools import cache
from importlib import resources


@cache
def script(name: str) -> str:
    """The text of one, e.g. `bucket.sh`."""
    return resources.files(__package__).joinpath(name).read_text()
