"""A panel, its visitor, and one who has logged in."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.awaiting import until
from tests.unit.panel.made_up import Browser, MadeUp, browser


@pytest.fixture
def source() -> MadeUp:
    return MadeUp()


@pytest.fixture
def visitor(source: MadeUp) -> Iterator[Browser]:
    with browser(source) as it:
        yield it


@pytest.fixture
def admin(visitor: Browser) -> Browser:
    assert visitor.log_in() == 303
    until(lambda: visitor.get("/states").json()["looked"] != "not yet")
    return visitor
