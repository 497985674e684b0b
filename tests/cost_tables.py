"""The tables of docs/costs.md: what each phase of the seeds costs here, beside what its seed says, line by line.

Write them anew with: python -m tests.cost_tables
"""

from __future__ import annotations

import unicodedata
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from typing import Literal

from infra_kit.planning.bill import Bill, bill
from tests.planned_phases import planned as phase
from tests.unit.planning.rates.aws.bills import planned

FILE = Path(__file__).parents[1] / "docs" / "costs.md"
BEGIN, END = "<!-- generated: python -m tests.cost_tables -->", "<!-- end of what is generated -->"
HOST = ""
"""The component of a host's lines: what stands beside the components."""


@dataclass(frozen=True)
class Line:
    """One of the seed's."""

    seed: str
    figure: str
    """As the seed has it."""
    here: Sequence[str] = ()
    """The components that do here what the seed pays for."""
    why: str = ""
    """Why the two differ."""


@dataclass(frozen=True)
class PureCloud:
    """A total that the seed gives beside its own, without lines."""

    seed: str
    total: str
    without: Sequence[str]
    """The components that would not be there."""
    why: str


@dataclass(frozen=True)
class Table:
    """One phase of one system."""

    title: str
    of: str | Callable[[], None]
    """A system and its phase, `zuclubit/2`, as `infra-kit phases` plans it; or, beyond our components, a program of raw
    resources (`tests/cost_programs.py`)."""
    total: str
    """The seed's."""
    lines: Sequence[Line]
    beyond: str
    """Why there is here what the seed has no line for."""
    currency: Literal["USD", "EUR"] = "USD"
    pure: PureCloud | None = None
    """The seed's second total, of one cloud alone."""

    usage: Mapping[str, float] = field(default_factory=dict)
    """Of a program."""

    def render(self) -> str:
        if isinstance(self.of, str):
            made = bill(phase(*self.of.split("/")), self.currency)
            return "\n".join(self._lines(made, made.by_component))
        made = bill(planned(self.of, "us-east-1", {"*": self.usage}), self.currency)
        return "\n".join(self._lines(made, _by_line(made)))

    def _lines(self, made: Bill, sums: Mapping[str, Decimal]) -> Iterator[str]:
        yield f"### {self.title}\n"
        yield f"| the seed's line | seed | here, {self.currency} | why they differ |"
        yield "| --- | ---: | ---: | --- |"
        for line in self.lines:
            here = _money(sum((sums.get(name, Decimal(0)) for name in line.here), Decimal(0))) if line.here else "-"
            yield f"| {line.seed} | {line.figure} | {here} | {line.why} |"
        rest = self._rest(sums)
        if rest:
            names = ", ".join(f"`{name}` {_money(sums[name])}" for name in rest)
            yield f"| no line: {names} | - | {_money(sum((sums[name] for name in rest), Decimal(0)))} | {self.beyond} |"
        unpriced = f", {made.unpriced} line{'s' * (made.unpriced > 1)} unpriced" if made.unpriced else ""
        yield f"| **a month** | **{self.total}** | **{_money(made.total)}**{unpriced} | |"
        if self.pure:
            left = made.total - sum((sums[name] for name in self.pure.without), Decimal(0))
            yield f"| {self.pure.seed} | {self.pure.total} | {_money(left)} | {self.pure.why} |"
        yield ""

    def _rest(self, sums: Mapping[str, Decimal]) -> list[str]:
        """The components of no line, the dearest first."""
        told = {name for line in self.lines for name in line.here}
        missing = sorted(told - sums.keys())
        assert not missing, f"{self.title}: this stack has no {', '.join(missing)}"
        return sorted((name for name in sums if name not in told and sums[name]), key=lambda name: -sums[name])


def _by_line(made: Bill) -> Mapping[str, Decimal]:
    """By a raw resource's name without its region."""
    sums: dict[str, Decimal] = defaultdict(Decimal)
    for item in made.items:
        sums[item.resource.partition("-")[0]] += item.monthly or 0
    return sums


def _money(amount: Decimal) -> str:
    return f"{amount:,.2f}"


def tables() -> Sequence[Table]:
    from tests import cost_tables_said

    return cost_tables_said.TABLES


def of(system: str) -> list[Table]:
    """Those of one system, as its name has it in configuration: `vina-santa-cruz`."""
    return [table for table in tables() if _name(table.title.partition(",")[0]) == system]


def _name(title: str) -> str:
    plain = unicodedata.normalize("NFD", title).encode("ascii", "ignore").decode()
    return plain.lower().replace(" ", "-")


def section(text: str, title: str) -> str:
    """One table of the page, with its heading."""
    begin = text.index(f"### {title}\n")
    ends = [text.find(mark, begin + 1) for mark in ("\n### ", f"\n{END}")]
    return text[begin : min(end for end in ends if end > 0)].strip() + "\n"


def main() -> None:
    text = FILE.read_text(encoding="utf-8")
    before, _, rest = text.partition(BEGIN)
    _, _, after = rest.partition(END)
    made = "\n".join(table.render() for table in tables())
    FILE.write_text(f"{before}{BEGIN}\n\n{made}\n{END}{after}", encoding="utf-8")


if __name__ == "__main__":
    main()
