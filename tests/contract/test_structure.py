"""The layout: the file name is the address, files and functions stay short."""

from __future__ import annotations

import ast
import importlib
from collections.abc import Iterator
from pathlib import Path

import pytest

from infra_kit import target
from infra_kit.testing.conformance.completeness import without_suite
from tests.contract.test_components import FILES

ROOT = Path(__file__).parents[2]
MODULES = [path for folder in ("infra_kit", "stacks", "tests") for path in sorted((ROOT / folder).rglob("*.py"))]
LONGEST_FILE = 300
LONGEST_FUNCTION = 40
"""Lines."""


@pytest.mark.parametrize("name", sorted(target.packages()))
def test_a_driver_stands_in_the_file_that_is_named_after_its_component(name: str) -> None:
    package = target.package(name)
    all_of_them = [file for file in FILES if file not in target.EVERYWHERE]
    components = [*getattr(package, "ONLY", all_of_them), *getattr(package, "SHARED", ())]
    assert dict(package.DRIVERS) == {component: f"{package.__name__}.{component}" for component in components}


@pytest.mark.parametrize("name", sorted(target.packages()))
def test_every_component_of_a_target_is_held_by_its_suite(name: str) -> None:
    assert without_suite(name, importlib.import_module(f"tests.conformance.test_{name}")) == []


def test_every_component_really_runs_on_this_machine_under_its_suite() -> None:
    modules = [importlib.import_module(it) for it in ("tests.live.test_conformance", "tests.system.test_debian_search")]
    assert set.intersection(*(set(without_suite("local", module)) for module in modules)) == set()


def test_no_file_is_longer_than_300_lines() -> None:
    lines = {path.relative_to(ROOT).as_posix(): path.read_text().count("\n") for path in MODULES}
    assert {name: count for name, count in lines.items() if count > LONGEST_FILE} == {}


def test_no_function_is_longer_than_40_lines() -> None:
    assert {name: length for path in MODULES for name, length in functions(path) if length > LONGEST_FUNCTION} == {}


def functions(path: Path) -> Iterator[tuple[str, int]]:
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.end_lineno:
            yield f"{path.relative_to(ROOT).as_posix()}: {node.name}", node.end_lineno - node.lineno + 1
