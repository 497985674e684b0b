"""Answers that were recorded."""

from pathlib import Path

import pytest

from infra_kit.errors import PlanningError
from infra_kit.planning.answers import read


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('{"calss": {}}', "unknown 'calss'; a mapping with `calls` and `references` is needed"),
        ("[]", "is needed, .*and no list"),
        ("{", "is not valid JSON"),
    ],
)
def test_a_file_that_holds_no_answers_says_what_is_wrong(tmp_path: Path, text: str, said: str) -> None:
    file = tmp_path / "answers.json"
    file.write_text(text)
    with pytest.raises(PlanningError, match=said):
        read(file)
