"""A page of docs/systems: what is written by hand, and between marks what is generated."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

from infra_kit.planning.drawing import mermaid
from infra_kit.planning.graph import graph
from tests import cost_tables
from tests.planned_phases import PROJECT, described, planned
from tests.system_pages import requirements, transitions
from tests.system_pages.markdown import row

FOLDER = PROJECT.root / "docs" / "systems"
END = "<!-- end -->"


def file_of(system: str) -> Path:
    return FOLDER / f"{system}.md"


def mark(section: str) -> str:
    return f"<!-- generated: {section} -->"


def filled(system: str, text: str) -> str:
    """The page with its sections as they are today.

    Raises:
        ValueError: a section has no marks.
    """
    for name, section in SECTIONS.items():
        before, begin, rest = text.partition(mark(name))
        _, end, after = rest.partition(END)
        if not (begin and end):
            raise ValueError(f"docs/systems/{system}.md has no {mark(name)} … {END}")
        text = "\n".join((f"{before}{begin}\n", *section(system), f"{end}{after}"))
    return text


def pictures(system: str) -> Iterator[str]:
    """One a phase: that of `infra-kit graph`."""
    for phase, it in described(system).items():
        yield f"Phase {phase}, {it.title}: `infra-kit graph --stack {it.stack} --set infra-kit:phase={phase}`\n"
        yield f"```mermaid\n{mermaid(graph(planned(system, phase)))}```\n"


_MONTH = re.compile(
    r"^\| \*\*a month\*\* \| \*\*(?P<seed>.*)\*\* \| \*\*(?P<here>[\d,.]+)\*\*(?P<more>.*?) \|", re.MULTILINE
)


def costs(system: str) -> Iterator[str]:
    """The sums of docs/costs.md, which has the lines."""
    page = cost_tables.FILE.read_text(encoding="utf-8")
    yield row("phase", "the seed", "here, a month", "line by line")
    yield row("---", "---:", "---:", "---")
    for table in cost_tables.of(system):
        found = _MONTH.search(cost_tables.section(page, table.title))
        assert found, f"{table.title}: docs/costs.md has no sum of it"
        phase = table.title.partition(", ")[2].partition(" (")[0]
        here = f"{found['here']} {table.currency}{found['more']}"
        yield row(phase, found["seed"], here, f"[{table.title}](../costs.md#{_anchor(table.title)})")
    yield ""


def _anchor(title: str) -> str:
    """As code hosts make it."""
    return re.sub(r"[^\w\- ]", "", title.lower()).replace(" ", "-")


SECTIONS: Mapping[str, Callable[[str], Iterator[str]]] = {
    "pictures": pictures,
    "requirements": requirements.table,
    "costs": costs,
    "transitions": transitions.section,
}
