"""Where the ways run: at right angles, down the spaces between the columns and across where no box stands. Each label
stands directly before the box that its way leads to, where nothing else is drawn."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from itertools import count
from statistics import fmean

from infra_kit.planning.drawing.bundles import Bundle, Strand, strands
from infra_kit.planning.drawing.layout import HEAD, HEIGHT, LETTER, TRACK, WIDTH, Box, Layout
from infra_kit.planning.graph import Graph

_TEXT = 12
"""The height of a label, with the space to its line."""
_APART = 3
"""The least between lines side by side."""
_BEFORE, _BEHIND = 20, 16
"""From a box to the label before it, and to the first line down behind it."""


@dataclass(frozen=True)
class Way:
    """A line."""

    strand: Strand
    points: tuple[tuple[float, float], ...]
    label: Box
    """Where its label stands: one place for all of a bundle that lead to one box."""


@dataclass
class _Lines:
    """What is taken already: the heights of the lines across each channel."""

    placed: Layout
    strands: list[Strand]
    across: dict[int, list[tuple[float, Bundle]]] = field(default_factory=dict)

    def take(self, y: float, bundle: Bundle, channels: Iterable[int]) -> float:
        for channel in channels:
            self.across.setdefault(channel, []).append((y, bundle))
        return y

    def near(self, y: float, bundle: Bundle, channels: Iterable[int]) -> bool:
        """Whether a line of another bundle would seem to be the same one."""
        lines = (line for channel in channels for line in self.across.get(channel, ()))
        return any(other != bundle and abs(taken - y) < _APART for taken, other in lines)

    def bent(self, y: float, bundle: Bundle, channel: int) -> bool:
        """Whether its line would turn twice for next to nothing."""
        return any(other == bundle and 0 < abs(taken - y) < 4 * _APART for taken, other in self.across.get(channel, ()))


def ways(graph: Graph, placed: Layout) -> list[Way]:
    """The line of each edge."""
    lines = _Lines(placed, strands(graph))
    outs, ins, tracks = _outs(lines), _ins(lines), _tracks(lines)
    lanes: dict[tuple[Bundle, int, int], float] = {}
    found = []
    for strand in lines.strands:
        edge, (behind, before) = strand.edge, strand.channels(placed.columns)
        start, end = outs[edge.start, strand.bundle], ins[edge.end, strand.label]
        first, last = tracks[behind, strand.bundle], tracks[before, strand.bundle]
        across: tuple[tuple[float, float], ...] = ()
        if behind != before:
            key = (strand.bundle, behind, before)
            lane = lanes[key] if key in lanes else lanes.setdefault(key, _lane(lines, strand, end))
            across = ((first, lane), (last, lane))
        left, right = placed.nodes[edge.start].x + WIDTH, placed.nodes[edge.end].x
        wide = len(strand.label) * LETTER
        label = Box(right - _BEFORE - wide, end - _TEXT, wide, _TEXT - 1)
        found.append(Way(strand, ((left, start), (first, start), *across, (last, end), (right - 1, end)), label))
    return found


def _outs(lines: _Lines) -> dict[tuple[str, Bundle], float]:
    """At which height the bundles leave each box: what leads up, above."""
    ends: dict[str, dict[Bundle, list[float]]] = {}
    for strand in lines.strands:
        its = ends.setdefault(strand.edge.start, {}).setdefault(strand.bundle, [])
        its.append(lines.placed.nodes[strand.edge.end].y)
    found = {}
    for start, bundles in ends.items():
        for number, bundle in enumerate(sorted(bundles, key=lambda each: fmean(bundles[each])), 1):
            y = lines.placed.nodes[start].y + HEIGHT * number / (len(bundles) + 1)
            found[start, bundle] = lines.take(y, bundle, [lines.placed.columns[start] + 1])
    return found


def _ins(lines: _Lines) -> dict[tuple[str, str], float]:
    """At which height the ways with each label come to each box: with space for the label above, straight if it goes,
    and on no line of another bundle."""
    starts: dict[str, dict[tuple[str, Bundle], list[float]]] = {}
    for strand in lines.strands:
        its = starts.setdefault(strand.edge.end, {}).setdefault((strand.label, strand.bundle), [])
        its.append(lines.placed.nodes[strand.edge.start].y)
    found = {}
    for end, labels in starts.items():
        channel, share = lines.placed.columns[end], HEIGHT / len(labels)
        for number, (label, bundle) in enumerate(sorted(labels, key=lambda each: fmean(labels[each]))):
            top = lines.placed.nodes[end].y + number * share
            heights = [top + _TEXT + step for step in range(int(share - _TEXT) + 1)]
            scored = [
                (lines.near(y, bundle, [channel]), lines.bent(y, bundle, channel), abs(top + share / 2 - y), y)
                for y in heights
            ]
            found[end, label] = lines.take(min(scored)[-1], bundle, [channel])
    return found


def _tracks(lines: _Lines) -> dict[tuple[int, Bundle], float]:
    """Where each bundle runs down a channel: first what spreads, then what gathers."""
    ends: dict[int, dict[Bundle, list[float]]] = {}
    for strand in lines.strands:
        for channel in strand.channels(lines.placed.columns):
            its = ends.setdefault(channel, {}).setdefault(strand.bundle, [])
            its.append(lines.placed.nodes[strand.edge.end].y)
    return {
        (channel, bundle): (lines.placed.lefts[channel - 1] + WIDTH if channel else 0) + _BEHIND + number * TRACK
        for channel, bundles in ends.items()
        for number, bundle in enumerate(sorted(bundles, key=lambda each: (each[0], fmean(bundles[each]))))
    }


def _lane(lines: _Lines, strand: Strand, wanted: float) -> float:
    """The height nearest to what is wanted at which a line crosses the columns between without touching a thing."""
    first, last = sorted(strand.channels(lines.placed.columns))
    between = range(first, last + 1)
    things = list(_things(lines.placed, first, last))
    lanes = (wanted + sign * step * _APART for step in count() for sign in (1, -1))
    return next(
        lines.take(y, strand.bundle, between)
        for y in lanes
        if y > _APART
        and not lines.near(y, strand.bundle, between)
        and not any(low - _APART < y < high + _APART for low, high in things)
    )


def _things(placed: Layout, first: int, last: int) -> Iterator[tuple[float, float]]:
    """From where to where the boxes, the names of frames and their rims reach, in the columns between two channels."""
    for name, box in placed.nodes.items():
        if first <= placed.columns[name] < last:
            yield box.y, box.y + box.height
    for frame in (*placed.places.values(), *placed.zones.values()):
        if frame.x < placed.lefts[last - 1] + WIDTH and placed.lefts[first] < frame.x + frame.width:
            yield frame.y, frame.y + HEAD
            yield frame.y + frame.height, frame.y + frame.height
