import pytest

from infra_kit.durations import seconds


@pytest.mark.parametrize(
    ("text", "expected"),
    [("1s", 1), ("30s", 30), ("15m", 900), ("24h", 86_400), ("7d", 604_800), ("5y", 157_680_000)],
)
def test_a_duration_in_seconds(text: str, expected: int) -> None:
    assert seconds(text) == expected


@pytest.mark.parametrize("text", ["", "5", "d", "1.5h", "-1d", "1 d", "1w", "1D", "7d ", "٣d", "1000000s"])
def test_any_other_form_is_refused_with_examples(text: str) -> None:
    with pytest.raises(ValueError, match=r"a whole number and one of s, m, h, d, y, e\.g\. '30s' or '7d'"):
        seconds(text)


@pytest.mark.parametrize("text", ["0s", "0d", "000y"])
def test_no_time_at_all_is_no_duration(text: str) -> None:
    with pytest.raises(ValueError, match="a duration is at least one second, '1s'"):
        seconds(text)
