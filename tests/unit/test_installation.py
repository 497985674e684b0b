from __future__ import annotations

import importlib.metadata
import json
import shlex
import sys

import pytest

from infra_kit import _installation
from infra_kit._installation import pip_install


class Noted(importlib.metadata.Distribution):
    """A distribution of which pip has noted where it came from."""

    def __init__(self, origin: object) -> None:
        self.origin_text = json.dumps(origin) if origin else None

    def read_text(self, filename: str) -> str | None:
        return self.origin_text if filename == "direct_url.json" else None

    def locate_file(self, path: object) -> None:  # type: ignore[override]
        raise NotImplementedError


@pytest.mark.parametrize(
    ("origin", "arguments"),
    [
        (None, ["infra-kit[aws]"]),
        (
            {"url": "file:///home/me/my%20clone", "dir_info": {}},
            ["-c", "/home/me/my clone/constraints.txt", "/home/me/my clone[aws]"],
        ),
        (
            {"url": "file:///home/me/clone", "dir_info": {"editable": True}},
            ["-c", "/home/me/clone/constraints.txt", "-e", "/home/me/clone[aws]"],
        ),
    ],
)
def test_a_missing_extra_is_installed_from_where_infra_kit_came_from_into_the_same_python(
    monkeypatch: pytest.MonkeyPatch, origin: object, arguments: list[str]
) -> None:
    monkeypatch.setattr(_installation, "distribution", lambda _: Noted(origin))
    assert shlex.split(pip_install("aws")) == [sys.executable, "-m", "pip", "install", *arguments]
