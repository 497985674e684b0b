"""`infra-kit graph`: the stack as a picture."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from infra_kit.commands import common
from infra_kit.commands.common import PlannedStack, Recorded, Set
from infra_kit.engine.display import Progress


class Form(StrEnum):
    MERMAID = "mermaid"
    SVG = "svg"
    HTML = "html"
    JSON = "json"


As = Annotated[
    Form | None,
    typer.Option(
        "--format",
        "-f",
        help="Mermaid goes into a README; HTML stands alone. Default: by the suffix of --out, else Mermaid.",
    ),
]
Out = Annotated[Path | None, typer.Option("--out", "-o", metavar="FILE", help="Default: standard output.")]


def graph(
    stack: PlannedStack = None, settings: Set = None, form: As = None, out: Out = None, answers: Recorded = None
) -> None:
    """Draw the stack: components, links with their access, routes, what the internet reaches, the network's zones."""
    from infra_kit.planning import drawing  # noqa: PLC0415  `up` and `status` do without
    from infra_kit.planning import graph as graphs  # noqa: PLC0415

    form = form or _form(out)
    planned = common.planned(stack, settings, answers)
    seen = graphs.graph(planned)
    make = {Form.MERMAID: drawing.mermaid, Form.SVG: drawing.svg, Form.HTML: drawing.page, Form.JSON: common.as_json}
    drawn = make[form](seen)
    if out:
        out.write_text(drawn, encoding="utf-8")
    else:
        print(drawn, end="")
    for each in planned.assumed:
        Progress().note(f"Assumed: {each}")


_SUFFIXES = {
    ".mmd": Form.MERMAID,
    ".mermaid": Form.MERMAID,
    ".md": Form.MERMAID,
    ".svg": Form.SVG,
    ".html": Form.HTML,
    ".htm": Form.HTML,
    ".json": Form.JSON,
}


def _form(out: Path | None) -> Form:
    """That of the file's suffix. A picture in a file that says it is another would be opened by nothing."""
    if out is None:
        return Form.MERMAID
    if out.suffix.lower() not in _SUFFIXES:
        raise typer.BadParameter(f"{out}: which format? Say --format, or end it with {', '.join(_SUFFIXES)}.")
    return _SUFFIXES[out.suffix.lower()]
