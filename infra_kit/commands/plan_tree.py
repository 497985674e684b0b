"""The tree that `infra-kit plan` draws: components, and their resources by name, those of a type on one line."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING

from rich.markup import escape
from rich.table import Table
from rich.tree import Tree

from infra_kit.commands.common import money
from infra_kit.counts import counted

if TYPE_CHECKING:
    from infra_kit.planning.overview import Overview, Part
    from infra_kit.planning.tree import Node

NAMES = 12
"""How many resources of a type are named in one place; `--json` names all."""

_Parts = Mapping[tuple[str, str], "Part"]


def drawn(seen: Overview, *, brief: bool) -> Tree:
    """The whole stack.

    Args:
        brief: components only.
    """
    phase = f", phase {seen.phase}" if seen.phase else ""
    tree = Tree(f"[bold]{seen.stack}[/]  {seen.target}, {seen.environment}{phase}", guide_style="dim")
    parts = {(part.kind, part.name): part for part in seen.parts}
    _grow_components(tree, seen.tree, seen, parts, brief=brief)
    if beside := parts.get(("", "")):
        count = _resources(sum(_is_leaf(node) for node in seen.tree))
        branch = tree.add(f"[bold]beside the components[/]{_cost(beside, seen)}{_marks(beside)}{count}")
        _grow_resources(branch, seen.tree, brief=brief)
    return tree


def _grow_components(branch: Tree, nodes: Iterable[Node], seen: Overview, parts: _Parts, *, brief: bool) -> None:
    for node in nodes:
        if _is_leaf(node):
            continue
        part = parts.get((_kind(node.type), node.name)) if node.component else None
        below = branch.add(_title(node, part, seen))
        if part:
            _say(below, part)
        _grow_components(below, node.resources, seen, parts, brief=brief)
        _grow_resources(below, node.resources, brief=brief)


def _grow_resources(branch: Tree, nodes: Iterable[Node], *, brief: bool) -> None:
    """Those that hold no others: a line for each type."""
    by_type: dict[str, list[str]] = {}
    for node in nodes:
        if _is_leaf(node):
            by_type.setdefault(node.type, []).append(node.name)
    if brief or not by_type:
        return
    grid = Table.grid(padding=(0, 2, 0, 0))
    grid.add_column(style="dim", overflow="fold")
    grid.add_column(overflow="fold")
    for token, names in sorted(by_type.items(), key=lambda it: short(it[0])):
        grid.add_row(short(token), escape(_named(names)))
    branch.add(grid)


def _named(names: Sequence[str]) -> str:
    if len(names) <= NAMES:
        return ", ".join(names)
    return f"{', '.join(names[: NAMES - 1])} and {len(names) - NAMES + 1} more"


def _title(node: Node, part: Part | None, seen: Overview) -> str:
    count = _resources(_count(node))
    if part is None:
        return f"[bold]{escape(node.name)}[/] {escape(_kind(node.type) if node.component else short(node.type))}{count}"
    where = f" on {part.target}" if part.target and part.target.partition(" ")[0] != seen.target else ""
    return f"[bold]{escape(part.name)}[/] {part.kind}{where}{_cost(part, seen)}{_marks(part)}{count}"


def _say(branch: Tree, part: Part) -> None:
    for note in part.notes:
        branch.add(f"[dim]{escape(note)}[/]")
    for feature, why in part.left_out.items():
        branch.add(f"[yellow]left out:[/] {escape(feature)} [dim]({escape(why)})[/]")


def _marks(part: Part) -> str:
    lock_in = f"  [dim]lock-in {part.lock_in:.1f}[/]" if part.lock_in is not None else ""
    findings = f"  [yellow]{counted(part.findings, 'finding')}[/]" if part.findings else ""
    return lock_in + findings


def _cost(part: Part, seen: Overview) -> str:
    if not part.monthly and not part.unpriced:
        return ""
    unpriced = f" [yellow]+ {part.unpriced} unpriced[/]" if part.unpriced else ""
    return f"  {money(part.monthly)} {seen.costs.currency} a month{unpriced}"


def _count(node: Node) -> int:
    """The resources below it, however deep."""
    return sum((not below.component) + _count(below) for below in node.resources)


def _is_leaf(node: Node) -> bool:
    return not (node.component or node.resources)


def _resources(count: int) -> str:
    return f"  [dim]{counted(count, 'resource')}[/]" if count else ""


def _kind(token: str) -> str:
    return token.rpartition(":")[2]


def short(token: str) -> str:
    """`aws:ec2/subnet:Subnet` is `ec2.Subnet`, `docker:index/volume:Volume` is `docker.Volume`."""
    package, _, path = token.rpartition(":")[0].partition(":")
    module, name = path.partition("/")[0], _kind(token)
    return f"{package if module in {'', 'index', 'providers'} else module}.{name}"
