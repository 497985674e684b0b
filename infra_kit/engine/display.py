"""What a run says while it runs: one line a step with its time; a live line on a terminal, plain lines elsewhere."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.markup import escape
from rich.status import Status


class Progress:
    """Prints the steps of a run to `console` (default: standard error, so that standard output stays for results)."""

    def __init__(self, console: Console | None = None) -> None:
        self.console = console or Console(stderr=True, highlight=False, soft_wrap=True)
        self._status: Status | None = None
        self._title = ""
        self._warned: set[str] = set()

    @contextmanager
    def step(self, title: str, *, long: bool = False, required: bool = True) -> Iterator[None]:
        """Says what was done and how long it took.

        Args:
            title: what is being done.
            long: it may take minutes: without a terminal, whose live line shows it, it is named at its start too.
            required: its failure is the run's; else the caller says what becomes of it.
        """
        started = time.monotonic()
        with self._live(title, long=long):
            try:
                yield
            except BaseException:
                if required:
                    self._line("[red]✗[/]", f"{title} failed after {duration(time.monotonic() - started)}")
                raise
        self._line("[green]✓[/]", f"{title} [dim]({duration(time.monotonic() - started)})[/]")

    @contextmanager
    def _live(self, title: str, *, long: bool) -> Iterator[None]:
        self._title = title
        if not self.console.is_terminal:
            if long:
                self.console.print(f"… {title}")
            yield
            return
        with self.console.status(f"{title} …") as status:
            self._status = status
            try:
                yield
            finally:
                self._status = None

    def doing(self, what: str) -> None:
        """Says inside a step what is being worked on: shown on the live line only."""
        if self._status is not None:
            room = self.console.width - 4
            text = f"{self._title}: {what}" if what else f"{self._title} …"
            self._status.update(escape(text if len(text) <= room else text[: room - 1] + "…"))

    def done(self, change: str, name: str, what: str, seconds: float | None = None) -> None:
        """One line for a finished resource: `created db-server PostgresServer (2.1 s)`."""
        took = f" [dim]({duration(seconds)})[/]" if seconds is not None else ""
        self.console.print(f"    {change} {escape(name)} [dim]{escape(what)}[/]{took}")

    def note(self, text: str) -> None:
        """Something the user should know that is no fault."""
        self.console.print(escape(text))

    def warn(self, text: str) -> None:
        """Something the user should look at: said once a run, though preview and up both find it."""
        if text in self._warned:
            return
        self._warned.add(text)
        self._line("[yellow]![/]", escape(text))

    def error(self, text: str) -> None:
        """What went wrong, in words."""
        self._line("[bold red]Error:[/]", escape(text))

    def _line(self, mark: str, text: str) -> None:
        self.console.print(f"{mark} {text}")


def duration(seconds: float) -> str:
    """`0.4 s`, `12.3 s`, `2 min 15 s`."""
    if seconds < 60:
        return f"{seconds:.1f} s"
    return f"{int(seconds) // 60} min {int(seconds) % 60} s"
