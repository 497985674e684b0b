"""A line as it is kept."""

from __future__ import annotations

import json
from typing import Any

import pytest

from infra_kit.providers.common.log_collector.lines import Said, as_kept

CLASSES = ("application", "security", "audit")
TIME = "2026-03-01T12:00:00Z"


def kept(text: str) -> dict[str, Any]:
    of, line = as_kept(Said("api", "api-1", text, TIME), CLASSES)
    found: dict[str, Any] = json.loads(line)
    assert line.endswith(b"\n")
    assert line.count(b"\n") == 1
    assert found["class"] == of
    return found


def test_what_a_program_says_as_json_keeps_its_fields_and_its_class() -> None:
    assert kept('{"message": "role given", "class": "audit", "level": "info", "who": {"id": 7}}') == {
        "time": TIME, "component": "api", "part": "api-1", "class": "audit",
        "message": "role given", "level": "info", "who": {"id": 7},
    }  # fmt: skip


def test_what_is_no_json_is_the_message_of_a_line_of_the_application() -> None:
    plain = {"time": TIME, "component": "api", "part": "api-1", "class": "application"}
    for text in ("Traceback (most recent call last):", '{"half": ', "[1, 2]", '"quoted"', "", '{"a": NaN}', "{" * 9999):
        assert kept(text) == {**plain, "message": text}


def test_a_program_says_its_time_and_not_whose_it_is() -> None:
    found = kept('{"time": "2026-02-28T23:59:59.5+01:00", "component": "bank", "part": "x", "message": "m"}')
    assert found["time"] == "2026-02-28T23:59:59.5+01:00"
    assert (found["component"], found["component-said"]) == ("api", "bank")
    assert (found["part"], found["part-said"]) == ("api-1", "x")


@pytest.mark.parametrize("time", ['"yesterday"', "17", '"2026-03-01T12:00:00"', "null", '{"a": 1}'])
def test_a_time_that_is_no_moment_is_said_beside_when_the_line_came(time: str) -> None:
    found = kept(f'{{"time": {time}, "message": "m"}}')
    assert found["time"] == TIME
    assert found["time-said"] == json.loads(time)


@pytest.mark.parametrize("of", ['"payments"', "7", "null", '["audit"]'])
def test_a_class_that_there_is_none_of_is_the_applications_and_is_said(of: str) -> None:
    found = kept(f'{{"class": {of}, "message": "m"}}')
    assert found["class"] == "application"
    assert found["class-said"] == json.loads(of)


def test_letters_are_kept_as_they_are_and_halves_of_them_too() -> None:
    _, line = as_kept(Said("api", "api-1", '{"message": "señal \\ud800"}', TIME), CLASSES)
    assert "señal".encode() in line
    assert json.loads(line)["message"] == "señal \ud800"
