"""docs/support.md says what the drivers declare."""

from tests import support_matrix


def test_the_page_is_what_the_drivers_declare_today() -> None:
    assert support_matrix.FILE.read_text() == support_matrix.render(), "run: python -m tests.support_matrix"
