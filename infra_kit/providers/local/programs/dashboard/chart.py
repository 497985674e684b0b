"""A chart as SVG: lines over time, gaps where nothing was measured, bounds of alerts as dashes."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from html import escape

from infra_kit.providers.local.programs.dashboard.store import Point
from infra_kit.providers.local.programs.dashboard.wanted import Bound

WIDTH, HEIGHT = 420, 150
LEFT, RIGHT, TOP, BOTTOM = 52, 6, 10, 22
COLOURS = 8
"""So many lines are told apart by their colour: `page.css` has them."""
PER_CENT = 100.0
_STEPS = (1.0, 2.0, 2.5, 5.0, 10.0)
_LEAST = {"%": 5.0, "s": 0.005}
"""At the upper edge, by unit: what is next to nothing looks so. Of others `_LEAST_OF_OTHERS`."""
_LEAST_OF_OTHERS = 0.1


@dataclass(frozen=True)
class Frame:
    """What a chart shows of time, and of figures."""

    since: float
    until: float
    top: float
    """The figure at its upper edge; 0 is at the lower one."""

    def x(self, at: float) -> float:
        return round(LEFT + (at - self.since) / (self.until - self.since) * (WIDTH - LEFT - RIGHT), 1)

    def y(self, value: float) -> float:
        inner = HEIGHT - TOP - BOTTOM
        return round(TOP + inner - min(value, self.top) / self.top * inner, 1)


def frame(since: float, until: float, lines: Sequence[Sequence[Point]], bounds: Sequence[Bound], unit: str) -> Frame:
    """High enough for all figures, and for a bound that is near them."""
    most = max((value for line in lines for _, value in line), default=0.0)
    near = [it.value for it in bounds if it.value <= max(4 * most, 1.0)]
    highest = max([most, *near]) * 1.05
    if unit == "%" and highest > PER_CENT / 2:
        return Frame(since, until, max(PER_CENT, most))
    return Frame(since, until, rounded(max(highest or 1.0, _LEAST.get(unit, _LEAST_OF_OTHERS))))


def rounded(value: float) -> float:
    """The next number that is easy to read."""
    power = 10.0 ** math.floor(math.log10(value))
    return next(step * power for step in _STEPS if step * power >= value * 0.999)


def svg(label: str, frame: Frame, lines: Sequence[Sequence[Point]], bounds: Sequence[Bound], gap: float) -> str:
    """All of it.

    Args:
        label: what it shows, for those who do not see it.
        frame: of the chart.
        lines: each as it is drawn.
        bounds: drawn as far as they are within the frame.
        gap: seconds after which a line is broken.
    """
    parts = [*_grid(frame), *_times(frame), *_bounds(frame, bounds)]
    for number, line in enumerate(lines):
        parts += _line(frame, line, number % COLOURS, gap)
    parts.append(f'<line class="cursor" x1="0" x2="0" y1="{TOP}" y2="{HEIGHT - BOTTOM}"/>')
    inner = f'data-left="{LEFT}" data-right="{WIDTH - RIGHT}"'
    box = f'viewBox="0 0 {WIDTH} {HEIGHT}" {inner} role="img" aria-label="{escape(label)}"'
    return f"<svg {box}>{''.join(parts)}</svg>"


def _grid(frame: Frame) -> Iterator[str]:
    for share in (0.0, 0.5, 1.0):
        y = frame.y(frame.top * share)
        yield f'<line class="grid" x1="{LEFT}" x2="{WIDTH - RIGHT}" y1="{y}" y2="{y}"/>'
        yield f'<text class="axis" x="{LEFT - 6}" y="{y + 4}" text-anchor="end">{short(frame.top * share)}</text>'


def _times(frame: Frame) -> Iterator[str]:
    """In this machine's time."""
    for part in range(5):
        at = frame.since + (frame.until - frame.since) * part / 4
        anchor = "start" if part == 0 else "end" if part == 4 else "middle"
        text = datetime.fromtimestamp(at).astimezone().strftime("%H:%M")
        yield f'<text class="axis" x="{frame.x(at)}" y="{HEIGHT - 6}" text-anchor="{anchor}">{text}</text>'


def _bounds(frame: Frame, bounds: Sequence[Bound]) -> Iterator[str]:
    for it in bounds:
        if it.value <= frame.top:
            y = frame.y(it.value)
            yield (
                f'<line class="bound {it.level.lower()}" x1="{LEFT}" x2="{WIDTH - RIGHT}" y1="{y}" y2="{y}">'
                f"<title>{escape(f'{it.level} {it.says}')}</title></line>"
            )


def _line(frame: Frame, points: Sequence[Point], colour: int, gap: float) -> Iterator[str]:
    for stretch in stretches(points, gap):
        if len(stretch) == 1:
            (at, value) = stretch[0]
            yield f'<circle class="c{colour} dot" cx="{frame.x(at)}" cy="{frame.y(value)}" r="2"/>'
            continue
        path = " ".join(f"{frame.x(at)},{frame.y(value)}" for at, value in stretch)
        yield f'<polyline class="c{colour} line" points="{path}"/>'


def stretches(points: Sequence[Point], gap: float) -> Iterator[list[Point]]:
    """Between times in which nothing was measured."""
    begun: list[Point] = []
    for point in points:
        if begun and point[0] - begun[-1][0] > gap:
            yield begun
            begun = []
        begun.append(point)
    if begun:
        yield begun


def short(value: float) -> str:
    """A figure in few characters: `1.2k`, `0.03`."""
    for size, letter in ((1e9, "G"), (1e6, "M"), (1e3, "k")):
        if abs(value) >= size:
            return f"{value / size:.3g}{letter}"
    return f"{value:.3g}" if abs(value) >= 0.001 or value == 0 else f"{value:.1g}"
