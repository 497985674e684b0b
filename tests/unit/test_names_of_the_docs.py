"""What pages, gaps and hints tell a reader to write is there to be written."""

import re
from pathlib import Path

import pytest

import infra_kit
from infra_kit.component import Component

ROOT = Path(__file__).parents[2]
PAGES = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md"), *(ROOT / "stacks").rglob("*.yaml")])
CALLED = re.compile(r"\b([A-Z][A-Za-z]+)\.([a-z_]+)\b(?!\.py)")
NAMED = {name: getattr(infra_kit, name) for name in infra_kit.__all__}
COMPONENTS = {name: it for name, it in NAMED.items() if isinstance(it, type) and issubclass(it, Component)}


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_what_a_page_calls_of_a_component_is_there(page: Path) -> None:
    called = {(name, attribute) for name, attribute in CALLED.findall(page.read_text()) if name in COMPONENTS}
    assert [f"{name}.{attribute}" for name, attribute in called if not _has(COMPONENTS[name], attribute)] == []


def test_what_a_hint_says_stands_already_can_be_said_to() -> None:
    files = (ROOT / "infra_kit").rglob("*.py")
    named = {name for file in files for name, attribute in CALLED.findall(file.read_text()) if attribute == "existing"}
    assert [name for name in named & COMPONENTS.keys() if not _has(COMPONENTS[name], "existing")] == []


def _has(component: type, attribute: str) -> bool:
    return hasattr(component, attribute) or attribute in component.__annotations__
