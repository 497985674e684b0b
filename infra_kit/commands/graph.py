"""`infra-kit graph`: the stack as a picture."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from infra_kit.commands import common
from infra_kit.commands.common import PlannedStack, Recorded, Set


class Form(StrEnum):
    MERMAID = "mermaid"
    SVG = "svg"
    HTML = "html"
    JSON = "json"


As = Annotated[Form, typer.Option("--format", "-f", help="Mermaid goes into a README; HTML stands alone.")]
Out = Annotated[Path | None, typer.Option("--out", "-o", metavar="FILE", help="Default: standard output.")]


def graph(
    stack: PlannedStack = None, settings: Set = None, form: As = Form.MERMAID, out: Out = None, answers: Recorded = None
) -> None:
    """Draw the stack: components, links with their access, routes, what the internet reaches, the network's zones."""
    from infra_kit.planning import drawing  # noqa: PLC0415  `up` and `status` do without
    from infra_kit.planning import graph as graphs  # noqa: PLC0415

    seen = graphs.graph(common.planned(stack, settings, answers))
    if form is Form.JSON:
        common.print_json(seen)
        return
    drawn = {Form.MERMAID: drawing.mermaid, Form.SVG: drawing.svg, Form.HTML: drawing.page}[form](seen)
    if out:
        out.write_text(drawn, encoding="utf-8")
    else:
        print(drawn, end="")
