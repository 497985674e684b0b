"""What a month is assumed to bring, as the stack's file says it."""

from typing import Any

import pytest

from infra_kit.errors import ConfigError
from infra_kit.planning import usage

COMPONENTS = ("edge", "db")


def test_a_component_has_its_own_over_that_of_all_over_the_defaults() -> None:
    found = usage.read({"*": {"requests": 5, "gb_out": 7}, "edge": {"requests": 9}}, COMPONENTS)
    assert [(found[name].requests, found[name].gb_out, found[name].stored_gb) for name in (*COMPONENTS, "")] == [
        (9, 7, 20), (5, 7, 20), (5, 7, 20)
    ]  # fmt: skip


@pytest.mark.parametrize("given", [5, "much", [1], True])
def test_usage_that_is_no_mapping_is_one_clear_error(given: object) -> None:
    with pytest.raises(ConfigError, match=r"infra-kit:usage: given .*, a mapping by component or '\*' is needed"):
        usage.read(given, COMPONENTS)


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"web": {}}, "infra-kit:usage: web: this stack has no component of that name. There is: db, edge"),
        ({"db": 5}, "infra-kit:usage: db: given 5, a mapping is needed"),
        ({"db": {"hours": -1}}, "infra-kit:usage: db: "),
    ],
)
def test_what_no_usage_is_says_where(given: dict[str, Any], said: str) -> None:
    with pytest.raises(ConfigError, match=said):
        usage.read(given, COMPONENTS)


def test_of_a_stack_without_components_what_is_said_of_all_is_named_so() -> None:
    with pytest.raises(ConfigError, match=r"infra-kit:usage: \*: "):
        usage.read({"*": {"hours": -1}}, ())


def test_each_figure_says_what_it_counts() -> None:
    assert usage.UNITS.keys() == usage.Usage.model_fields.keys()
