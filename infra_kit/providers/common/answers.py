"""Whether a server answers 200 to 399, by BusyBox: `nc HOST PORT -e sh answers.sh PATH`."""

from functools import cache
from importlib import resources


@cache
def script() -> str:
    """The text of `answers.sh`."""
    return resources.files(__package__).joinpath("answers.sh").read_text()
