"""The products in stacks/: a phase is read in one go, and what two products share is in one place."""

from __future__ import annotations

import ast
import copy
from collections.abc import Iterator
from pathlib import Path

STACKS = Path(__file__).parents[2] / "stacks"
LONGEST_PHASE = 120
"""Lines."""
IN_A_ROW = 3
"""Statements that say the same in two products."""
SMALL = 30
"""Nodes of a syntax tree: as much as a call with a handful of arguments, which two products may have alike."""


def test_a_phase_is_read_in_one_go() -> None:
    lines = {str(file.relative_to(STACKS)): file.read_text().count("\n") for file in STACKS.glob("*/phase_*.py")}
    assert lines
    assert {name: count for name, count in lines.items() if count >= LONGEST_PHASE} == {}


def test_no_product_has_a_copy_of_what_another_one_does() -> None:
    seen: dict[str, dict[str, str]] = {}
    for file in sorted(STACKS.glob("*/*.py")):
        for line, shape in shapes(ast.parse(file.read_text())):
            seen.setdefault(shape, {}).setdefault(file.parent.name, f"{file.relative_to(STACKS)}:{line}")
    assert [sorted(places.values()) for places in seen.values() if len(places) > 1] == []


def shapes(module: ast.Module) -> Iterator[tuple[int, str]]:
    """By line, what each function does, and each few statements in a row, whatever its names and values are."""
    for node in ast.walk(module):
        if not isinstance(node, ast.FunctionDef | ast.ClassDef | ast.Module | ast.If | ast.For | ast.With):
            continue
        body = [each for each in node.body if not _says_nothing(each)]
        whole = [body] if isinstance(node, ast.FunctionDef) else []
        for part in [*whole, *(body[start : start + IN_A_ROW] for start in range(len(body) - IN_A_ROW + 1))]:
            tree = _Nameless().visit(ast.Module(copy.deepcopy(part), []))
            if sum(1 for _ in ast.walk(tree)) >= SMALL:
                yield part[0].lineno, ast.dump(tree)


def _says_nothing(statement: ast.stmt) -> bool:
    """Imports, texts, and what a stack exports, which is called the same everywhere."""
    exported = isinstance(statement, ast.Expr) and ast.unparse(statement).startswith("pulumi.export(")
    text = isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Constant)
    return exported or text or isinstance(statement, ast.Import | ast.ImportFrom)


class _Nameless(ast.NodeTransformer):
    """Variables by the order in which they come, values by their type."""

    def __init__(self) -> None:
        self._names: dict[str, str] = {}

    def visit_Name(self, node: ast.Name) -> ast.Name:
        return ast.Name(self._name(node.id), node.ctx)

    def visit_arg(self, node: ast.arg) -> ast.arg:
        return ast.arg(self._name(node.arg))

    def visit_Constant(self, node: ast.Constant) -> ast.Constant:
        return ast.Constant(type(node.value).__name__)

    def _name(self, name: str) -> str:
        return self._names.setdefault(name, f"name-{len(self._names)}")


def test_a_copy_is_found_under_other_names() -> None:
    one = """def deploy(db):
    cache = Redis('cache', memory_gb=1)
    return Service('app', port=80, links=[db.link(), cache.link()])
    """
    other = """def make(it):
    "With a text."
    fast = Redis('fast', memory_gb=2)
    return Service('api', port=81, links=[it.link(), fast.link()])
    """
    assert {shape for _, shape in shapes(ast.parse(one))} & {shape for _, shape in shapes(ast.parse(other))}
