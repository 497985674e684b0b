"""What several commands print in the same way."""

import io

from rich.console import Console

from infra_kit.commands.common import print_rows

PAGE = "https://www.example.com/" + "a" * 80


def test_an_address_is_whole_on_a_narrow_terminal_and_words_go_on_below_their_beginning() -> None:
    shown = io.StringIO()
    console = Console(file=shown, force_terminal=True, no_color=True, highlight=False, width=40)
    print_rows(console, [("•", "one word after the other, more than fit"), ("•", f"1 EUR = 1.2 USD, {PAGE}")])
    lines = shown.getvalue().splitlines()
    assert lines[1].startswith("    ")
    assert any(PAGE in line for line in lines)
