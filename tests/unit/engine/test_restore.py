from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pytest

from infra_kit.engine.restore import moment
from infra_kit.errors import ConfigError


@pytest.mark.parametrize(
    ("text", "is_"),
    [
        ("2026-01-26T10:15", datetime(2026, 1, 26, 10, 15, tzinfo=UTC)),
        ("2026-01-26 10:15:30", datetime(2026, 1, 26, 10, 15, 30, tzinfo=UTC)),
        ("2026-01-26T10:15+02:00", datetime(2026, 1, 26, 10, 15, tzinfo=timezone(timedelta(hours=2)))),
    ],
)
def test_a_time_without_an_offset_is_utc(text: str, is_: datetime) -> None:
    assert moment(text) == is_


@pytest.mark.parametrize("text", ["yesterday", "10:15", ""])
def test_what_is_no_time_is_refused_with_an_example(text: str) -> None:
    with pytest.raises(ConfigError, match=r"a time is needed, e\.g\. 2026-11-26T10:15"):
        moment(text)


def test_a_time_to_come_is_refused() -> None:
    with pytest.raises(ConfigError, match="which is to come"):
        moment((datetime.now(UTC) + timedelta(hours=1)).isoformat())
