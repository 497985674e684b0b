"""Sources below what is printed."""

import io

from rich.console import Console

from infra_kit.commands.footnotes import Footnotes


def printed(*lines: str, notes: Footnotes | None = None) -> str:
    console = Console(file=io.StringIO(), width=40)
    for line in lines:
        console.print(line, soft_wrap=True)
    if notes:
        notes.print(console)
    assert isinstance(console.file, io.StringIO)
    return console.file.getvalue()


def test_the_same_source_has_the_same_number_and_nothing_has_none() -> None:
    notes = Footnotes()
    assert printed(notes.mark("b", "a"), notes.mark("a"), notes.mark("")) == "[1][2]\n[2]\n\n"
    assert notes.lines() == ["[1] b", "[2] a"]


def test_pages_in_brackets_become_numbers_and_the_rest_stays_as_it_is() -> None:
    notes = Footnotes()
    text = "kmsKeyId [red] (https://a.example/b#c); dbName (https://a.example/b#c), (not a page)."
    assert printed(notes.cite(text)) == "kmsKeyId [red] [1]; dbName [1], (not a page).\n"


def test_an_address_is_never_broken() -> None:
    notes = Footnotes()
    notes.mark(page := f"https://example.com/{'a' * 60}")
    assert page in printed(notes=notes)


def test_without_a_source_there_is_no_list() -> None:
    assert printed(notes=Footnotes()) == ""
