"""The commands that the pages show are the CLI's own: its names, its arguments, its options."""

import re
import shlex
from pathlib import Path

import pytest
import typer
from typer.exceptions import TyperException

from infra_kit.cli import app

ROOT = Path(__file__).parents[2]
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]
SHOWN = re.compile(
    r"`(?:\.venv/bin/)?(infra-kit [^`\n]+)`|^(?:    |       )(?:\.venv/bin/)?(infra-kit [^\n]+)", re.MULTILINE
)
NO_COMMAND = re.compile(r"[|…<>$*]|\s\.\.\.|--help")
"""What stands for something else, goes on in a shell, or asks for help."""


def shown(page: Path) -> list[str]:
    found = [code or line for code, line in SHOWN.findall(page.read_text())]
    return [
        command for line in found for command in re.split(r"\s+#|\s+&&|;", line)[:1] if not NO_COMMAND.search(command)
    ]


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.relative_to(ROOT).as_posix())
def test_a_command_is_as_the_cli_has_it(page: Path) -> None:
    commands = typer.main.get_group(app).commands
    for text in shown(page):
        name, *arguments = shlex.split(text)[1:]
        assert name in commands, text
        if not arguments:
            continue  # it is only spoken of
        try:
            commands[name].make_context(name, arguments)
        except TyperException as error:
            pytest.fail(f"{text}: {error}")
