import pytest

from infra_kit.patterns import overlap


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("/a/*", "/*/b"),
        ("/*", "/x"),
        ("/a/*/c", "/a/b/*"),
        ("/a*", "/a"),
        ("/**", "/*"),
        ("/a/*", "/a/b/c"),
        ("/a", "/a"),
    ],
)
def test_a_path_can_fit_both(one: str, other: str) -> None:
    assert overlap(one, other)
    assert overlap(other, one)


@pytest.mark.parametrize(
    ("one", "other"),
    [("/a", "/b"), ("/a/*/c", "/a/*/d"), ("/*.js", "/*.css"), ("/a/*", "/a"), ("/ab*", "/a"), ("/a", "/")],
)
def test_no_path_can_fit_both(one: str, other: str) -> None:
    assert not overlap(one, other)
    assert not overlap(other, one)


def test_long_patterns_are_told_apart_in_no_time() -> None:
    assert overlap("/x/*" * 100, "/x/*" * 100 + "/y")
