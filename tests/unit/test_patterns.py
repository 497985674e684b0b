import pytest

from infra_kit.patterns import deciding, longest_first, overlap, within


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


def test_the_longest_comes_first_and_of_equals_the_first_in_the_alphabet() -> None:
    assert longest_first(["/*", "/b/*", "/api/v1/*", "/a/*"]) == ["/api/v1/*", "/a/*", "/b/*", "/*"]


@pytest.mark.parametrize(
    ("inner", "outer", "is_within"),
    [
        ("/a/*", "/*", True), ("/*", "/a/*", False), ("/a/b", "/a/*", True), ("/a/*", "/a/*", True),
        ("/a/*/c", "/a/*", True), ("/a/*", "/a/*/c", False), ("/a.b", "/a?b", False), ("/a", "/a", True),
    ],
)  # fmt: skip
def test_one_pattern_is_within_another(inner: str, outer: str, is_within: bool) -> None:
    assert within(inner, outer) is is_within


@pytest.mark.parametrize(
    ("outer", "decide"),
    [
        ("/api/public/*", ["/api/public/*"]),
        ("/api/*", ["/api/*", "/api/public/*"]),
        ("/*", ["/*", "/api/*", "/api/public/*"]),
        ("/news/*", ["/*"]),
    ],
)
def test_the_patterns_that_decide_are_those_before_which_no_longer_one_comes(outer: str, decide: list[str]) -> None:
    assert deciding(["/*", "/api/*", "/api/public/*"], outer) == decide
