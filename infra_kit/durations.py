"""Durations as people write them: `30s`, `15m`, `24h`, `7d`, `5y`."""

import re
from typing import Annotated

from pydantic import AfterValidator

_SECONDS = {"s": 1, "m": 60, "h": 3600, "d": 86_400, "y": 365 * 86_400}
_FORM = re.compile(r"([0-9]{1,6})([smhdy])")


def seconds(text: str) -> int:
    """The duration in seconds, at least 1; a year counts 365 days. Raises `ValueError` for anything else."""
    match = _FORM.fullmatch(text)
    if not match:
        raise ValueError("a duration is a whole number and one of s, m, h, d, y, e.g. '30s' or '7d'")
    if not int(match[1]):
        raise ValueError("a duration is at least one second, '1s'")
    return int(match[1]) * _SECONDS[match[2]]


def _check(text: str) -> str:
    seconds(text)
    return text


Duration = Annotated[str, AfterValidator(_check)]
