"""What Pulumi's engine says of a failure, as a user needs it."""

from __future__ import annotations

import re
from pathlib import Path

from infra_kit.errors import OptionsError

_RAISED = re.compile(r"^(?P<module>(?:\w+\.)*)(?P<kind>\w+):? ?", re.MULTILINE)
_OURS = re.compile(r"^infra_kit\.(?:\w+\.)*\w+: ", re.MULTILINE)
_CHAINED = re.compile(r"^(?:During handling of the above|The above exception was the direct)", re.MULTILINE)
_BEGINS = "Traceback (most recent call last):\n"
_FRAME = re.compile(r'^ +File "([^"]+)", line (\d+)', re.MULTILINE)
_LIBRARY = f"{Path(__file__).parents[1]}/"
_OURS_REFUSED = re.compile(
    r"\Apulumi-python:dynamic/infra-kit:\w+ resource '[^']*': property \w+ value .*? has a problem: ", re.DOTALL
)
"""Before what a resource of ours refuses: the engine's own (sdk/go/common/diag/errors.go in pulumi/pulumi)."""


def plain(message: str) -> str:
    """A diagnostic as a user needs it: what was raised, and of its traceback the place where no component is named."""
    text = message.strip().removeprefix("error: ").removeprefix("Exception calling application: ")
    text = _OURS_REFUSED.sub("", text)
    before, traceback, _ = text[: _end(text)].rpartition(_BEGINS)
    rest = text[len(before) + len(traceback) :]
    raised = _RAISED.search(rest) if traceback else None
    if raised is None:
        return text
    said = rest[raised.end() :].strip()
    place = _place(rest[: raised.start()])
    if raised["module"].startswith("infra_kit."):
        return f"{said}{place}" if raised["kind"] == OptionsError.__name__ else said
    return f"{raised['kind']}: {said}{place}"


def _end(text: str) -> int:
    """Where an error of ours begins to speak: its words may be a program's, with a traceback in them."""
    ours = list(_OURS.finditer(text))
    return ours[-1].end() if ours and not _CHAINED.search(text, ours[-1].end()) else len(text)


def _place(traceback: str) -> str:
    """The last line in the user's own files, not in a library's."""
    frames = _FRAME.findall(traceback) or [("an unknown place", "?")]
    own = [frame for frame in frames if "site-packages" not in frame[0] and not frame[0].startswith(_LIBRARY)]
    file, line = (own or frames)[-1]
    return f"\n  at {file}, line {line}"


def is_told(name: str, text: str) -> bool:
    """Whether a text says of which resource it is, or, as what is ours does, of which component."""
    return name in text or text.startswith(f"{name.rpartition('-')[0]}: ")
