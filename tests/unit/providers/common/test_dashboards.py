"""Where things stand on a dashboard, and which bounds are drawn."""

from __future__ import annotations

from infra_kit.providers.common.dashboards import Panel, Row, places
from infra_kit.providers.local.signals import Figure


def row(title: str, panels: int, note: str = "") -> Row[Figure]:
    return Row(title, [Panel(f"{title}-{it}", "CPU", "%", "of it", (), ()) for it in range(panels)], note)


def test_nothing_stands_on_anything_else_and_no_panel_above_its_heading() -> None:
    found = [row("Errors", 1), row("Database", 5), row("Cost", 0, "a note")]
    there = list(places(found, 24, (1, 2, 6), top=2))
    cells = [(x, y) for it in there for x in range(it.x, it.x + it.width) for y in range(it.y, it.y + it.height)]
    assert len(cells) == len(set(cells))
    assert min(y for _, y in cells) == 2
    assert max(x for x, _ in cells) == 23
    assert [(it.x, it.y) for it in there] == [
        (0, 2), (0, 3),
        (0, 9), (0, 10), (8, 10), (16, 10), (0, 16), (8, 16),
        (0, 22), (0, 23),
    ]  # fmt: skip
    assert [it.note for it in there] == [False] * 9 + [True]
