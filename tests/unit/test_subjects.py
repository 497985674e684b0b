import pytest

from infra_kit.subjects import meet, overlap


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [
        ("lead", "lead", True),
        ("lead", "leads", False),
        ("lead.*", "lead.created", True),
        ("lead.*", "lead", False),
        ("lead.*", "lead.created.twice", False),
        ("lead.>", "lead.created.twice", True),
        ("lead.>", "lead", False),
        ("lead.>", "lead.*", True),
        ("lead.*.done", "lead.call.*", True),
        ("lead.*.done", "lead.call.begun", False),
        ("lead.*", "proposal.*", False),
        ("lead.a.>", "lead.b.>", False),
    ],
)
def test_two_subjects_overlap_when_one_event_can_be_on_both(one: str, other: str, expected: bool) -> None:
    assert overlap(one, other) is expected
    assert overlap(other, one) is expected


@pytest.mark.parametrize(
    ("one", "other", "both"),
    [
        ("lead.created", "lead.created", "lead.created"),
        ("lead.*", "lead.created", "lead.created"),
        ("lead.>", "lead.*.done", "lead.*.done"),
        ("lead.*.>", "lead.call.>", "lead.call.>"),
        ("lead.*.done", "lead.call.*", "lead.call.done"),
        ("lead.>", "lead", None),
        ("lead.*", "lead.call.done", None),
        ("lead.*", "proposal.*", None),
    ],
)
def test_two_subjects_meet_in_the_subject_of_what_is_on_both(one: str, other: str, both: str | None) -> None:
    assert meet(one, other) == both
    assert meet(other, one) == both
