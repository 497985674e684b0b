"""Where figures and claims are from: a number beside each, and the pages below."""

from __future__ import annotations

import re

from rich.console import Console
from rich.markup import escape

_PAGE = re.compile(r" ?\((https://[^\s()]+)\)")


class Footnotes:
    """The sources of what is printed, each under one number."""

    def __init__(self) -> None:
        self._numbers: dict[str, int] = {}

    def mark(self, *sources: str) -> str:
        """Markup: `[1]` for each source that there is, the same for the same one."""
        numbers = [self._numbers.setdefault(source, len(self._numbers) + 1) for source in sources if source]
        return "".join(f"[dim]\\[{number}][/]" for number in dict.fromkeys(numbers))

    def cite(self, text: str) -> str:
        """Markup of a text, the pages that it names in brackets as footnotes."""
        return _PAGE.sub(lambda page: f" {self.mark(page[1])}", escape(text))

    def lines(self) -> list[str]:
        """`[1] https://…`, in the order in which they were named."""
        return [f"[{number}] {source}" for source, number in self._numbers.items()]

    def print(self, console: Console) -> None:
        """The list, where there is any; addresses are never broken."""
        if self._numbers:
            console.print("\n[bold]Sources[/]")
        for line in self.lines():
            console.print(f"  [dim]{escape(line)}[/]", soft_wrap=True)
